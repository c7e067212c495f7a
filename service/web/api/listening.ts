/** Long enough for a slow line to open the stream, short enough that nobody waits for a list where none can be opened. */
const PATIENCE_MS = 1000;

/**
 * What the event stream keeps up to date is read once the stream is open: what happened between a list that was read first and
 * a stream that was opened later would never be told.
 */
interface Listening {
  /** The stream is open, or nobody waits for it any longer. */
  readonly begun: Promise<void>;
  /** Says that the stream is open; tells whether something may have been read before, and has to be read again. */
  open(): { readonly isLate: boolean };
}

export const createListening = (patienceMs = PATIENCE_MS): Listening => {
  let state: 'waiting' | 'open' | 'given up' = 'waiting';
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const patience = setTimeout(() => {
    state = 'given up';
    begin();
  }, patienceMs);
  return {
    begun,
    open() {
      const isLate = state === 'given up';
      clearTimeout(patience);
      state = 'open';
      begin();
      return { isLate };
    },
  };
};
