import { forgetOld, putNewest } from '../newest.ts';

/** More callers than this are not told apart: those that have been silent longest are forgotten. */
const REMEMBERED = 50_000;

/** What tells the time; tests bring one of their own. */
interface Clock {
  /** Milliseconds. */
  now(): number;
}

/** Whether one of many callers may once more; each has so many at once, and so many a second. */
export function createRates(
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  clock: Clock = Date,
): (caller: string) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (caller) => {
    const now = clock.now();
    // Whose bucket is full again is as one who was never heard of.
    forgetOld(buckets, ({ at }) => now - at > (burst / perSecond) * 1000);
    const bucket = buckets.get(caller) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    const may = tokens >= 1;
    putNewest(buckets, caller, { tokens: may ? tokens - 1 : tokens, at: now }, REMEMBERED);
    return may;
  };
}

/** More than that is a program gone wild: HuggingFace's Trainer reports once in 5 s. */
export const MAX_RATE = { burst: 20, perSecond: 4 } as const;
