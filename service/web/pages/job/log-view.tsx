import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { type LogLine, shortPodName } from '../../lib/log-buffer.ts';
import type { LogSearch } from '../../lib/log-search.ts';
import { formatExact, formatStamp } from '../../lib/time.ts';

/** Of a line that is not wrapped: high enough for its number to be pressed. */
const LINE_HEIGHT = 24;
/** Closer to the end than this counts as at the end. */
const AT_END = 24;

/** Lines of any number; only those in view are in the page. A line's number makes it the one that the address names. */
export function LogView({
  lines,
  showPods,
  showTimes,
  search,
  target,
  marked,
  wrap,
  tall,
  follow,
  onLine,
  onLeaveEnd,
}: {
  lines: readonly LogLine[];
  showPods: boolean;
  showTimes: boolean;
  search: LogSearch;
  /** The line to be shown, by its place in the list. */
  target: number | undefined;
  /** The line that the address names. */
  marked: number | null;
  wrap: boolean;
  tall: boolean;
  onLine: (line: LogLine) => void;
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
  // biome-ignore lint/correctness/useExhaustiveDependencies(wrap): the virtualizer remembers heights until told
  useEffect(() => virtualizer.measure(), [virtualizer, wrap]);

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
      className={`${tall ? 'min-h-0 flex-1' : 'h-[min(65dvh,48rem)]'} overflow-auto rounded-lg border border-line bg-sunken py-2 font-mono text-xs leading-5`}
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
                className={`absolute top-0 left-0 flex min-w-full gap-3 px-3 py-0.5 ${wrap ? 'right-0' : ''} ${row.index === target || line.number === marked ? 'bg-selected' : ''}`}
              >
                <button
                  type="button"
                  tabIndex={-1}
                  aria-label={`Line ${line.number}`}
                  onClick={() => onLine(line)}
                  className="-my-0.5 h-6 min-w-6 shrink-0 self-start text-right text-ink-faint select-none hover:text-accent"
                  style={{ width: `${digits}ch` }}
                >
                  {line.number}
                </button>
                {showTimes && (
                  <span className="shrink-0 text-ink-faint" title={line.at && formatExact(new Date(line.at))}>
                    <Stamp at={line.at} />
                  </span>
                )}
                <span className={wrap ? 'min-w-0 whitespace-pre-wrap wrap-anywhere' : 'whitespace-pre'}>
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

function Marked({ text, search }: { text: string; search: LogSearch }) {
  const found = search.find(text);
  if (found.length === 0) return text || ' ';
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const [start, end] of found) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}

/** Narrow windows have room for the time of day only. */
function Stamp({ at }: { at: string }) {
  const { day, time } = formatStamp(new Date(at === '' ? 0 : at));
  return (
    <span className={at === '' ? 'invisible' : ''}>
      <span className="max-sm:hidden">{day} </span>
      {time}
    </span>
  );
}
