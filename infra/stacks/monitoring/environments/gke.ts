import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Part 2 of the guide: Google's load balancer, a CA of one's own, a name of nip.io; nothing has to be known before. */
export const gke: z.input<typeof settings> = {
  exposure: { type: 'gke' },
  certManager: { install: 'helm' },
  isolation: { kubernetesApi: { ports: [{ port: 443 }] } },
};
