import { factsOf } from '../../contract/reasons.ts';

/** What to do, by the table of reasons: one that the message names tells more than the job's own, which stands for many of them. */
export function hintFor(reason: string, message: string): string | undefined {
  const named = message.match(/\b[A-Z][a-z]*[A-Z]\w*/g) ?? [];
  return [...named, reason].map((word) => factsOf(word)?.hint).find((hint) => hint !== undefined);
}
