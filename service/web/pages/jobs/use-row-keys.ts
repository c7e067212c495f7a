import type { Virtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, RefObject } from 'react';
import { flushSync } from 'react-dom';

/** Rows up or down; the rest of the keys belongs to the browser. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Arrow keys go from row to row (also to rows that are not in the page yet), x selects. They act only while a row has the focus. */
export const useRowKeys = ({
  body,
  virtualizer,
  count,
  setFocused,
}: {
  body: RefObject<HTMLElement | null>;
  virtualizer: Virtualizer<Window, Element>;
  count: number;
  setFocused: (index: number) => void;
}) => {
  const focusRow = (index: number): void => {
    flushSync(() => setFocused(index));
    virtualizer.scrollToIndex(index);
    body.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true });
  };
  return (event: KeyboardEvent): void => {
    const row = (event.target as Element).closest('[data-index]');
    if (row === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const index = Number(row.getAttribute('data-index'));
    const step = STEPS[event.key];
    if (step !== undefined) focusRow(Math.min(count - 1, Math.max(0, index + step)));
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(count - 1);
    else if (event.key === 'x') row.querySelector<HTMLElement>('input[type=checkbox]')?.click();
    else return;
    event.preventDefault();
  };
};
