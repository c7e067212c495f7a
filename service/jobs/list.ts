import { z } from 'zod';
import { explain } from './problems.ts';

/** Entries that are checked together: few enough that as many wrong ones cost nothing, enough that right ones do not cost more. */
const TOGETHER = 100;

/**
 * Like z.array, but the first wrong entry ends the look: z.array makes an issue of each, and a list of some thousand wrong
 * ones took it half a second. For entries that are taken as they are.
 */
export function listOf<T>(entry: z.ZodType<T>, most: number) {
  const some = z.array(entry);
  return z
    .array(z.unknown() as unknown as z.ZodType<T>)
    .max(most)
    .superRefine((entries, context) => {
      for (let from = 0; from < entries.length; from += TOGETHER) {
        const parsed = some.safeParse(entries.slice(from, from + TOGETHER), { error: explain });
        const [issue] = parsed.error?.issues ?? [];
        if (issue === undefined) continue;
        const [index, ...inside] = issue.path;
        context.addIssue({ code: 'custom', path: [from + Number(index), ...inside], message: issue.message });
        return;
      }
    })
    .meta({ items: z.toJSONSchema(entry, { io: 'input' }) });
}
