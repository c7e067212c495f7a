import type { JobEvent } from '../../api/types.ts';
import { ToneIcon } from '../../components/state-badge.tsx';
import { Clock } from '../../components/time.tsx';
import { jobState, reasonLabel } from '../../lib/job-state.ts';

/** Every transition, the latest first. */
export function History({ events }: { events: readonly JobEvent[] }) {
  if (events.length === 0) return <p className="mt-3 text-ink-soft">Nothing has happened yet.</p>;
  return (
    <ol className="mt-3 grid gap-3">
      {events.toReversed().map((event) => (
        <li key={event.id} className="grid min-w-0 grid-cols-[1rem_minmax(0,1fr)_auto] gap-x-2.5">
          <ToneIcon tone={jobState(event).tone} className="mt-0.5 size-4" />
          <div className="min-w-0 wrap-break-word">
            <p>
              <span className="font-medium">{reasonLabel(event.reason) || event.status}</span>
              {event.cluster && <span className="text-ink-soft"> on {event.cluster}</span>}
            </p>
            {event.message && <p className="whitespace-pre-wrap text-ink-soft">{event.message}</p>}
          </div>
          <span className="text-xs leading-5 text-ink-faint tabular-nums">
            <Clock at={event.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
