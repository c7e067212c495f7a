import type { z } from 'zod';
import type { pod } from '../settings/fragments.ts';

/** Everything that a team can add to the pods of a workload, for the examples of the stacks. */
export const EXTRAS: z.input<ReturnType<typeof pod>> = {
  annotations: { 'example.com/on-call': 'team "a": weekdays' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'dedicated', value: 'ml', effect: 'NoSchedule' }, { operator: 'Exists' }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
      ],
    },
  },
  priorityClassName: 'important',
  extraEnv: { FEATURES: 'a,b', GREETING: 'yes: "quoted" {{ braces }}' },
  extraVolumes: [
    { name: 'ca', mountPath: '/etc/extra/ca', kind: 'configMap', source: 'company-ca' },
    { name: 'license', mountPath: '/etc/extra/license', kind: 'secret', source: 'license' },
  ],
};
