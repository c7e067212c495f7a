import { z } from 'zod';
import {
  DEFAULT_CREDENTIALS_SECRET,
  DEFAULT_STORAGE_REGION,
  LOG_LEVELS,
  MAX_LINKS,
  MONITOR_MODES,
  RANGES,
} from '../../../service/contract.ts';
import { withRules } from '../../data/field-rules.ts';
import { postgres } from '../../settings/database.ts';
import { exposure as exposureOf } from '../../settings/exposure.ts';
import { serverExtras } from '../../settings/extras.ts';
import * as f from '../../settings/fragments.ts';
import { lateRuns } from '../../settings/observability.ts';
import { commonRules } from '../../settings/rules.ts';
import * as s from '../../settings/scalars.ts';
import { THIRD_PARTY_IMAGES } from '../../settings/third-party-images.ts';

const wholeNumber = ({ least, most, default: usual }: { least: number; most: number; default: number }) =>
  z.int().min(least).max(most).default(usual);

const duration = (range: { least: string; most: string; default: string }) => s.duration(range).default(range.default);

const backend = () =>
  f.section('The job API, its dispatcher and its monitor.', {
    image: f.image({ repository: 'ml-platform-backend' }),
    replicas: f.replicas(1),
    resources: f.resources({ cpu: '500m', memory: '512Mi' }, { cpu: '1000m', memory: '1Gi' }),
    autoscaling: f.autoscaling({ maxReplicas: 6 }),
    disruptionBudget: f.disruptionBudget(),
    topologySpread: f.topologySpread(),
    ...serverExtras(),
    logLevel: z.enum(LOG_LEVELS).default('info').describe('What is logged.'),
    monitorInterval: duration(RANGES.monitorInterval).describe('Time between two looks at every member cluster.'),
    monitorMode: z
      .enum(MONITOR_MODES)
      .default('poll')
      .describe('poll: one query a cluster and interval; watch: one watch a cluster, checked by the query.'),
    monitorCheckInterval: duration(RANGES.monitorCheckInterval).describe(
      'For monitorMode watch: time between two queries that check what the watch told.',
    ),
    monitorLostGrace: duration(RANGES.monitorLostGrace).describe(
      'How long a job may be gone from a cluster that answers before it counts as lost.',
    ),
    monitorStartGrace: duration(RANGES.monitorStartGrace).describe(
      'How long a job may take to start in its cluster before its pods are asked what keeps it.',
    ),
    databasePoolSize: wholeNumber(RANGES.databasePoolSize).describe(
      'Connections to PostgreSQL that the parts of each replica share, at most; one more listens.',
    ),
    rateLimitPerMinute: wholeNumber(RANGES.rateLimitPerMinute).describe(
      'Requests per caller and minute; 0 sets no limit.',
    ),
    corsOrigins: z.array(s.origin()).max(20).default([]).describe('Other origins whose pages may call the API.'),
    metrics: f.section('Who may read /metrics.', {
      access: z
        .enum(['api', 'token', 'port'])
        .default('api')
        .describe(
          'api: whoever reaches the port of the API; token: there, with the token of tokenSecret; port: on a port of its own, which only the namespace of the monitoring reaches.',
        ),
      tokenSecret: s.objectName().default('backend-metrics').describe('Secret with the key token (access token).'),
    }),
    kubeconfigSecret: s
      .objectName()
      .default('backend-kubeconfig')
      .describe('Secret with the keys karmada-kubeconfig and mgmt-kubeconfig.'),
  });

