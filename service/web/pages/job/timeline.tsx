import type { Job, JobEvent } from '../../api/types.ts';
import { ToneIcon } from '../../components/state-badge.tsx';
import { useNow } from '../../lib/clock.ts';
import { jobState } from '../../lib/job-state.ts';
import { useMedia } from '../../lib/media.ts';
import { formatClock, formatDuration, formatExact } from '../../lib/time.ts';
import { type Phase, type Segment, segmentsOf, ticksOf } from '../../lib/timeline.ts';

const LOOKS: Record<Phase, { label: string; bar: string }> = {
  waiting: { label: 'Waiting', bar: 'bg-[light-dark(#e9b85e,#b3832f)]' },
  placing: { label: 'Being placed', bar: 'bg-[light-dark(#c98a2b,#d9a44c)]' },
  starting: { label: 'Starting', bar: 'bg-[light-dark(#8fb2ee,#3f68b4)]' },
  running: { label: 'Running', bar: 'bg-[light-dark(#2f6ad8,#6ea2ff)]' },
  suspended: { label: 'Suspended', bar: 'bg-[light-dark(#b4b8c2,#565c69)]' },
  stopping: { label: 'Stopping', bar: 'bg-[light-dark(#d98a84,#a3504b)]' },
};

/** Where the time went: a bar drawn to scale, and the same in words. */
export function Timeline({ job, events }: { job: Job; events: readonly JobEvent[] }) {
  const now = useNow(job.finishedAt === null);
  const narrow = useMedia('(max-width: 39.99rem)');
  const segments = segmentsOf(job, events);
  const state = jobState(job);
  const failed = state.tone === 'failed';
  const start = Date.parse(job.createdAt);
  const end = Math.max(start + 1, job.finishedAt ? Date.parse(job.finishedAt) : now);
  const span = end - start;
  const share = (length: number) => `${(100 * length) / span}%`;
  return (
    <div className="mt-4">
      <div aria-hidden className="flex h-7 gap-px overflow-hidden rounded-md bg-sunken">
        {segments.map((segment) => (
          <div
            key={`${segment.phase}-${segment.from}`}
            title={`${LOOKS[segment.phase].label}: ${lengthOf(segment, end)}`}
            className={`min-w-0.5 ${LOOKS[segment.phase].bar} ${segment.to === null ? 'animate-pulse' : ''}`}
            style={{ width: share((segment.to ?? end) - segment.from) }}
          />
        ))}
        {failed && <div title="The job failed" className="ml-auto w-1.5 shrink-0 bg-failed" />}
      </div>
      <div aria-hidden className="relative mt-1 h-5 text-xs text-ink-faint tabular-nums">
        {ticksOf(span, narrow ? 3 : 7).map((tick) => (
          <span
            key={tick}
            className={`absolute border-l border-line-strong pl-1 leading-4 whitespace-nowrap ${tick / span > 0.92 ? '-translate-x-full border-r border-l-0 pr-1 pl-0' : ''}`}
            style={{ left: share(tick) }}
          >
            {tick === 0 ? '0' : `${formatDuration(tick).replace(/ 00 \w+$/, '')}`}
          </span>
        ))}
      </div>
      <ol className="mt-3 grid gap-2">
        {segments.map((segment) => (
          <Step key={`${segment.phase}-${segment.from}`} segment={segment} end={end} />
        ))}
        {job.finishedAt && (
          <li className="grid grid-cols-[0.75rem_minmax(0,1fr)_auto] items-baseline gap-x-2.5">
            <ToneIcon tone={state.tone} className="mt-1 -ml-0.5 size-3.5 self-start" />
            <span className="min-w-0">
              <span className={`font-medium ${failed ? 'text-failed' : ''}`}>{state.label}</span>{' '}
              <span className="text-ink-soft">{state.detail}</span>
            </span>
            <At time={Date.parse(job.finishedAt)} />
          </li>
        )}
      </ol>
    </div>
  );
}

const lengthOf = ({ from, to }: Segment, end: number): string =>
  formatDuration(to === null ? Math.floor((end - from) / 1000) * 1000 : to - from);

function Step({ segment, end }: { segment: Segment; end: number }) {
  const { label, bar } = LOOKS[segment.phase];
  const where =
    segment.cluster && segment.phase !== 'waiting' && segment.phase !== 'placing' ? ` on ${segment.cluster}` : '';
  return (
    <li className="grid grid-cols-[0.75rem_minmax(0,1fr)_auto] items-baseline gap-x-2.5">
      <span aria-hidden className={`mt-1.5 size-2.5 self-start rounded-full ${bar}`} />
      <span className="min-w-0">
        <span className="font-medium">
          {label}
          {where}
        </span>{' '}
        <span className="text-ink-soft tabular-nums">
          {lengthOf(segment, end)}
          {segment.to === null && ' so far'}
        </span>
        {segment.why && <span className="block whitespace-pre-wrap text-ink-soft wrap-break-word">{segment.why}</span>}
      </span>
      <At time={segment.from} />
    </li>
  );
}

function At({ time }: { time: number }) {
  const date = new Date(time);
  return (
    <time dateTime={date.toISOString()} title={formatExact(date)} className="text-xs text-ink-faint tabular-nums">
      {formatClock(date)}
    </time>
  );
}
