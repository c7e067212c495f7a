import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Docker Desktop or kind: images of the node itself, one pod of each, NodePorts, nobody asked who he is. */
export const dev: z.input<typeof settings> = {
  exposure: { type: 'nodePort' },
  // A laptop behind its own firewall, and clients of the first implementation, which know no tokens.
  auth: { mode: 'none' },
  // Nobody keeps Secrets in namespaces that trials have made.
  jobs: { removeNamespaces: true },
};
