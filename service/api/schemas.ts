import { z } from 'zod';
import { ROLES } from '../contract/access-files.ts';
import { LOSSES } from '../contract/reasons.ts';
import { JOB_STATES } from '../contract/states.ts';
import { MAX_BUCKETS, MAX_NAME, MAX_NAMES, MAX_SPARK } from '../jobs/curve.ts';
import { WASTES } from '../jobs/goodput.ts';
import { JOB_KINDS, JOB_STATUSES, WANTED } from '../jobs/job.ts';
import { isOutputName, MAX_OUTPUT_NAME } from '../jobs/outputs.ts';
import { PROGRESS_SOURCES } from '../jobs/progress.ts';
import { JOB_REQUEST_SCHEMA } from '../jobs/request.ts';
import { dnsLabel } from '../jobs/text.ts';
import { JOB_SORTS } from '../store/store.ts';

// What the API says, for /openapi.json and for the clients that are typed from it. Names come from `id`.

const time = z.iso.datetime();
const timeOrNull = time.nullable();

export const JobRequestBody = JOB_REQUEST_SCHEMA.meta({ id: 'JobRequest' });

const JobStatusName = z.enum(JOB_STATUSES).meta({ id: 'JobStatusName' });

const ClusterStateBody = z
  .object({
    status: JobStatusName,
    reason: z.string(),
    message: z.string(),
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
  })
  .meta({ id: 'ClusterState' });

const AttentionBody = z
  .object({
    reason: z
      .string()
      .describe('Stalled, Diverging, LateReports, IdleGpus, ClusterLost, or what keeps it from starting'),
    since: time,
    message: z.string(),
  })
  .meta({ id: 'Attention' });

const ProgressBody = z
  .object({
    source: z.enum(PROGRESS_SOURCES).describe('Who tells it'),
    percent: z.int().nullable().describe('Of all that is to be done'),
    epoch: z.int().nullable(),
    etaSeconds: z.int().nullable().describe('What it expected still to need, at the time in at'),
    loss: z.number().nullable(),
    step: z.int().nullable().describe('Of all steps, where it counts them'),
    metrics: z
      .record(z.string(), z.number())
      .describe('What it measures, at most 20 names; in lists the loss alone, and what the list is sorted by'),
    checkpoint: z.string().nullable().describe('Path or address of the last one'),
    attempt: z.int().nullable().describe('Of all its workers together, from 1, within this job'),
    workers: z.object({ ready: z.int(), of: z.int() }).nullable().describe('That run or have succeeded'),
    cluster: z.string().describe('Of several the one that is furthest behind'),
    at: time.describe('When it last changed'),
  })
  .meta({ id: 'Progress' });

const UtilisationBody = z
  .object({
    gpuPercent: z
      .int()
      .nullable()
      .describe('How busy its GPUs are, on average over five minutes; null: of none is it known'),
    gpus: z.int().describe('Of which that is known'),
    idleGpus: z.int().describe('Of these those that do next to nothing'),
    cpuPercent: z.int().nullable().describe('Of what all its pods asked for'),
    at: time,
  })
  .meta({ id: 'Utilisation' });

