import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { IconButton } from './button.tsx';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
}

const SHOWN_MS = 6000;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

const set = (next: readonly Toast[]): void => {
  toasts = next;
  for (const notify of listeners) notify();
};

const dismiss = (id: number): void => set(toasts.filter((toast) => toast.id !== id));

/** What came of an action. A failure stays until it is dismissed: it may have to be read twice. */
export const toast = (kind: Toast['kind'], text: string): void => {
  const id = nextId++;
  set([...toasts.slice(-3), { id, kind, text }]);
  if (kind === 'done') setTimeout(() => dismiss(id), SHOWN_MS);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Above what else is docked; alone, it leaves room for the buttons at the bottom of a form. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div role="status" className="grid w-full justify-items-center gap-2 last:mb-16 sm:justify-items-start">
      {shown.map(({ id, kind, text }) => (
        <div
          key={id}
          className="card pointer-events-auto flex max-w-md items-start gap-2.5 py-2 pr-2 pl-3.5 shadow-float"
        >
          {kind === 'done' ? (
            <CircleCheck aria-hidden className="mt-2 size-4.5 shrink-0 text-succeeded" />
          ) : (
            <CircleAlert aria-hidden className="mt-2 size-4.5 shrink-0 text-failed" />
          )}
          <p className="min-w-0 py-1.5 wrap-anywhere">{text}</p>
          <IconButton icon={X} label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
