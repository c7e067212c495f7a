import type { ListedJob } from '../api/types.ts';
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

/** How long the job has run, without the pauses of a suspension and the waits for another try. */
export function RunTime({ job }: { job: Pick<ListedJob, 'ranForMs' | 'runningSince'> }) {
  const ran = useRunTime(job);
  return ran === null ? <span className="text-ink-faint">–</span> : <span>{formatDuration(ran)}</span>;
}

/** In milliseconds; null of a job that has not run yet, or of a list kept from a version that did not tell. */
const useRunTime = ({ ranForMs, runningSince }: Pick<ListedJob, 'ranForMs' | 'runningSince'>): number | null => {
  const now = useNow(runningSince != null);
  if (runningSince == null) return ranForMs > 0 ? ranForMs : null;
  // While it runs, whole seconds: tenths would flicker.
  return Math.max(0, Math.floor((ranForMs + now - Date.parse(runningSince)) / 1000) * 1000);
};
