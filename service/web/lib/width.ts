import { useSyncExternalStore } from 'react';

const REM = 16;
/** So that a window that is being dragged does not lay out the table at each pixel. */
const STEP = 2;

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('resize', listener);
  return () => removeEventListener('resize', listener);
};

/** Of the window, in rem, rounded down. */
export const useWindowWidth = (): number =>
  useSyncExternalStore(subscribe, () => Math.floor(document.documentElement.clientWidth / REM / STEP) * STEP);