const jobs = () =>
  f.section('What training jobs get, in whichever cluster they run.', {
    image: f
      .image(THIRD_PARTY_IMAGES.ray)
      .describe('The image of Ray head and workers, unless a job names its own or trainerImages has one for it.'),
    trainerImages: f.section('Images of the built-in algorithms (npm run build:images -- --trainers).', {
      cpu: s.optionalImageReference().default('').describe('Of those that train without GPUs; empty: image.'),
      tensorflow: s.optionalImageReference().default('').describe('Of those of TensorFlow; empty: image.'),
      gpu: s.optionalImageReference().default('').describe('Of the others with GPUs; empty: image.'),
    }),
    credentialsSecret: s
      .objectName()
      .default(DEFAULT_CREDENTIALS_SECRET)
      .describe(
        'Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY that training pods read in their namespace, if it is there.',
      ),
    storageClass: s
      .optionalName()
      .default('')
      .describe("StorageClass of their volumes, which many pods write; empty: the default of the job's cluster."),
    clusterLostAfter: duration(RANGES.clusterLostAfter).describe(
      'A cluster that has not answered for so long is lost: jobs whose retryPolicy says elsewhere go on in another once it is confirmed dead; 0s: none is.',
    ),
    stalledAfterSteps: wholeNumber(RANGES.stalledAfterSteps).describe(
      'A training that makes no step for so many times its own median step is stalled, and told of; 0: none ever is.',
    ),
    placementGrace: duration(RANGES.placementGrace).describe(
      'A job that was placed and not seen in its cluster for so long is placed anew, once that cluster says that it is not there.',
    ),
    finishedRetention: duration(RANGES.finishedRetention).describe(
      "How long a finished job's objects stay in its cluster.",
    ),
    volumeRetention: duration(RANGES.volumeRetention).describe(
      'How long the volume of a finished job is kept, unless its request says keepVolume; then it is removed.',
    ),
    removeNamespaces: z
      .boolean()
      .default(false)
      .describe(
        'Whether a namespace that was made for jobs is removed, with all that is in it (a Secret, say), some ten minutes after the last of them was deleted, if nobody else is seen in it. Takes the right to delete namespaces on Karmada.',
      ),
    jobRetention: duration(RANGES.jobRetention).describe(
      'How long after its end a job is kept, with its events and its log, once nothing of it is left in any cluster; 0s: for ever.',
    ),
    jobsPerNamespace: wholeNumber(RANGES.jobsPerNamespace).describe(
      'How many such jobs are kept in each namespace, the newest; 0: all.',
    ),
    logRetention: duration(RANGES.logRetention).describe(
      'How long the log of a job that has ended is kept; 0s: as long as the job.',
    ),
    workdirMaxBytes: wholeNumber(RANGES.workdirMaxBytes).describe(
      'The most bytes of a folder that is sent along with a job, packed (objectStorage.workdirs).',
    ),
    logKeepBytes: wholeNumber(RANGES.logKeepBytes).describe(
      "Bytes of each job's output that are kept when its pods have gone; 0 keeps none.",
    ),
    links: z
      .array(
        z.strictObject({
          label: s
            .text('[-_.,/() a-zA-Z0-9]+', 'a label of letters, digits and simple signs', 40)
            .describe('What the link is called.'),
          url: s
            .linkTemplate()
            .describe(
              'Its address; {id}, {jobName}, {namespace}, {objectName}, {cluster}, {algorithm} and {owner} are filled in.',
            ),
        }),
      )
      .max(MAX_LINKS)
      .default([])
      .describe('Links of each job to other systems, such as the Ray dashboard, Grafana, MLflow or a bucket.'),
  });

const webhook = () =>
  f.section('Who is told of jobs that end or get stuck.', {
    enabled: z.boolean().default(false).describe('Whether anybody is.'),
    url: s.httpUrl().default('https://hooks.example.com/ml-platform').describe('Address that takes the messages.'),
    secret: s
      .objectName()
      .default('backend-webhook')
      .describe(
        'Secret with the key secret, which signs the messages: whsec_<base64>, or any text of 16 bytes or more.',
      ),
    address: f.endpoint('The same address, as the NetworkPolicy must name it.', { cidrs: f.ANYWHERE, port: 443 }),
  });

const progress = () =>
  f.section('Where RayJobs and Jobs, whose pods run in the members, report how far they are.', {
    enabled: z.boolean().default(false).describe('Whether they report; what their logs tell is read in any case.'),
    url: s
      .httpUrl()
      .default('https://ml-platform-api.example.com/progress')
      .describe('Address by which their pods reach it: /progress of the Ingress, or a port of the nodes.'),
    keySecret: s
      .objectName()
      .default('backend-progress')
      .describe("Secret with the key key (32 bytes or more), from which each job's token is derived."),
    authoritySecret: s
      .optionalName()
      .default('')
      .describe('Secret with the key ca.crt, by which pods check the address; empty: by what their images trust.'),
  });

