import type { Job } from '../../api/types.ts';
import { useLogRuns } from '../../api/use-job.ts';
import { LogsPanel } from './logs-panel.tsx';
import { useLogPlace } from './use-log-place.ts';

/** The log of all runs of the job, or of one: before a suspension, of a try that failed, before its container was started again. */
export function JobLogs({ job }: { job: Job }) {
  const {
    place: { run },
    goTo,
  } = useLogPlace();
  const { runs = [], unreachable = [] } = useLogRuns(job.id).data ?? {};
  return (
    <>
      {runs.length > 1 && (
        <div className="px-4 pt-4 sm:px-5">
          <select
            aria-label="Run"
            value={run ?? ''}
            onChange={({ target: { value } }) =>
              goTo({ run: value === '' ? null : Number(value), pod: '', line: null })
            }
            className="control w-auto max-w-64"
          >
            <option value="">All {runs.length} runs</option>
            {runs.map(({ run: number, live }) => (
              <option key={number} value={number}>
                Run {number}
                {live ? '' : ', kept'}
              </option>
            ))}
          </select>
        </div>
      )}
      {unreachable.length > 0 && (
        <p role="status" className="px-4 pt-4 text-ink-soft sm:px-5">
          {unreachable.join(', ')} does not answer: of it there is only what was kept before.
        </p>
      )}
      <LogsPanel key={run} job={job} run={run} />
    </>
  );
}
