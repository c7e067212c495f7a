import { useSyncExternalStore } from 'react';

/** One timer for everything on the page that shows a moving time; it stops when nothing does. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const notify of listeners) notify();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

const still = (): (() => void) => () => {};

/** The time, to the second; `ticking: false` for what has ended. */
export const useNow = (ticking = true): number => useSyncExternalStore(ticking ? subscribe : still, () => now);
