import { setTimeout as rest } from 'node:timers/promises';
import type { Reason } from '../../contract/reasons.ts';
import type { Job, Wanted } from '../../jobs/job.ts';
import type { Store } from '../../store/store.ts';
import { ownJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { JobBody, JobPath, MessageBody } from '../schemas.ts';
import { jobView } from '../views.ts';

/** What can be asked of a job: recorded at once, carried out by dispatch, told by reason and events. */
const ACTIONS: readonly { name: string; wanted: Wanted; reason: Reason; message: string; summary: string }[] = [
  {
    name: 'cancel',
    wanted: 'cancel',
    reason: 'Cancelling',
    message: 'Cancelling: its objects are being removed',
    summary: 'Stop a job for good; it ends as Failed with reason Cancelled',
  },
  {
    name: 'suspend',
    wanted: 'suspend',
    reason: 'Suspending',
    message: 'Suspending: its pods are being removed',
    summary: 'Free the resources of a job until it is resumed',
  },
  {
    name: 'resume',
    wanted: 'run',
    reason: 'Resuming',
    message: 'Resuming',
    summary: 'Let a suspended job go on',
  },
];

/** How long DELETE waits for the end before it says that it is under way. */
const DELETE_WAIT_MS = 5000;

export const actionRoutes = ({ store, stopping }: ApiDependencies): Route[] => [
  ...ACTIONS.map(({ name, wanted, reason, message, summary }) =>
    route({
      method: 'post',
      path: `/api/v1/jobs/{id}/${name}`,
      tag: 'Jobs',
      summary,
      role: 'submitter',
      params: JobPath,
      answers: { 202: { description: 'The job as it is now; what was asked for is under way', body: JobBody } },
      async handle({ params, caller }) {
        const { id } = await ownJob(store, params.id, caller);
        const by = { reason, message: `${message} (asked for by ${caller.name})` };
        const result = await store.jobs.setWanted(id, wanted, by);
        if (!result) throw notFound(`job ${id}`);
        const { outcome, job } = result;
        const tooLate = outcome === 'refused' || (job.finishedAt !== null && job.wanted !== 'cancel');
        if (tooLate) throw new Problem(409, `Job ${id} cannot be asked to ${name}: ${stateInWords(job)}`);
        return { status: 202, body: jobView(job) };
      },
    }),
  ),
  route({
    method: 'delete',
    path: '/api/v1/jobs/{id}',
    tag: 'Jobs',
    summary: 'Remove a job with all that was created for it',
    description: `Waits up to ${DELETE_WAIT_MS / 1000} s until everything is gone; after that it goes on by itself, and the job is gone when GET answers 404.`,
    role: 'submitter',
    params: JobPath,
    answers: { 200: { description: 'Removed, or being removed', body: MessageBody } },
    async handle({ params, caller }) {
      const { id } = await ownJob(store, params.id, caller);
      const message = `Deleting: its objects are being removed (asked for by ${caller.name})`;
      await store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message });
      const done = await isGone(store, id, stopping);
      return { body: { message: done ? `Job ${id} deleted` : `Job ${id} is being deleted`, done } };
    },
  }),
];

function stateInWords(job: Job): string {
  if (job.finishedAt !== null) return `it has ended as ${job.status} (${job.reason})`;
  return job.wanted === 'delete' ? 'it is being deleted' : 'it is being cancelled';
}

async function isGone(store: Store, id: string, stopping: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + DELETE_WAIT_MS;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 500)) {
    if ((await store.jobs.get(id)) === undefined) return true;
    if (stopping.aborted || performance.now() + pause > deadline) return false;
    await rest(pause);
  }
}
