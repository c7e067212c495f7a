import { useNow } from '../lib/clock.ts';
import { formatAge, formatClock, formatDuration, formatExact } from '../lib/time.ts';

/** How long ago, moving; the exact time on hover. */
export function Age({ at, suffix = '' }: { at: string | Date; suffix?: string }) {
  const date = new Date(at);
  const age = formatAge(useNow() - date.getTime());
  return (
    <time dateTime={date.toISOString()} title={formatExact(date)}>
      {age === 'now' ? 'now' : age + suffix}
    </time>
  );
}

/** The time of day; the exact time with date and zone on hover. */
export function Clock({ at }: { at: string | Date }) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={formatExact(date)}>
      {formatClock(date)}
    </time>
  );
}

/** From one time to another, or to now while there is no end. */
export function Elapsed({ from, to }: { from: string; to: string | null | undefined }) {
  const now = useNow(to === null || to === undefined);
  const start = Date.parse(from);
  const end = to ? Date.parse(to) : now;
  const title = `${formatExact(new Date(start))} – ${to ? formatExact(new Date(end)) : 'now'}`;
  // While it runs, whole seconds: tenths would flicker.
  const length = to ? end - start : Math.floor((end - start) / 1000) * 1000;
  return <span title={title}>{formatDuration(length)}</span>;
}
