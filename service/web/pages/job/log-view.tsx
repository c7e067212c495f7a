import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { type LogLine, shortPodName } from '../../lib/log-buffer.ts';

const LINE_HEIGHT = 20;
/** Closer to the end than this counts as at the end. */
const AT_END = 24;

/** Lines of any number, wrapped; only those in view are in the page. */
export function LogView({
  lines,
  showPods,
  search,
  target,
  follow,
  onLeaveEnd,
}: {
  lines: readonly LogLine[];
  showPods: boolean;
  search: string;
  /** The match to be shown, by its place in the list. */
  target: number | undefined;
  follow: boolean;
  onLeaveEnd: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 20,
  });

  useEffect(() => {
    if (follow && lines.length > 0) virtualizer.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follow, lines.length, virtualizer]);
  useEffect(() => {
    if (target !== undefined) virtualizer.scrollToIndex(target, { align: 'center' });
  }, [target, virtualizer]);

  // Only the reader's own hand ends the following: lines that grow must not.
  const leaveEnd = (): void => {
    requestAnimationFrame(() => {
      const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
      if (follow && scrollHeight - scrollTop - clientHeight > AT_END) onLeaveEnd();
    });
  };
  const digits = String(lines.at(-1)?.number ?? 0).length;

  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would need a heading of its own
    <div
      ref={box}
      role="region"
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onWheel={leaveEnd}
      onTouchMove={leaveEnd}
      onKeyUp={leaveEnd}
      className="h-[min(65dvh,48rem)] overflow-y-auto rounded-lg border border-line bg-sunken py-2 font-mono text-xs leading-5"
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((row) => {
          const line = lines[row.index];
          return (
            line && (
              <div
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                style={{ transform: `translateY(${row.start}px)` }}
                className={`absolute inset-x-0 top-0 flex gap-3 px-3 ${row.index === target ? 'bg-selected' : ''}`}
              >
                <span
                  aria-hidden
                  className="shrink-0 text-right text-ink-faint select-none"
                  style={{ width: `${digits}ch` }}
                >
                  {line.number}
                </span>
                <span className="min-w-0 whitespace-pre-wrap wrap-anywhere">
                  {showPods && line.pod && <span className="text-accent">{shortPodName(line.pod)} </span>}
                  <Marked text={line.text} search={search} />
                </span>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Marked({ text, search }: { text: string; search: string }) {
  if (search === '') return text || ' ';
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  const wanted = search.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return parts.length === 0 ? text || ' ' : [...parts, text.slice(from)];
}
