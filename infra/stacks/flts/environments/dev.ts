import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Docker Desktop: its own storage class, images built on the node, one of each, a short training. */
export const dev: z.input<typeof settings> = {
  images: { pullPolicy: 'IfNotPresent' },
  storage: { className: 'hostpath' },
  training: { epochs: 5 },
};
