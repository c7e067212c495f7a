import type { Isolation } from '../settings/fragments.ts';
import { namespacePeer } from './endpoint.ts';
import type { WorkloadProps } from './workload.ts';

interface Exposed {
  readonly exposure: { readonly type: 'nodePort' | 'ingress' | 'none' };
  readonly isolation: Isolation;
}

/** Who may reach the port `http` from outside the namespace, by the chosen way of exposure. */
export function clientsFromOutside({ exposure, isolation }: Exposed): NonNullable<WorkloadProps['admits']> {
  if (exposure.type === 'none') return [];
  // What comes in by a NodePort has the address of the node or of the client, wherever that is.
  if (exposure.type === 'nodePort') return [{ port: 'http', peers: 'anyone' }];
  return [{ port: 'http', peers: [namespacePeer(isolation.ingressNamespace)] }];
}
