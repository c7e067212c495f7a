import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Docker Desktop: images built on the node, the page at http://localhost:30000. */
export const dev: z.input<typeof settings> = {
  images: { pullPolicy: 'IfNotPresent' },
  exposure: { type: 'nodePort' },
};
