import type { Section } from '../definition.ts';
import type { Settings } from './settings.ts';
import { MANAGER } from './stack.ts';

/** Of the examples in the repository. */
const NAMESPACE = 'ml-training';

export function firstSteps({ namespace, namePrefix }: Settings): Section[] {
  const manager = `deployment/${namePrefix}${MANAGER}`;
  return [
    {
      title: 'The first TrainingJob:',
      lines: [
        `kubectl create namespace ${NAMESPACE}`,
        `kubectl apply -n ${NAMESPACE} -f examples/trainingjob-simple.yaml`,
        `kubectl get trainingjobs -n ${NAMESPACE} -w`,
      ],
    },
    {
      title: 'The operator:',
      lines: [
        `kubectl -n ${namespace.name} get pods -l control-plane=${MANAGER}`,
        `kubectl -n ${namespace.name} port-forward ${manager} 8080:8080 &`,
        'curl -s http://localhost:8080/metrics | grep trainingjob',
      ],
    },
  ];
}
