import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Docker Desktop or kind: images of the node itself, one pod of each, NodePorts, nobody asked who he is. */
export const dev: z.input<typeof settings> = {
  exposure: { type: 'nodePort' },
  // A laptop behind its own firewall, and clients of the first implementation, which know no tokens.
  auth: { mode: 'none' },
  jobs: {
    // Nobody keeps Secrets in namespaces that trials have made.
    removeNamespaces: true,
    jobRetention: '30d',
    jobsPerNamespace: 1_000,
    logRetention: '7d',
  },
};
