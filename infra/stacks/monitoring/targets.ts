import { ServiceMonitor } from '../../../imports/monitoring.coreos.com.ts';
import { OPERATOR } from '../../../service/contract.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { Settings } from './settings.ts';

/** Of the operator's Service, as the stack training-operator and the first implementation have it. */
const OPERATOR_LABELS = { 'control-plane': 'controller-manager' };

/** The figures of the operator of TrainingJobs. The other stacks write monitors of their own (`monitoring.enabled`). */
export function scrapeOperator(stack: Stack, { monitoring, operatorNamespace }: Settings): void {
  new ServiceMonitor(stack, 'operator-monitor', {
    metadata: { name: stack.named('trainingjob-operator-metrics'), labels: { ...monitoring.labels } },
    spec: {
      selector: { matchLabels: OPERATOR_LABELS },
      namespaceSelector: { matchNames: [operatorNamespace] },
      endpoints: [
        {
          port: 'metrics',
          path: OPERATOR.paths.metrics,
          scheme: 'http',
          // A job's figures name the job's namespace: Prometheus would write the operator's over it.
          honorLabels: true,
          interval: monitoring.interval,
        },
      ],
    },
  });
}
