import type { Isolation } from '../settings/fragments.ts';
import { namespacePeer } from './endpoint.ts';
import type { WorkloadProps } from './workload.ts';

interface Exposed {
  readonly exposure: { readonly type: 'nodePort' | 'ingress' | 'none' };
  readonly isolation: Isolation;
}

/** Who may reach these ports from outside the namespace, by the chosen way of exposure. */
export function clientsFromOutside(
  { exposure, isolation }: Exposed,
  ports: readonly string[] = ['http'],
): NonNullable<WorkloadProps['admits']> {
  if (exposure.type === 'none') return [];
  // What comes in by a NodePort has the address of the node or of the client, wherever that is.
  if (exposure.type === 'nodePort') return ports.map((port) => ({ port, peers: 'anyone' as const }));
  return ports.map((port) => ({ port, peers: [namespacePeer(isolation.ingressNamespace)] }));
}