export const JobBody = z
  .object({
    id: z.string(),
    jobName: z.string(),
    namespace: z.string(),
    algorithm: z.string(),
    priority: z.int(),
    request: JobRequestBody.describe('The request as accepted, with its defaults'),
    status: JobStatusName,
    reason: z.string().describe('One word for the finer state: Queued, Scheduled, Suspended, AppFailed, Cancelled ...'),
    message: z.string(),
    advice: z.string().nullable().describe('What to do about it, where somebody has to'),
    wanted: z.enum(WANTED).describe('What was last asked for; the state follows'),
    kind: z.enum(JOB_KINDS),
    objectName: z.string().describe("Name of the job's objects on Karmada and in the member clusters"),
    clusters: z.array(z.string()).describe('Where Karmada placed it; empty until known'),
    clusterStates: z.record(z.string(), ClusterStateBody),
    unreachableSince: z
      .record(z.string(), time)
      .describe(
        'Its clusters that do not answer, each with the time since when; status, reason and message are as old as that. Empty when all answer',
      ),
    retryOf: z.string().nullable(),
    attempt: z
      .int()
      .describe(
        'Of all that repeat one request, from 1; a job that is tried again by its retryPolicy gets the next number',
      ),
    nextAttemptAt: timeOrNull.describe('An attempt was lost, and the next begins then at the earliest; null otherwise'),
    attention: AttentionBody.nullable().describe('Why somebody should look at it; null: nobody need'),
    progress: ProgressBody.nullable().describe('How far the training is; null where nobody tells'),
    utilisation: UtilisationBody.nullable().describe(
      'What its pods use while it runs, as the Prometheus of its cluster tells; null where none does: GET /proxy/clusters has why',
    ),
    createdBy: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
    dispatchedAt: timeOrNull,
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
    ranForMs: z
      .int()
      .describe(
        'Milliseconds that its runs took which are over, without suspensions and the wait for another try; from startedAt to finishedAt is the whole time, with them',
      ),
    runningSince: timeOrNull.describe('Begin of the run that goes on; null when it does not run now'),
  })
  .meta({ id: 'Job' });

const FieldNote = z
  .object({
    path: z.string().describe('JSON pointer to the field'),
    message: z.string(),
    pointer: z.string().describe('The same pointer as a URI fragment'),
    detail: z.string().describe('The same as message, as RFC 9457 names it'),
  })
  .meta({ id: 'FieldNote' });

const Warnings = z
  .array(FieldNote)
  .describe('What was ignored, or hardly does what was meant: one entry for each field');

export const SubmittedJobBody = JobBody.extend({ warnings: Warnings }).meta({ id: 'SubmittedJob' });

export const ListedJobBody = JobBody.partial({ request: true, clusterStates: true, advice: true })
  .extend({
    spark: z
      .array(z.number())
      .nullable()
      .optional()
      .describe(`The loss so far, in at most ${MAX_SPARK} numbers; null where none is told`),
  })
  .meta({ id: 'ListedJob' });

const SeriesBody = z
  .object({
    name: z.string(),
    at: z.array(z.int()).describe('Milliseconds since 1970, rising: where the stretch ends for which an entry stands'),
    value: z.array(z.number()).describe('The last of each stretch'),
    min: z.array(z.number()),
    max: z.array(z.number()),
    step: z.array(z.int().nullable()),
    last: z.number(),
    lowest: z.number().describe('Of the whole training, as highest is, whatever part was asked for'),
    highest: z.number(),
  })
  .meta({ id: 'Series' });

export const MetricsBody = z
  .object({
    jobId: z.string(),
    names: z.array(z.string()).describe(`Of all that the training tells: ${MAX_NAMES} at most`),
    series: z.array(SeriesBody),
    marks: z
      .array(
        z.object({
          at: time,
          kind: z.enum(['attempt', 'cluster']).describe('What is another one from there on'),
          attempt: z.int().nullable(),
          cluster: z.string().nullable(),
        }),
      )
      .describe('Where it was told from; the first one is where it began'),
    source: z.enum(PROGRESS_SOURCES).nullable().describe('Who told last'),
  })
  .meta({ id: 'Metrics' });

export const ComparisonBody = z
  .object({
    jobs: z.array(ListedJobBody),
    differences: z
      .array(
        z.object({
          name: z.string().describe('Such as hyperparameters.eta'),
          values: z.array(z.unknown()).describe('Of each job, in their order; null where it says nothing'),
        }),
      )
      .describe('What their requests do not agree in'),
    metrics: z.array(MetricsBody),
  })
  .meta({ id: 'Comparison' });

export const OutputsBody = z
  .object({
    outputs: z.array(
      z.object({
        name: z
          .string()
          .describe(
            'Below the folder of the job, such as model/model.ubj; of a place that cannot be read here, the place',
          ),
        uri: z.string().describe('Where it lies, as jobs know it'),
        sizeBytes: z.number().nullable(),
        href: z.string().nullable().describe('Its path in this API; null where it cannot be read here'),
      }),
    ),
    why: z.string().nullable().describe('Why there is nothing, not all, or nothing to be had here'),
  })
  .meta({ id: 'Outputs' });

