/** Seconds. A request is small; the longest pause is what a user waits at most after the cause has gone. */
const FIRST_RETRY = 0.5;
const MAX_RETRY = 60;
const FIRST_POLL = 0.2;
const MAX_POLL = 15;

/** Doubles per failed try, and is spread over its upper half so that jobs that failed together do not come back together. */
export function retryDelay(failedTries: number, longest = MAX_RETRY, random = Math.random): number {
  const ceiling = Math.min(longest, FIRST_RETRY * 2 ** Math.min(failedTries, 16));
  return ceiling * (0.5 + random() / 2);
}

/** Waiting for somebody else (Karmada's scheduler, a member's removal): often at first, then a third of the time waited so far. */
export function pollDelay(since: Date, now = new Date(), random = Math.random): number {
  const waitedSeconds = Math.max(0, now.getTime() - since.getTime()) / 1000;
  return Math.min(MAX_POLL, Math.max(FIRST_POLL, waitedSeconds / 3)) * (0.9 + random() / 5);
}
