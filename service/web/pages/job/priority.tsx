import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useId, useState } from 'react';
import { KEYS } from '../../api/cache.ts';
import { useMe } from '../../api/me.ts';
import { messageOf } from '../../api/problem.ts';
import { setPriority } from '../../api/service.ts';
import type { Job } from '../../api/types.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { toast } from '../../components/toasts.tsx';
import { waitsToBeSent } from '../../lib/job-state.ts';
import { mayChange } from '../../lib/permissions.ts';

/** The priority; of what waits to be dispatched it can be changed, and with it the place in the queue. */
export function Priority({ job }: { job: Job }) {
  const me = useMe().data;
  const [asking, setAsking] = useState(false);
  const priority = job.priority.toLocaleString();
  if (!waitsToBeSent(job) || !mayChange(me, job.namespace)) return priority;
  return (
    <span className="inline-flex items-center gap-1">
      {priority}
      <IconButton icon={Pencil} label="Change the priority" className="-my-2" onClick={() => setAsking(true)} />
      {asking && <ChangePriority job={job} onClose={() => setAsking(false)} />}
    </span>
  );
}

function ChangePriority({ job, onClose }: { job: Job; onClose: () => void }) {
  const queryClient = useQueryClient();
  const inputId = useId();
  const [text, setText] = useState(String(job.priority));
  const change = useMutation({
    mutationFn: () => setPriority(job.id, Number(text)),
    onSuccess: (changed) => {
      queryClient.setQueryData(KEYS.job(job.id), changed);
      void queryClient.invalidateQueries({ queryKey: KEYS.queue });
      toast('done', `Priority ${changed.priority.toLocaleString()} for ${changed.jobName}`);
      onClose();
    },
    onError: (error) => toast('failed', messageOf(error)),
  });
  return (
    <Dialog
      title={`Priority of ${job.jobName}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant="primary"
            busy={change.isPending}
            disabled={!/^\d{1,10}$/.test(text)}
            onClick={() => change.mutate()}
          >
            Change
          </Button>
        </>
      }
    >
      <label htmlFor={inputId} className="font-medium">
        Priority
      </label>
      <input
        id={inputId}
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value.trim())}
        className="control mt-1.5"
      />
      <p className="mt-1.5 text-ink-soft">Jobs of a higher priority are dispatched first.</p>
    </Dialog>
  );
}
