import type { ListedJob } from '../api/types.ts';
import { type Outcome, useJobAction } from '../api/use-job-action.ts';
import type { JobAction } from '../lib/job-state.ts';
import { plural } from '../lib/text.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { StateBadge } from './state-badge.tsx';

const WORDS: Record<JobAction, { verb: string; keep: string; consequence: string }> = {
  cancel: {
    verb: 'Cancel',
    keep: 'Keep running',
    consequence: 'Training stops and the pods are removed. Logs and history stay.',
  },
  retry: { verb: 'Retry', keep: 'Not now', consequence: 'The same request is submitted again, under a new id.' },
  delete: {
    verb: 'Delete',
    keep: 'Keep',
    consequence: 'Stopped where still running, and removed with volume, logs and history. This cannot be undone.',
  },
  suspend: {
    verb: 'Suspend',
    keep: 'Not now',
    consequence: 'The pods are removed; resuming starts the training again.',
  },
  resume: { verb: 'Resume', keep: 'Not now', consequence: 'Training starts again.' },
};

const MAX_NAMED = 8;

/** Asks before anything is lost, naming the jobs; carries it out when confirmed. */
export function ConfirmAction({
  action,
  jobs,
  onClose,
  onDone,
}: {
  action: JobAction;
  jobs: readonly ListedJob[];
  onClose: () => void;
  onDone: (outcomes: readonly Outcome[]) => void;
}) {
  const { verb, keep, consequence } = WORDS[action];
  const run = useJobAction();
  const only = jobs.length === 1 ? jobs[0] : undefined;
  return (
    <Dialog
      title={`${verb} ${only ? only.jobName : plural(jobs.length, 'job')}?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{keep}</Button>
          <Button
            variant={action === 'retry' || action === 'resume' ? 'primary' : 'danger'}
            busy={run.isPending}
            // Not a callback of mutate: it would be lost with this dialog, which may go when the job does.
            onClick={() => void run.mutateAsync({ action, jobs }).then(onDone)}
          >
            {verb} {only ? 'job' : plural(jobs.length, 'job')}
          </Button>
        </>
      }
    >
      <p>{consequence}</p>
      {!only && (
        <ul className="mt-3 grid gap-1.5">
          {jobs.slice(0, MAX_NAMED).map((job) => (
            <li key={job.id} className="flex items-center justify-between gap-3">
              <span className="truncate">{job.jobName}</span>
              <StateBadge job={job} />
            </li>
          ))}
          {jobs.length > MAX_NAMED && <li className="text-ink-soft">and {jobs.length - MAX_NAMED} more</li>}
        </ul>
      )}
    </Dialog>
  );
}
