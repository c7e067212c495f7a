/** Seconds. A request is small; the longest pause is what a user waits at most after the cause has gone. */
const FIRST_RETRY = 0.5;
const MAX_RETRY = 60;
const FIRST_POLL = 0.2;
const MAX_POLL = 60;
/** Of what is told us when it happens: then a look is only for the case that a word was lost. */
const FIRST_POLL_OF_TOLD = 5;

/** Doubles per failed try, and is spread over its upper half so that jobs that failed together do not come back together. */
export function retryDelay(failedTries: number, longest = MAX_RETRY, random = Math.random): number {
  const ceiling = Math.min(longest, FIRST_RETRY * 2 ** Math.min(failedTries, 16));
  return ceiling * (0.5 + random() / 2);
}

/** Waiting for somebody else (Karmada's scheduler, a member's removal), after so many looks in vain. */
export function pollDelay(looks: number, isTold = false, random = Math.random): number {
  const first = isTold ? FIRST_POLL_OF_TOLD : FIRST_POLL;
  return Math.min(MAX_POLL, first * 1.6 ** Math.min(looks, 32)) * (0.9 + random() / 5);
}
