import { z } from 'zod';
import type { KubeObject } from '../kube/kube.ts';
import { KarmadaError } from './errors.ts';

export const conditions = z.array(
  z.looseObject({
    type: z.string(),
    status: z.string(),
    reason: z.string().default(''),
    message: z.string().default(''),
  }),
);

/** What Karmada keeps is only as good as the program that wrote it. */
export function understand<T>(schema: z.ZodType<T>, object: KubeObject, kind: string): T {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  const message = `Karmada answered with a ${kind} "${object.metadata.name}" of an unknown shape.`;
  throw new KarmadaError('garbled', message, { cause: parsed.error });
}
