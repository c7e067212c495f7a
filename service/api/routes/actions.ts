import { setTimeout as rest } from 'node:timers/promises';
import type { z } from 'zod';
import { type Identity, mayIn } from '../../auth/identity.ts';
import type { Reason } from '../../contract/reasons.ts';
import type { Job, Wanted } from '../../jobs/job.ts';
import { problemsOf } from '../../jobs/problems.ts';
import type { Asked, Store } from '../../store/store.ts';
import { ownJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { BulkOutcomeBody, BulkRequestBody, JobBody, JobPath, MessageBody, PriorityBody } from '../schemas.ts';
import { jobView } from '../views.ts';

type BulkRequest = z.output<typeof BulkRequestBody>;
type BulkOutcome = z.output<typeof BulkOutcomeBody>['outcomes'][number];

/** What can be asked of a job: recorded at once, carried out by dispatch, told by reason and events. */
interface Action {
  readonly name: BulkRequest['action'];
  readonly wanted: Wanted;
  readonly reason: Reason;
  readonly message: string;
  readonly summary: string;
}

const ACTIONS: readonly Action[] = [
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

const DELETE: Action = {
  name: 'delete',
  wanted: 'delete',
  reason: 'Deleting',
  message: 'Deleting: its objects are being removed',
  summary: 'Remove a job with all that was created for it',
};

const saidBy = ({ reason, message }: Action, caller: Identity) => ({
  reason,
  message: `${message} (asked for by ${caller.name})`,
});

/** How long DELETE waits for the end before it says that it is under way. */
const DELETE_WAIT_MS = 5000;

export const actionRoutes = ({ store, stopping }: ApiDependencies): Route[] => [
  ...ACTIONS.map((action) =>
    route({
      method: 'post',
      path: `/api/v1/jobs/{id}/${action.name}`,
      tag: 'Jobs',
      summary: action.summary,
      role: 'submitter',
      params: JobPath,
      answers: { 202: { description: 'The job as it is now; what was asked for is under way', body: JobBody } },
      async handle({ params, caller }) {
        const { id } = await ownJob(store, params.id, caller);
        const result = await store.jobs.setWanted(id, action.wanted, saidBy(action, caller));
        if (!result) throw notFound(`job ${id}`);
        const refusal = refusalOf(action, { ...result.job, outcome: result.outcome });
        if (refusal !== null) throw new Problem(409, refusal);
        return { status: 202, body: jobView(result.job) };
      },
    }),
  ),
  route({
    method: 'post',
    path: '/api/v1/actions',
    tag: 'Jobs',
    summary: 'Cancel, suspend, resume or delete many jobs at once',
    description: 'Asked for in one transaction; what came of each job is in the answer, in the order of the request.',
    role: 'submitter',
    body: BulkRequestBody,
    answers: { 200: { description: 'One outcome a job', body: BulkOutcomeBody } },
    async handle({ body, caller }) {
      const parsed = BulkRequestBody.safeParse(body);
      if (!parsed.success) throw invalid(problemsOf(parsed.error));
      return { body: { outcomes: await actOnMany(store, parsed.data, caller) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/jobs/{id}/priority',
    tag: 'Jobs',
    summary: 'Change the priority of a job that waits to be dispatched',
    role: 'submitter',
    params: JobPath,
    body: PriorityBody,
    answers: { 200: { description: 'The job as it is now', body: JobBody } },
    async handle({ params, body, caller }) {
      const { id } = await ownJob(store, params.id, caller);
      const parsed = PriorityBody.safeParse(body);
      if (!parsed.success) throw invalid(problemsOf(parsed.error));
      const { priority } = parsed.data;
      const message = `Priority ${priority} (asked for by ${caller.name})`;
      const outcome = await store.jobs.setPriority(id, priority, { reason: 'PriorityChanged', message });
      const job = await store.jobs.get(id);
      if (!job || !outcome) throw notFound(`job ${id}`);
      if (outcome === 'refused') throw new Problem(409, `The priority of job ${id} no longer matters: ${placeOf(job)}`);
      return { body: jobView(job) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/jobs/{id}',
    tag: 'Jobs',
    summary: DELETE.summary,
    description: `Waits up to ${DELETE_WAIT_MS / 1000} s until everything is gone; after that it goes on by itself, and the job is gone when GET answers 404.`,
    role: 'submitter',
    params: JobPath,
    answers: { 200: { description: 'Removed, or being removed', body: MessageBody } },
    async handle({ params, caller }) {
      const { id } = await ownJob(store, params.id, caller);
      await store.jobs.setWanted(id, 'delete', saidBy(DELETE, caller));
      const done = await isGone(store, id, stopping);
      return { body: { message: done ? `Job ${id} deleted` : `Job ${id} is being deleted`, done } };
    },
  }),
];

/** Each job is looked at by itself: what the caller may not see does not exist, what he may not change is said so. */
async function actOnMany(store: Store, { action, ids }: BulkRequest, caller: Identity): Promise<BulkOutcome[]> {
  const asked = [DELETE, ...ACTIONS].find(({ name }) => name === action);
  if (!asked) throw new Error(`${action} is no action, though the schema took it`);
  const distinct = [...new Set(ids)];
  const namespaces = await store.jobs.namespacesOf(distinct);
  const may = (role: 'viewer' | 'submitter') => (id: string) => {
    const namespace = namespaces.get(id);
    return namespace !== undefined && mayIn(caller, role, namespace);
  };
  const own = distinct.filter(may('submitter'));
  const results = own.length === 0 ? [] : await store.jobs.setWantedOfMany(own, asked.wanted, saidBy(asked, caller));
  const byId = new Map(results.map((result) => [result.id, result]));
  return distinct.map((id): BulkOutcome => {
    const result = byId.get(id);
    if (result) {
      const detail = refusalOf(asked, result);
      return { id, outcome: detail === null ? 'done' : 'refused', detail };
    }
    if (!may('viewer')(id) || may('submitter')(id)) return { id, outcome: 'unknown', detail: `There is no job ${id}` };
    const detail = `${caller.name} lacks the role submitter in namespace ${namespaces.get(id)}`;
    return { id, outcome: 'forbidden', detail };
  });
}

/** Why the job is past what was asked of it; null when it is not. */
function refusalOf({ name, wanted }: Action, job: Asked): string | null {
  const { outcome, finishedAt } = job;
  const tooLate = outcome === 'refused' || (finishedAt !== null && job.wanted !== 'cancel' && wanted !== 'delete');
  return tooLate ? `Job ${job.id} cannot be asked to ${name}: ${stateInWords(job)}` : null;
}

function placeOf(job: Job): string {
  return job.finishedAt === null && job.wanted === 'run' ? 'it has been dispatched already' : stateInWords(job);
}

function stateInWords(job: Omit<Asked, 'outcome'>): string {
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