export const JobStateBody = z
  .object({
    phase: JobStatusName,
    reason: z.string(),
    message: z.string(),
    active: z.int().describe('Clusters in which it waits or runs'),
    succeeded: z.int(),
    failed: z.int(),
    startTime: timeOrNull,
    completionTime: timeOrNull,
    clusterDistribution: z.record(z.string(), z.int()),
  })
  .meta({ id: 'JobState' });

const JobProgressBody = JobBody.pick({
  status: true,
  reason: true,
  message: true,
  wanted: true,
  priority: true,
  clusters: true,
  unreachableSince: true,
  dispatchedAt: true,
  startedAt: true,
  finishedAt: true,
  ranForMs: true,
  runningSince: true,
  updatedAt: true,
})
  .extend(JobBody.pick({ attempt: true, nextAttemptAt: true, attention: true }).partial().shape)
  .meta({ id: 'JobProgress' });

export const JobEventBody = z
  .object({
    id: z.string(),
    jobId: z.string(),
    namespace: z.string(),
    at: time,
    status: JobStatusName,
    previous: JobStatusName.nullable(),
    cluster: z.string().nullable(),
    reason: z.string(),
    message: z.string(),
    job: JobProgressBody.nullable()
      .optional()
      .describe('The job as this event left it; null when it is deleted. Events of earlier versions lack it'),
  })
  .meta({ id: 'JobEvent' });

const BULK_ACTIONS = ['cancel', 'suspend', 'resume', 'retry', 'delete'] as const;

/** Jobs that one request may act on. */
const MAX_ACTED_ON = 1000;

const jobId = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the id of a job');

export const BulkRequestBody = z
  .strictObject({
    action: z.enum(BULK_ACTIONS, `must be one of ${BULK_ACTIONS.join(', ')}`),
    ids: z
      .array(jobId)
      .min(1, 'must name at least one job')
      .max(MAX_ACTED_ON, `must name at most ${MAX_ACTED_ON} jobs`),
  })
  .meta({ id: 'BulkRequest' });

export const BulkOutcomeBody = z
  .object({
    outcomes: z.array(
      z.object({
        id: z.string(),
        outcome: z
          .enum(['done', 'refused', 'forbidden', 'unknown'])
          .describe(
            'done: asked for, or it was so already; refused: its state does not allow it; unknown: no such job',
          ),
        detail: z.string().nullable().describe('Why not'),
        newId: z.string().optional().describe('Of retry: the job that runs it again'),
      }),
    ),
  })
  .meta({ id: 'BulkOutcome' });

export const PriorityBody = z
  .strictObject({ priority: JOB_REQUEST_SCHEMA.shape.priority.unwrap() })
  .meta({ id: 'Priority' });

export const QueueBody = z
  .object({
    waiting: z.int().describe('Jobs that wait to be dispatched, of all namespaces'),
    jobs: z
      .array(z.object({ id: z.string(), position: z.int() }))
      .describe('The first of them that the caller may see, in order; the first of all has position 1'),
  })
  .meta({ id: 'Queue' });

export const TeamsBody = z
  .object({
    teams: z.array(
      z.object({
        namespace: z.string(),
        running: z.int(),
        waiting: z.int().describe('Not running yet, and not held back by a person'),
        suspended: z.int(),
        gpus: z.number().describe('That running jobs have'),
        cpus: z.number().describe('Cores that running jobs have'),
        gpusWaitedFor: z.number().describe('That waiting jobs ask for'),
        gpusMeasured: z.int().describe('Those of its GPUs of which it is known how much they are used'),
        idleGpus: z.int().describe('Of these those that do next to nothing'),
        gpuPercent: z.int().nullable().describe('How busy these are, on average; null: of none is it known'),
      }),
    ),
  })
  .meta({ id: 'Teams' });

