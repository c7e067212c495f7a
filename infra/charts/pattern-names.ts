import { z } from 'zod';
import * as scalars from '../settings/scalars.ts';

/** Patterns of the settings that have a name there. */
export const patternNames: ReadonlyMap<string, string> = new Map(
  Object.entries(scalars).flatMap(([name, make]) => {
    const schema = typeof make === 'function' && make.length === 0 ? (make as () => z.ZodType)() : undefined;
    return schema instanceof z.ZodString ? [[String(z.toJSONSchema(schema).pattern), name] as const] : [];
  }),
);
