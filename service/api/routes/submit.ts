import { ENV } from '../../contract.ts';
import { trainingEnvironment } from '../../jobs/environment.ts';
import { newJobId, objectNameOf } from '../../jobs/ids.ts';
import { type JobSpec, objectsOf } from '../../jobs/manifests/index.ts';
import { outlookOf } from '../../jobs/outlook.ts';
import type { FieldProblem } from '../../jobs/problems.ts';
import { type JobRequest, parseJobRequest } from '../../jobs/request.ts';
import { ownJob, requireSubmitter } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createNodeJudge, type NodeFit } from '../node-fit.ts';
import { fieldViews, invalid } from '../problem.ts';
import { type Route, route } from '../route.ts';
import {
  DryRunBody,
  IdempotencyHeaders,
  JobBody,
  JobPath,
  JobRequestBody,
  SubmitQuery,
  SubmittedJobBody,
} from '../schemas.ts';
import { createSubmissions, idempotencyKey, kindOf, type Submitted } from '../submissions.ts';
import { turn } from '../turns.ts';
import { jobView } from '../views.ts';

/** The two ways to a new job. */
export function submitRoutes(dependencies: ApiDependencies): Route[] {
  const { store, clusters, config, karmada } = dependencies;
  const submissions = createSubmissions(dependencies);
  const judgeNodes = createNodeJudge(karmada);

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
      headers: IdempotencyHeaders,
      body: JobRequestBody,
      answers: {
        200: { description: 'With dryRun: what would be created', body: DryRunBody },
        201: { description: 'The job', body: SubmittedJobBody },
      },
      async handle(call) {
        const { request, warnings } = await readRequest(call.body);
        requireSubmitter(call.caller, request.namespace);
        requireUnpacking(request);
        await submissions.requireKnownClusters(request);
        if (call.query.dryRun) return { body: await foresee(request, warnings) };
        const answer = created(await submissions.submit(request, call.caller, idempotencyKey(call.request)));
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
      headers: IdempotencyHeaders,
      answers: { 201: { description: 'The new job', body: JobBody } },
      async handle(call) {
        const job = await ownJob(store, call.params.id, call.caller);
        return created(await submissions.retry(job, call.caller, idempotencyKey(call.request)));
      },
    }),
  ];

  /** Ray unpacks a folder itself; for others it takes an image, which whoever runs the platform names. */
  function requireUnpacking({ runtime, workdir }: JobRequest): void {
    if (workdir === undefined || runtime === 'ray' || config.workdirs?.image) return;
    throw invalid([
      { path: ['workdir'], message: `is for runtime ray on this platform: ${ENV.workdirImage} is not set` },
    ]);
  }

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
}

const created = ({ job, isNew }: Submitted) => ({
  status: 201,
  headers: { Location: `/api/v1/jobs/${job.id}`, ...(!isNew && { 'Idempotency-Replayed': 'true' }) },
  body: jobView(job),
});

/** Throws a Problem that names every field for which it cannot run. */
async function readRequest(body: unknown): Promise<{ request: JobRequest; warnings: readonly FieldProblem[] }> {
  await turn();
  const parsed = parseJobRequest(body);
  if (!parsed.ok) throw invalid(parsed.problems);
  await turn();
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
  recovery: null,
});
