import { Construct } from 'constructs';
import type { Amounts } from '../settings/fragments.ts';
import { k8s, quantities } from './k8s.ts';
import { KEEP } from './keep.ts';
import { DefaultDeny } from './network-policy.ts';
import { stackOf } from './stack.ts';

/** The stack's namespace with its bounds: Pod Security, quota, limit range, default deny. */
export class StackNamespace extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = stackOf(this);
    const { namespace } = stack.settings;
    if (namespace.create) this.namespace(namespace.name, namespace.podSecurity);
    const { quota, limitRange } = namespace;
    if (quota.enabled) {
      new k8s.KubeResourceQuota(this, 'quota', {
        metadata: { name: stack.named('quota') },
        spec: {
          hard: quantities({
            ...prefixed('requests', quota.requests),
            ...prefixed('limits', quota.limits),
            'requests.storage': quota.storage,
            pods: String(quota.pods),
          }),
        },
      });
    }
    if (limitRange.enabled) {
      new k8s.KubeLimitRange(this, 'limit-range', {
        metadata: { name: stack.named('limit-range') },
        spec: {
          limits: [
            {
              type: 'Container',
              defaultRequest: quantities({ ...limitRange.requests }),
              default: quantities({ ...limitRange.limits }),
            },
          ],
        },
      });
    }
    new DefaultDeny(this, 'default-deny');
  }

  private namespace(name: string, standard: string): void {
    new k8s.KubeNamespace(this, 'namespace', {
      metadata: {
        name,
        labels: {
          'pod-security.kubernetes.io/enforce': standard,
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
        annotations: KEEP,
      },
    });
  }
}

const prefixed = (prefix: string, { cpu, memory }: Amounts) => ({
  [`${prefix}.cpu`]: cpu,
  [`${prefix}.memory`]: memory,
});
