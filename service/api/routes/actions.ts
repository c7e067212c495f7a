import { setTimeout as rest } from 'node:timers/promises';
import pLimit from 'p-limit';
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
import {
  BulkOutcomeBody,
  BulkRequestBody,
  IdempotencyHeaders,
  JobBody,
  JobPath,
  MessageBody,
  PriorityBody,
} from '../schemas.ts';
import { createSubmissions, idempotencyKey, type Submissions } from '../submissions.ts';
import { jobView } from '../views.ts';

type BulkRequest = z.output<typeof BulkRequestBody>;
type BulkOutcome = z.output<typeof BulkOutcomeBody>['outcomes'][number];

/** What can be asked of a job: recorded at once, carried out by dispatch, told by reason and events. */
interface Action {
  readonly name: Exclude<BulkRequest['action'], 'retry'>;
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

/** Of the jobs that one request runs again. */
const RETRIES_AT_ONCE = 4;

export const actionRoutes = ({ store, stopping, ...dependencies }: ApiDependencies): Route[] => [
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
    summary: 'Cancel, suspend, resume, retry or delete many jobs at once',
    description:
      'What came of each job is in the answer, in the order of the request. Asked for in one transaction, but for retry, which makes a job for each: sent again under the same Idempotency-Key it makes those that are missing.',
    role: 'submitter',
    headers: IdempotencyHeaders,
    body: BulkRequestBody,
    answers: { 200: { description: 'One outcome a job', body: BulkOutcomeBody } },
    async handle({ body, caller, request }) {
      const parsed = BulkRequestBody.safeParse(body);
      if (!parsed.success) throw invalid(problemsOf(parsed.error));
      const { action, ids } = parsed.data;
      const key = idempotencyKey(request);
      const submissions = createSubmissions({ store, ...dependencies });
      const act =
        action === 'retry'
          ? (own: readonly string[]) => retryAll(store, submissions, own, caller, key)
          : (own: readonly string[]) => askAll(store, actionNamed(action), own, caller);
      return { body: { outcomes: await onEachOwn(store, ids, caller, act) } };
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
async function onEachOwn(
  store: Store,
  ids: readonly string[],
  caller: Identity,
  act: (own: readonly string[]) => Promise<BulkOutcome[]>,
): Promise<BulkOutcome[]> {
  const distinct = [...new Set(ids)];
  const namespaces = await store.jobs.namespacesOf(distinct);
  const may = (role: 'viewer' | 'submitter') => (id: string) => {
    const namespace = namespaces.get(id);
    return namespace !== undefined && mayIn(caller, role, namespace);
  };
  const own = distinct.filter(may('submitter'));
  const outcomes = own.length === 0 ? [] : await act(own);
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return distinct.map((id): BulkOutcome => {
    const outcome = byId.get(id);
    if (outcome) return outcome;
    if (!may('viewer')(id) || may('submitter')(id)) return unknown(id);
    const detail = `${caller.name} lacks the role submitter in namespace ${namespaces.get(id)}`;
    return { id, outcome: 'forbidden', detail };
  });
}

const unknown = (id: string): BulkOutcome => ({ id, outcome: 'unknown', detail: `There is no job ${id}` });

function actionNamed(name: Action['name']): Action {
  const action = [DELETE, ...ACTIONS].find((each) => each.name === name);
  if (!action) throw new Error(`${name} is no action, though the schema took it`);
  return action;
}

/** Of those that there are. */
async function askAll(store: Store, action: Action, ids: readonly string[], caller: Identity): Promise<BulkOutcome[]> {
  const asked = await store.jobs.setWantedOfMany(ids, action.wanted, saidBy(action, caller));
  return asked.map((job) => {
    const detail = refusalOf(action, job);
    return { id: job.id, outcome: detail === null ? 'done' : 'refused', detail };
  });
}

/** A few at a time: each is read with its request. Jobs that cannot run again keep no other from it. */
async function retryAll(
  store: Store,
  submissions: Submissions,
  ids: readonly string[],
  caller: Identity,
  key: string | undefined,
): Promise<BulkOutcome[]> {
  const limit = pLimit(RETRIES_AT_ONCE);
  const retry = async (id: string): Promise<BulkOutcome> => {
    const job = await store.jobs.get(id);
    if (!job) return unknown(id);
    try {
      const again = await submissions.retry(job, caller, key && `${key} ${id}`);
      return { id, outcome: 'done', detail: null, newId: again.job.id };
    } catch (error) {
      if (error instanceof Problem) return { id, outcome: 'refused', detail: error.message };
      throw error;
    }
  };
  return Promise.all(ids.map((id) => limit(() => retry(id))));
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
