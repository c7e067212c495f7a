import { z } from 'zod';

/** An object all of whose fields have defaults, so that the whole of it may be left out. */
export const section = <Shape extends z.ZodRawShape>(doc: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(doc);