const utilisation = () =>
  f.section('What jobs use of CPU and GPUs, as a Prometheus in each member tells.', {
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether they are asked. Gives the backend the right to ask this one Service, in the members alone.'),
    namespace: s.dnsLabel().default('monitoring').describe('Namespace of its Service in the members.'),
    service: s.dnsLabel().default('prometheus-operated').describe('Name of its Service there.'),
    port: s.port().default(9090).describe('Port of that Service.'),
    https: z.boolean().default(false).describe('Whether it speaks TLS.'),
    path: s.optionalPath().default('').describe('Where its API begins, such as /prometheus; empty: at the root.'),
    interval: duration(RANGES.utilisationInterval).describe('How often each is asked, by one query.'),
    idlePercent: wholeNumber(RANGES.utilisationIdlePercent).describe(
      'A GPU that is busy for at most so many percent of five minutes is idle.',
    ),
    idleAfter: duration(RANGES.utilisationIdleAfter).describe(
      'A job some of whose GPUs have been idle for so long needs attention; 0s: none does.',
    ),
  });

const objectStorage = () =>
  f.section('The S3-compatible object storage that jobs and those who submit them use.', {
    enabled: z.boolean().default(false).describe('Whether the platform has one.'),
    endpoint: s
      .httpUrl()
      .default('https://s3.example.com')
      .describe('Its address, as pods of the members and those who submit jobs reach it, too.'),
    region: s.text('[a-z0-9-]{1,64}', 'a region', 64).default(DEFAULT_STORAGE_REGION).describe('Its region.'),
    keysSecret: s
      .objectName()
      .default('backend-object-storage')
      .describe(
        'Secret with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, of whom the backend signs as: may read, and write below workdirs.',
      ),
    workdirs: s
      .optionalText(
        's3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-._a-zA-Z0-9]+)*',
        'an address such as s3://bucket/workdirs',
      )
      .default('')
      .describe(
        'Where folders go that are sent along with jobs; empty: none are taken. Nothing is removed there: let the bucket expire what is older than your jobs.',
      ),
    address: f.endpoint('The same endpoint, as the NetworkPolicy must name it.', { cidrs: f.ANYWHERE, port: 443 }),
  });

const groupGrant = z.strictObject({
  group: s.text('[-._:/ a-zA-Z0-9]+', 'a group as the claim spells it', 200).describe('The group.'),
  namespaces: z
    .array(s.text(`\\*|${s.patterns.label}`, 'a namespace, or * for all', 63))
    .min(1)
    .max(50)
    .describe('Where they may do it.'),
  role: z.enum(['viewer', 'submitter', 'admin']).describe('What its members may do.'),
});

const auth = () =>
  f.section('Who may call the API.', {
    mode: z
      .enum(['tokens', 'oidc', 'none'])
      .default('tokens')
      .describe('A file of hashed tokens, an OpenID Connect issuer, or nobody is asked (a laptop only).'),
    tokensSecret: s.objectName().default('backend-auth').describe('Secret with the key tokens.json (mode tokens).'),
    oidc: f.section('For mode oidc.', {
      origin: s.httpsOrigin().default('https://id.example.com').describe('Scheme and host of the issuer.'),
      path: s.optionalPath().default('').describe("The rest of the issuer's address, such as /realms/ml."),
      audience: s
        .text('[-._:/a-zA-Z0-9]+', 'an audience', 200)
        .default('ml-platform')
        .describe('Audience a token must have.'),
      clientId: s.text('[-._:/a-zA-Z0-9]+', 'a client id', 200).default('ml-platform').describe('Client of the page.'),
      groupsClaim: s
        .text('[-._:/a-zA-Z0-9]+', 'a claim', 100)
        .default('groups')
        .describe('Claim that lists the groups.'),
      groups: z
        .array(groupGrant)
        .min(1)
        .max(50)
        .default([{ group: 'ml-platform-users', namespaces: ['*'], role: 'submitter' }])
        .describe('Which group has which role in which namespaces.'),
      address: f.endpoint('The issuer, as the NetworkPolicy must name it.', { cidrs: f.ANYWHERE, port: 443 }),
    }),
  });

