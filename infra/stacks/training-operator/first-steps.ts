import type { Section } from '../definition.ts';
import { JOB_RIGHTS } from './rights.ts';
import type { Settings } from './settings.ts';
import { MANAGER } from './stack.ts';

/** Of the examples in the repository. */
const NAMESPACE = 'ml-training';

export function firstSteps({ namespace, namePrefix, rights }: Settings): Section[] {
  const manager = `deployment/${namePrefix}${MANAGER}`;
  const account = `${namespace.name}:${namePrefix}${MANAGER}`;
  const role = `${namePrefix}${JOB_RIGHTS}`;
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
    ...(rights === 'namespaces'
      ? [
          {
            title: 'The rights of the operator, in each namespace that it watches:',
            lines: [
              `kubectl -n ${NAMESPACE} create rolebinding ${role} --clusterrole=${role} --serviceaccount=${account}`,
            ],
          },
        ]
      : []),
  ];
}
