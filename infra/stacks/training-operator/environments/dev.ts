import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Docker Desktop or kind: an image of the node itself, in the namespace that commands of old look into. */
export const dev: z.input<typeof settings> = {
  namespace: { name: 'default', create: false },
  // The namespace is not ours alone: what else runs in it is not to be cut off.
  isolation: { enabled: false },
};
