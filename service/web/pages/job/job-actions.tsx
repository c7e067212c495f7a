import { Ban, Copy, Pause, Play, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMe } from '../../api/me.ts';
import type { Job } from '../../api/types.ts';
import { type Outcome, useJobAction } from '../../api/use-job-action.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { type JobAction, possibleActions } from '../../lib/job-state.ts';
import { mayChange } from '../../lib/permissions.ts';

const BUTTONS = [
  { action: 'cancel', label: 'Cancel', icon: Ban },
  { action: 'suspend', label: 'Suspend', icon: Pause },
  { action: 'resume', label: 'Resume', icon: Play },
  { action: 'retry', label: 'Retry', icon: RotateCcw },
] as const;

/** What the job's state allows and the role permits; the rest is not offered. */
export function JobActions({ job }: { job: Job }) {
  const me = useMe().data;
  const [asking, setAsking] = useState<JobAction | null>(null);
  const [, navigate] = useLocation();
  const resume = useJobAction();
  if (!mayChange(me, job.namespace)) return null;
  const possible = possibleActions(job);
  const goOn = (action: JobAction, outcome: Outcome | undefined): void => {
    if (outcome === undefined || outcome.error !== undefined) return;
    if (action === 'retry' && outcome.newId !== undefined) navigate(`/jobs/${outcome.newId}`);
    if (action === 'delete') navigate('/');
  };
  return (
    <>
      {BUTTONS.filter(({ action }) => possible.has(action)).map(({ action, label, icon }) => (
        <Button
          key={action}
          icon={icon}
          busy={action === 'resume' && resume.isPending}
          onClick={() => (action === 'resume' ? resume.mutate({ action, jobs: [job] }) : setAsking(action))}
        >
          {label}
        </Button>
      ))}
      <ButtonLink href={`/new?from=${encodeURIComponent(job.id)}`} icon={Copy}>
        Clone
      </ButtonLink>
      {possible.has('delete') && (
        <Button variant="danger" icon={Trash2} onClick={() => setAsking('delete')}>
          Delete
        </Button>
      )}
      {asking && (
        <ConfirmAction
          action={asking}
          jobs={[job]}
          onClose={() => setAsking(null)}
          onDone={(outcomes) => {
            setAsking(null);
            goOn(asking, outcomes[0]);
          }}
        />
      )}
    </>
  );
}
