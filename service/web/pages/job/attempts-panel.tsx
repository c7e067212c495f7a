import { Link } from 'wouter';
import type { Job } from '../../api/types.ts';
import { useJobAttempts } from '../../api/use-job.ts';
import { Failed, Loading } from '../../components/notice.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { Clock } from '../../components/time.tsx';
import { jobState } from '../../lib/job-state.ts';

/** The job and its retries, linked to each other. */
export function AttemptsPanel({ job }: { job: Job }) {
  const attempts = useJobAttempts(job.id);
  if (attempts.isPending) return <Loading what="the attempts" rows={2} />;
  if (!attempts.data)
    return <Failed what="The attempts" error={attempts.error} retry={() => void attempts.refetch()} />;
  return (
    <div className="p-4 sm:p-5">
      {attempts.data.length < 2 && (
        <p className="mb-3 text-ink-soft">This is the only attempt. A retry would be listed here beside it.</p>
      )}
      <ol className="grid gap-1">
        {attempts.data.map((attempt) => {
          const here = attempt.id === job.id;
          return (
            <li key={attempt.attempt}>
              <Link
                href={`/jobs/${attempt.id}/attempts`}
                aria-current={here ? 'page' : undefined}
                className={`flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg px-3 py-2.5 hover:bg-hover ${here ? 'bg-selected' : ''}`}
              >
                <span className="w-20 font-medium">Attempt {attempt.attempt}</span>
                <StateBadge job={attempt} />
                <span className="text-ink-soft">{jobState(attempt).detail}</span>
                <span className="font-mono text-xs text-ink-faint">{attempt.id}</span>
                <span className="ml-auto text-xs text-ink-faint">
                  <Clock at={attempt.createdAt} />
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
