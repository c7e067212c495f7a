import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Identity } from '../auth/identity.ts';
import { newJobId, objectNameOf } from '../jobs/ids.ts';
import { type Job, type JobKind, KIND_OF_RUNTIME } from '../jobs/job.ts';
import type { JobRequest } from '../jobs/request.ts';
import type { NewJob } from '../store/store.ts';
import type { ApiDependencies } from './dependencies.ts';
import { invalid, Problem } from './problem.ts';

type Plan = { readonly request: JobRequest } & Pick<NewJob, 'retryOf'>;

export interface Submitted {
  readonly job: Job;
  /** false: made by an earlier request under the same key. */
  readonly isNew: boolean;
}

/** How a job comes into the store, new or again. What cannot be is a Problem. */
export interface Submissions {
  submit(request: JobRequest, caller: Identity, key: string | undefined): Promise<Submitted>;
  retry(job: Job, caller: Identity, key: string | undefined): Promise<Submitted>;
  requireKnownClusters(request: JobRequest): Promise<void>;
}

const ID_TRIES = 5;

export function createSubmissions({
  store,
  clusters,
  metrics,
  obstacleOfNewJobs,
}: Pick<ApiDependencies, 'store' | 'clusters' | 'metrics' | 'obstacleOfNewJobs'>): Submissions {
  async function insert(plan: Plan, caller: Identity, key: string | undefined): Promise<Submitted> {
    const idempotency = key === undefined ? undefined : { key, caller: caller.id, requestHash: hashOf(plan) };
    for (let tries = 0; tries < ID_TRIES; tries++) {
      const id = newJobId(plan.request.jobName);
      const result = await store.jobs.insert(
        {
          ...plan,
          id,
          objectName: objectNameOf(id),
          kind: kindOf(plan.request),
          algorithm: plan.request.algorithm.algorithmName,
          createdBy: caller.name,
          obstacle: obstacleOfNewJobs(),
        },
        idempotency,
      );
      if (result.outcome === 'keyReused')
        throw new Problem(422, 'This Idempotency-Key was used for a different request');
      if (result.outcome === 'deletedSince') {
        throw new Problem(
          409,
          `Job ${result.id} was made under this Idempotency-Key and has been deleted since; a new job needs a new key`,
        );
      }
      if (result.outcome === 'idTaken') continue;
      const isNew = result.outcome === 'created';
      if (isNew) metrics.submitted(result.job.algorithm);
      return { job: result.job, isNew };
    }
    throw new Error(`No free id for ${plan.request.jobName} in ${ID_TRIES} tries`);
  }

  /** While Karmada cannot be asked the job is taken: dispatch finds out, and says so on the job. */
  async function requireKnownClusters({ targetClusters }: JobRequest): Promise<void> {
    if (targetClusters.length === 0) return;
    const unknown = (await clusters.unknownAmong(targetClusters)) ?? [];
    if (unknown.length === 0) return;
    throw invalid(
      unknown.map((name) => ({
        path: ['targetClusters', targetClusters.indexOf(name)],
        message: `${name} is not a member cluster; GET /api/v1/proxy/clusters lists them`,
      })),
    );
  }

  return {
    submit: (request, caller, key) => insert({ request, retryOf: null }, caller, key),
    async retry(job, caller, key) {
      if (job.finishedAt === null) throw new Problem(409, `Job ${job.id} has not ended yet: cancel it first`);
      await requireKnownClusters(job.request);
      return insert({ request: job.request, retryOf: job.id }, caller, key);
    },
    requireKnownClusters,
  };
}

export const kindOf = ({ runtime }: JobRequest): JobKind => KIND_OF_RUNTIME[runtime];

/** Of what the key stands for: the request as understood, so that the order of its fields does not matter. */
const hashOf = ({ request, retryOf }: Plan): string =>
  createHash('sha256')
    .update(JSON.stringify([retryOf, request]))
    .digest('hex');

export function idempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key)) return key;
  throw new Problem(400, 'The header Idempotency-Key must be 1 to 255 printable ASCII characters');
}