const Values = z.array(z.object({ value: z.string(), jobs: z.int() }));
export const FilterValuesBody = z
  .object({
    namespace: Values,
    algorithm: Values,
    owner: Values,
    reason: Values,
    cluster: Values,
    metric: Values.describe('Numbers that trainings tell, for sort=metric:<name>'),
  })
  .meta({ id: 'FilterValues' });

export const AttemptBody = z
  .object({
    id: z.string().describe('Of its job: one that is tried again by its retryPolicy has several attempts'),
    attempt: z.int(),
    status: JobStatusName,
    reason: z.string(),
    message: z.string(),
    createdAt: time,
    objectName: z.string(),
    clusters: z.array(z.string()),
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
    ranForMs: z.int().describe('Milliseconds of its runs that are over'),
    lostTo: z.enum(LOSSES).nullable().describe('Why another attempt of the same job followed; null: none did'),
  })
  .meta({ id: 'Attempt' });

const Counts = z.record(JobStatusName, z.int()).meta({ id: 'Counts' });
const StateCounts = z
  .record(z.enum(JOB_STATES).meta({ id: 'JobStateName' }), z.int())
  .meta({ id: 'StateCounts' })
  .describe('Each job in one of six: what was suspended or cancelled is not in those that its status names');
export const SummaryBody = z
  .object({
    total: z.int(),
    byStatus: Counts,
    byState: StateCounts,
    byCluster: z.record(z.string(), Counts),
    byClusterState: z.record(z.string(), StateCounts),
    complete: z
      .boolean()
      .describe('false: there are more than were counted, as with q, owner, reason and state few are enough'),
  })
  .meta({ id: 'Summary' });

export const KubernetesObject = z
  .looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) })
  .meta({ id: 'KubernetesObject' });

export const WorkdirRequestBody = z
  .object({
    namespace: dnsLabel().default('default').describe('Of the job that is to start in it.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits, lower-case')
      .describe('Of the zip file.'),
    bytes: z.int().min(1).describe('Its size.'),
  })
  .meta({ id: 'WorkdirRequest' });

export const WorkdirBody = z
  .object({
    uri: z.string().describe('What a job names as its workdir'),
    upload: z
      .object({ url: z.string(), headers: z.record(z.string(), z.string()) })
      .nullable()
      .describe('PUT it there, within an hour, with exactly these headers; null: it is there already'),
  })
  .meta({ id: 'Workdir' });

export const DryRunBody = z
  .object({
    dryRun: z.literal(true),
    request: JobRequestBody.describe('As it is understood, with its defaults'),
    variables: z.record(z.string(), z.string()).describe('What the training container is told, beside its credentials'),
    manifests: z.array(KubernetesObject).describe('In the order in which they are applied; the id is drawn anew'),
    candidates: z
      .array(
        z.object({
          cluster: z.string(),
          ready: z.boolean(),
          fits: z.boolean().nullable().describe('Whether a node of it, when empty, holds an instance; null: not known'),
          message: z.string(),
        }),
      )
      .describe('Clusters that may get the job; empty when Karmada does not answer'),
    warnings: Warnings,
  })
  .meta({ id: 'DryRun' });

