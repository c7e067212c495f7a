/** Storage that may be blocked or full (private windows, policies): the page works without, so a failure is only a miss. */
const guarded = (pick: () => Storage) => ({
  get: (key: string): string | null => {
    try {
      return pick().getItem(key);
    } catch {
      return null;
    }
  },
  set: (key: string, value: string): boolean => {
    try {
      pick().setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
  remove: (key: string): void => {
    try {
      pick().removeItem(key);
    } catch {
      // Nothing could be stored either.
    }
  },
});

export const localStore = guarded(() => localStorage);
/** Ends with the tab: for credentials and for the last known list. */
export const tabStore = guarded(() => sessionStorage);

export const parseJson = (text: string | null): unknown => {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
