import { type ReactNode, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { Toasts } from './toasts.tsx';

let place: HTMLElement | null = null;
const listeners = new Set<() => void>();
const setPlace = (element: HTMLElement | null): void => {
  place = element;
  for (const notify of listeners) notify();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What lies over the page at the bottom of the window, one above the other, so that nothing covers a button of another. */
export function Dock() {
  return (
    <aside
      ref={setPlace}
      aria-label="Messages, and what is selected"
      className="pointer-events-none fixed inset-x-4 bottom-4 z-40 flex flex-col items-center gap-2 max-sm:bottom-20"
    >
      <Toasts />
    </aside>
  );
}

/** Into the dock, below the toasts. */
export function Docked({ children }: { children: ReactNode }) {
  const element = useSyncExternalStore(subscribe, () => place);
  return element && createPortal(<div className="pointer-events-auto max-w-full">{children}</div>, element);
}