export const JobPodsBody = z
  .object({
    clusters: z.array(
      z.object({
        cluster: z.string(),
        error: z.string().nullable().describe('Why this cluster could not be asked'),
        pods: z.array(
          z.object({
            name: z.string(),
            role: z.string().describe('submitter, head, worker or job'),
            phase: z.string(),
            node: z.string().nullable(),
            ready: z.boolean(),
            restarts: z.int(),
            reason: z
              .string()
              .nullable()
              .describe('Why it waits or ended: ImagePullBackOff, Unschedulable, OOMKilled ...'),
            message: z.string().nullable(),
            advice: z.string().nullable().describe('What to do about it'),
            createdAt: timeOrNull,
          }),
        ),
        events: z.array(
          z.object({
            at: timeOrNull,
            type: z.string(),
            reason: z.string(),
            message: z.string(),
            object: z.string().describe('kind/name'),
            count: z.int(),
            advice: z.string().nullable().describe('What to do about it'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'JobPods' });

export const FenceRequestBody = z
  .strictObject({
    reason: z.string().max(500).default('').describe('How it is known: its machines are off, say'),
  })
  .meta({ id: 'FenceRequest' });

const fence = {
  at: time,
  by: z.string().describe('Who has confirmed it'),
  reason: z.string(),
  leftBehind: z.int().describe('Attempts that were given up there since, and have not been seen to be gone'),
};
export const FenceBody = z.object({ cluster: z.string(), ...fence }).meta({ id: 'Fence' });

const ClusterBody = z
  .object({
    name: z.string(),
    ready: z.boolean(),
    region: z.string(),
    zone: z.string(),
    reason: z.string(),
    message: z.string(),
    kubernetesVersion: z.string(),
    nodes: z.object({ total: z.int(), ready: z.int() }),
    allocatable: z.record(z.string(), z.string()).describe('Kubernetes quantities by resource'),
    allocated: z.record(z.string(), z.string()),
    jobs: Counts,
    states: StateCounts,
    monitor: z
      .object({
        lastAnswerAt: timeOrNull,
        consecutiveFailures: z.int(),
        latencyMs: z.number().nullable(),
        error: z.string().nullable(),
        unreachableSince: timeOrNull,
      })
      .nullable()
      .describe('How fresh our knowledge is; null while no job is there'),
    utilisation: z
      .object({
        answeredAt: timeOrNull.describe('When its Prometheus told last what jobs use there'),
        why: z.string().nullable().describe('Why it does not; null: it does'),
      })
      .nullable()
      .describe('null: nobody asks, since no job is there, or the service is not told of a Prometheus'),
    fence: z
      .object(fence)
      .nullable()
      .describe('An administrator has confirmed that nothing there can write any more: no job is sent there'),
  })
  .meta({ id: 'Cluster' });

export const ClustersBody = z
  .object({
    clusters: z.array(ClusterBody),
    unreachableSince: timeOrNull.describe('Since when Karmada does not answer: the clusters are as it told them last'),
  })
  .meta({ id: 'Clusters' });

export const LogRunsBody = z
  .object({
    runs: z.array(
      z.object({
        run: z.int(),
        pods: z.array(z.string()),
        live: z.boolean().describe('Its pods are there; else it is what was kept of it'),
      }),
    ),
    unreachable: z.array(z.string()).describe('Clusters that do not answer: of them there is only what was kept'),
  })
  .meta({ id: 'LogRuns' });

export const ResourcesBody = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    type: z.string(),
    count: z.int(),
    resources: z.array(KubernetesObject),
  })
  .meta({ id: 'Resources' });

export const AlgorithmBody = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    entrypoint: z.string(),
    needsGpus: z.boolean().describe('It is made for GPUs; without them it serves to try things out'),
    common: z
      .array(z.string())
      .describe('Names of the fields that are set most, in the order in which to ask for them'),
    fields: z.array(
      z
        .object({
          name: z.string(),
          type: z.enum(['integer', 'number', 'string', 'boolean', 'list']),
          default: z.unknown(),
          help: z.string(),
          nullable: z.boolean(),
          min: z.number().optional(),
          max: z.number().optional(),
          exclusiveMin: z.boolean().optional().describe('The bound itself is not allowed'),
          exclusiveMax: z.boolean().optional(),
          enum: z
            .array(z.union([z.string(), z.number()]))
            .optional()
            .describe('The only values allowed'),
          literals: z.array(z.string()).optional().describe('Words allowed instead of a value of the type'),
          pattern: z.string().optional(),
          maxLength: z.int().optional(),
          items: z.object({ enum: z.array(z.string()).optional(), pattern: z.string().optional() }).optional(),
          minItems: z.int().optional(),
          maxItems: z.int().optional(),
        })
        .meta({ id: 'AlgorithmField' }),
    ),
  })
  .meta({ id: 'Algorithm' });

export const AuthBody = z
  .object({
    mode: z.enum(['none', 'tokens', 'oidc']),
    issuer: z.string().nullable(),
    clientId: z.string().nullable(),
    audience: z.string().nullable(),
  })
  .meta({ id: 'Auth' });

export const MeBody = z
  .object({
    name: z.string(),
    role: z.enum(ROLES).nullable().describe('The highest role anywhere'),
    namespaces: z.array(z.string()).nullable().describe('Where the caller may read; null means everywhere'),
    grants: z.array(z.object({ role: z.enum(ROLES), namespaces: z.array(z.string()) })),
    auth: AuthBody,
    links: z
      .array(z.object({ label: z.string(), url: z.string() }))
      .describe('To other systems, for each job; {id} and the like stand for what the job has'),
  })
  .meta({ id: 'Me' });

export const MessageBody = z
  .object({ message: z.string(), done: z.boolean().describe('false while its objects are still being removed') })
  .meta({ id: 'Message' });

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    message: z.string().describe('The same as detail, for older clients'),
    requestId: z.string(),
    errors: z.array(FieldNote).optional().describe('One entry for each wrong field, at most 50'),
    moreErrors: z.int().optional().describe('How many more fields are wrong, when there are more'),
  })
  .meta({ id: 'Problem' });

// Query parameters come as text, once or several times.

/** PostgreSQL's text cannot hold it, so nothing that is stored has it. */
const hasNoNul = [(text: string) => !text.includes('\0'), 'must not contain a NUL character'] as const;

const name = z.string().refine(...hasNoNul);
const names = z.union([name, z.array(name)]).transform((given) =>
  [given]
    .flat()
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
/** Clients send "namespace=" for all. */
const namesOrAll = names.transform((given) => (given.length === 0 ? undefined : given));

const numberText = (least: number, most: number) =>
  z
    .string(`must be given once, as a whole number from ${least} to ${most}`)
    .regex(/^\d{1,10}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

const flagText = z
  .enum(['true', 'false', '1', '0', ''], 'must be true or false')
  .transform((text) => text === 'true' || text === '1' || text === '');

export const textOnce = (longest: number) =>
  z
    .string('must be given once')
    .max(longest, `must be at most ${longest} characters long`)
    .refine(...hasNoNul);

export const IdempotencyHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .describe(
      'The same key gives the same job for 24 hours, however often it is sent; 409 when that job has been deleted',
    ),
});

export const SubmitQuery = z.object({
  dryRun: flagText.optional().describe('Answers what would be created, and creates nothing'),
});

const SORTS = JOB_SORTS.flatMap((field) => [field, `-${field}` as const]);

const MetricSort = z.string().regex(new RegExp(`^-?metric:[^\\0]{1,${MAX_NAME}}$`));

export const jobFilters = {
  namespace: namesOrAll.optional().describe('One or several, separated by commas'),
  status: names
    .pipe(z.array(z.enum(JOB_STATUSES, `must be among ${JOB_STATUSES.join(', ')}`)))
    .optional()
    .describe(`One or several of ${JOB_STATUSES.join(', ')}, separated by commas`),
  state: names
    .pipe(z.array(z.enum(JOB_STATES, `must be among ${JOB_STATES.join(', ')}`)))
    .optional()
    .describe(
      `One or several of ${JOB_STATES.join(', ')}, separated by commas: what was suspended or cancelled is not in those that its status names`,
    ),
  algorithm: textOnce(64).optional(),
  cluster: textOnce(253).optional(),
  owner: textOnce(255).optional().describe('Who submitted it'),
  reason: names.optional().describe('One or several, separated by commas'),
  attention: flagText.optional().describe('true: somebody should look at them; false: nobody need'),
  q: textOnce(200).optional().describe('Part of the name, id, reason or message'),
};

export const JobListQuery = z.object({
  ...jobFilters,
  sort: z
    .union([z.enum(SORTS), MetricSort], `must be one of ${SORTS.join(', ')}, or metric:<name>`)
    .default('-createdAt')
    .describe(
      'A field; - before it turns the order round. metric:<name>, such as metric:loss: by the latest of that number that was merged into its curve; jobs that do not tell it come after the others, the newest first',
    ),
  view: z
    .enum(['full', 'list'], 'must be full or list')
    .default('full')
    .describe(
      'list: without request and clusterStates, which come with the job itself; full: with them, as clients of the first implementation read',
    ),
  limit: numberText(1, 1000)
    .prefault('100')
    .describe('Jobs on a page, at most 1000; a page of large jobs ends before, at 1 MiB'),
  cursor: textOnce(1000).optional().describe('From the Link header of the page before'),
});

const moment = z
  .string('must be given once')
  .max(64)
  .pipe(z.union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be a date or a time, as in ISO 8601'))
  .transform((text) => new Date(text));

export const GoodputQuery = z.object({
  namespace: namesOrAll.optional().describe('One or several, separated by commas'),
  from: moment.optional().describe('A week before to, unless given'),
  to: moment.optional().describe('Now, unless given'),
  format: z.enum(['json', 'csv'], 'must be json or csv').default('json'),
});

const HoursBody = z.object({ gpuHours: z.number(), cpuHours: z.number() });
export const GoodputBody = z
  .object({
    from: time,
    to: time,
    complete: z
      .boolean()
      .describe('false: more jobs ran than one answer counts; ask for less time, or fewer namespaces'),
    teams: z
      .array(
        HoursBody.extend({
          namespace: z.string(),
          jobs: z.int(),
          attempts: z.int(),
          lost: z.record(z.enum(WASTES), HoursBody).describe('Of these hours, those that came to nothing, by what'),
          stepsRun: z.number().describe('As far as trainings told: steps, else epochs, else percent'),
          stepsKept: z
            .number()
            .describe('That no later attempt had to do again, and that came to a result or still may'),
          goodput: z.number().nullable().describe('Steps kept of those run, 0 to 1; null: nobody told'),
        }),
      )
      .describe('By namespace'),
  })
  .meta({ id: 'Goodput' });

/** It becomes part of an address in the member, so nothing but a name gets through. */
export const namespaceOrAll = z
  .string('must be given once')
  .regex(/^(\*|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/, 'must be the name of a namespace, or * for all')
  .default('default')
  .describe('* for all, which needs the right to all');
export const resourceLimit = numberText(1, 5000).prefault('500').describe('Objects at most');

const series = {
  names: names.optional().describe('Of the numbers, separated by commas; all without it'),
  points: numberText(1, MAX_BUCKETS).prefault(String(MAX_BUCKETS)).describe('Entries of a series, at most'),
};

export const MetricsQuery = z.object({
  ...series,
  from: z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-11-28T12:00:00Z' })
    .optional()
    .describe('Nothing before it'),
});

export const OutputQuery = z.object({
  name: z
    .string('must be the name of an output')
    .refine(isOutputName, `must be a name as GET /jobs/{id}/outputs tells it, of at most ${MAX_OUTPUT_NAME} characters`)
    .describe('As GET /jobs/{id}/outputs tells it'),
});

const MAX_COMPARED = 5;
export const CompareQuery = z.object({
  ...series,
  ids: names
    .pipe(
      z
        .array(jobId)
        .min(2, 'must name two jobs or more')
        .max(MAX_COMPARED, `must name at most ${MAX_COMPARED} jobs`)
        .refine((ids) => new Set(ids).size === ids.length, 'must name each job once'),
    )
    .describe(`Two to ${MAX_COMPARED} jobs, separated by commas`),
});

export const LogQuery = z.object({
  run: numberText(1, 1_000_000).optional().describe('One run of the job, from 1 on; all of them without it'),
  follow: flagText.optional().describe('Go on as the job writes, until it ends'),
  tailLines: numberText(0, 1_000_000).optional(),
  sinceSeconds: numberText(1, 31_536_000).optional(),
  timestamps: flagText.optional().describe('Each line begins with the time of its writing'),
  container: textOnce(253).optional(),
  pod: textOnce(253).optional(),
  cluster: textOnce(253).optional(),
});

export const JobPath = z.object({ id: jobId });
export const ClusterPath = z.object({ cluster: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/) });
