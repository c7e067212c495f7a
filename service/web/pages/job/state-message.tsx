import { CircleAlert, Info } from 'lucide-react';
import type { Job } from '../../api/types.ts';
import { hintFor } from '../../lib/hints.ts';
import { jobState } from '../../lib/job-state.ts';

/** The reason of the state in the service's words, and what one can do about it. Nothing while all is well. */
export function StateMessage({ job }: { job: Job }) {
  const { detail, tone } = jobState(job);
  const quiet = tone === 'succeeded' || (tone === 'running' && job.message === '');
  if (quiet || (job.message === '' && detail === '')) return null;
  const failed = tone === 'failed';
  const hint = hintFor(job.reason, job.message);
  const Icon = failed ? CircleAlert : Info;
  return (
    <div className={`card flex gap-3 px-4 py-3 ${failed ? 'border-failed bg-failed-soft' : ''}`}>
      <Icon aria-hidden className={`mt-0.5 size-4.5 shrink-0 ${failed ? 'text-failed' : 'text-ink-faint'}`} />
      <div className="min-w-0 wrap-anywhere">
        <p>
          {detail && <strong className="font-semibold">{detail}</strong>}
          {detail && job.message && ': '}
          {job.message}
        </p>
        {hint && <p className="mt-1 text-ink-soft">{hint}</p>}
      </div>
    </div>
  );
}