const frontend = () =>
  f.section('The page.', {
    image: f.image({ repository: 'ml-platform-frontend' }),
    replicas: f.replicas(1),
    resources: f.resources({ cpu: '100m', memory: '128Mi' }, { cpu: '200m', memory: '256Mi' }),
    disruptionBudget: f.disruptionBudget(),
    topologySpread: f.topologySpread(),
    ...serverExtras(),
    apiBaseUrl: s
      .optionalHttpUrl()
      .default('')
      .describe('Address of the API as browsers see it; empty: the same as the page, which passes /api on.'),
  });

const exposure = () =>
  exposureOf({
    what: 'the platform',
    type: 'none',
    host: 'ml-platform-api.example.com',
    nodePort: f.section('For type nodePort.', {
      backend: s.nodePort().default(30_180).describe('Port of the API on every node.'),
      frontend: s.nodePort().default(30_181).describe('Port of the page on every node.'),
      progress: s.nodePort().default(30_182).describe('Port of the reports of trainings on every node.'),
    }),
  });

const karmada = () =>
  f.section('The Karmada control plane.', {
    apiServer: f.endpoint('Its API server, as the NetworkPolicy must name it.', { cidrs: f.ANYWHERE, port: 5443 }),
    memberClusters: z
      .array(s.objectName())
      .max(100)
      .default([])
      .describe('Members that the backend may read; empty: all, also those that join later.'),
    identity: f.section('As whom the backend logs in.', {
      type: z
        .enum(['certificate', 'serviceAccount'])
        .default('certificate')
        .describe('A certificate opens nothing to others; a ServiceAccount needs groups bound that all share.'),
      user: s
        .objectName()
        .default('ml-platform-backend')
        .describe("The certificate's CN, or the ServiceAccount's name."),
      group: s.objectName().default('ml-platform').describe("The certificate's O."),
      namespace: s.dnsLabel().default('ml-platform-system').describe("The ServiceAccount's namespace in Karmada."),
    }),
  });

const alerts = () =>
  f.section('When to alert, where monitoring is on.', {
    monitorLagSeconds: z.int().min(1).max(3600).default(15).describe("Age of what is known of a cluster's jobs."),
    clusterFailures: z.int().min(1).max(10_000).default(10).describe('Queries to a cluster that fail in a row.'),
    dispatchLagSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(120)
      .describe('Time that a job waits to be sent to Karmada.'),
    errorPercent: z.int().min(1).max(100).default(5).describe('Share of requests that end in an error of ours.'),
    lateRuns: lateRuns(),
  });

const check = () =>
  f.check({
    namespace: s
      .dnsLabel()
      .default('default')
      .describe('Namespace, in its member cluster, of the job that is submitted.'),
    tokenSecret: s
      .optionalName()
      .default('')
      .describe(
        'Secret with the key token, of a caller who may submit jobs there; empty: where callers need one, no job is submitted.',
      ),
  });

export const settings = withRules(
  z
    .strictObject({
      ...f.common('ml-platform'),
      gitops: f.gitops({ karmadaServer: f.karmadaServer() }),
      exposure: exposure(),
      backend: backend(),
      jobs: jobs(),
      auth: auth(),
      webhook: webhook(),
      progress: progress(),
      objectStorage: objectStorage(),
      utilisation: utilisation(),
      frontend: frontend(),
      database: postgres({
        database: 'training_jobs',
        user: 'mlplatform',
        size: '10Gi',
        secret: 'postgres-credentials',
        requests: { cpu: '250m', memory: '256Mi' },
        limits: { cpu: '500m', memory: '512Mi' },
      }),
      karmada: karmada(),
      alerts: alerts(),
      check: check(),
    })
    .superRefine(commonRules),
  [
    {
      path: 'exposure.nodePort.frontend',
      when: { path: 'exposure.type', is: 'nodePort' },
      refuses: { sameNumber: 'exposure.nodePort.backend' },
      allowed: 'a port other than that of exposure.nodePort.backend',
    },
    ...(['backend', 'frontend'] as const).map((other) => ({
      path: 'exposure.nodePort.progress',
      when: { path: 'exposure.type', is: 'nodePort' },
      refuses: { sameNumber: `exposure.nodePort.${other}` },
      allowed: `a port other than that of exposure.nodePort.${other}`,
    })),
  ],
);

export type Settings = z.output<typeof settings>;
