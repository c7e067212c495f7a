import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Identity } from '../../auth/identity.ts';
import { trainingEnvironment } from '../../jobs/environment.ts';
import { newJobId, objectNameOf } from '../../jobs/ids.ts';
import { type Job, type JobKind, KIND_OF_RUNTIME } from '../../jobs/job.ts';
import { type JobSpec, objectsOf } from '../../jobs/manifests/index.ts';
import { outlookOf } from '../../jobs/outlook.ts';
import type { FieldProblem } from '../../jobs/problems.ts';
import { type JobRequest, parseJobRequest } from '../../jobs/request.ts';
import type { NewJob, Store } from '../../store/store.ts';
import { ownJob, requireSubmitter } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createNodeJudge, type NodeFit } from '../node-fit.ts';
import { fieldViews, invalid, Problem } from '../problem.ts';
import { type Call, type Route, route } from '../route.ts';
import { DryRunBody, JobBody, JobPath, JobRequestBody, SubmitQuery, SubmittedJobBody } from '../schemas.ts';
import { jobView } from '../views.ts';

const headers = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .describe(
      'The same key gives the same job for 24 hours, however often it is sent; 409 when that job has been deleted',
    ),
});

const ID_TRIES = 5;

/** The two ways to a new job. */
export function submitRoutes(dependencies: ApiDependencies): Route[] {
  const { store, clusters, metrics, obstacleOfNewJobs, config, karmada } = dependencies;
  const judgeNodes = createNodeJudge(karmada);

  async function submit(call: Pick<Call<undefined, undefined>, 'request' | 'caller'>, plan: Plan) {
    const { job, isNew } = await insert(
      store,
      { ...plan, obstacle: obstacleOfNewJobs() },
      idempotencyKey(call),
      call.caller,
    );
    if (isNew) metrics.submitted(job.algorithm);
    return {
      status: 201,
      headers: { Location: `/api/v1/jobs/${job.id}`, ...(!isNew && { 'Idempotency-Replayed': 'true' }) },
      body: jobView(job),
    };
  }

  return [
    route({
      method: 'post',
      path: '/api/v1/jobs',
      tag: 'Jobs',
      summary: 'Submit a job',
      description:
        'The job is stored before this answers, as Pending; it is dispatched at once after. What was ignored or hardly works is told in warnings. With dryRun=true nothing is stored: the answer says what would be created, and where.',
      role: 'submitter',
      query: SubmitQuery,
      headers,
      body: JobRequestBody,
      answers: {
        200: { description: 'With dryRun: what would be created', body: DryRunBody },
        201: { description: 'The job', body: SubmittedJobBody },
      },
      async handle(call) {
        const { request, warnings } = readRequest(call.body);
        requireSubmitter(call.caller, request.namespace);
        await requireKnownClusters(request);
        if (call.query.dryRun) return { body: await foresee(request, warnings) };
        const answer = await submit(call, { request, retryOf: null });
        return { ...answer, body: { ...answer.body, warnings: fieldViews(warnings) } };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/jobs/{id}/retry',
      tag: 'Jobs',
      summary: 'Run a finished job again',
      description: 'A new job from the same request, linked to the first.',
      role: 'submitter',
      params: JobPath,
      headers,
      answers: { 201: { description: 'The new job', body: JobBody } },
      async handle(call) {
        const job = await ownJob(store, call.params.id, call.caller);
        if (job.finishedAt === null) throw new Problem(409, `Job ${job.id} has not ended yet: cancel it first`);
        await requireKnownClusters(job.request);
        return submit(call, { request: job.request, retryOf: job.id });
      },
    }),
  ];

  async function foresee(request: JobRequest, warnings: readonly FieldProblem[]) {
    // Karmada may be away, and what is known without it is worth telling.
    const members = await clusters.list().catch(() => []);
    const candidates = await judgeNodes(request, members);
    const spec = specOf(newJobId(request.jobName), request);
    return {
      dryRun: true,
      request,
      variables: trainingEnvironment(spec),
      manifests: objectsOf(
        spec,
        config,
        candidates.map(({ cluster }) => cluster),
      ),
      candidates,
      warnings: fieldViews([...warnings, ...sizeWarnings(request, candidates)]),
    };
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
}

/** Throws a Problem that names every field for which it cannot run. */
function readRequest(body: unknown): { request: JobRequest; warnings: readonly FieldProblem[] } {
  const parsed = parseJobRequest(body);
  if (!parsed.ok) throw invalid(parsed.problems);
  const { problems, warnings } = outlookOf(parsed.request);
  if (problems.length > 0) throw invalid(problems);
  return { request: parsed.request, warnings: [...parsed.ignored, ...warnings] };
}

/** Each candidate has been looked at, and none can ever hold it. */
function sizeWarnings({ clusterCount }: JobRequest, candidates: readonly NodeFit[]): FieldProblem[] {
  const possible = candidates.filter(({ fits }) => fits !== false).length;
  if (candidates.length === 0 || possible >= clusterCount) return [];
  const why = candidates.filter(({ fits }) => fits === false).map(({ cluster, message }) => `${cluster}: ${message}`);
  const more = why.length > 3 ? ['...'] : [];
  const message = `is more than any node has: the job would wait for ever (${[...why.slice(0, 3), ...more].join('; ')})`;
  return [{ path: ['resources', 'instanceResources'], message }];
}

/** The parts of a new job that its objects are made of. */
const specOf = (id: string, request: JobRequest): JobSpec => ({
  id,
  objectName: objectNameOf(id),
  namespace: request.namespace,
  kind: kindOf(request),
  priority: request.priority,
  wanted: 'run',
  request,
  retryOf: null,
});

const kindOf = ({ runtime }: JobRequest): JobKind => KIND_OF_RUNTIME[runtime];

type Plan = { readonly request: JobRequest } & Pick<NewJob, 'retryOf' | 'obstacle'>;

async function insert(
  store: Store,
  plan: Plan,
  key: string | undefined,
  caller: Identity,
): Promise<{ job: Job; isNew: boolean }> {
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
      },
      idempotency,
    );
    if (result.outcome === 'keyReused') throw new Problem(422, 'This Idempotency-Key was used for a different request');
    if (result.outcome === 'deletedSince') {
      throw new Problem(
        409,
        `Job ${result.id} was made under this Idempotency-Key and has been deleted since; a new job needs a new key`,
      );
    }
    if (result.outcome !== 'idTaken') return { job: result.job, isNew: result.outcome === 'created' };
  }
  throw new Error(`No free id for ${plan.request.jobName} in ${ID_TRIES} tries`);
}

/** Of what the key stands for: the request as understood, so that the order of its fields does not matter. */
const hashOf = ({ request, retryOf }: Plan): string =>
  createHash('sha256')
    .update(JSON.stringify([retryOf, request]))
    .digest('hex');

function idempotencyKey({ request }: Pick<Call<undefined, undefined>, 'request'>): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key)) return key;
  throw new Problem(400, 'The header Idempotency-Key must be 1 to 255 printable ASCII characters');
}
