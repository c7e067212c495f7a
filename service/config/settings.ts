import { z } from 'zod';
import { groupsShape, readAccessFile, tokensShape } from '../contract/access-files.ts';
import {
  DEFAULT_CREDENTIALS_SECRET,
  DEFAULT_PORT,
  DEFAULT_PROGRESS_PORT,
  DEFAULT_RAY_IMAGE,
  DEFAULT_STORAGE_REGION,
  ENV,
  FLAGS,
  LINK_PLACES,
  LOG_LEVELS,
  MONITOR_MODES,
  RANGES,
  STORAGE_KEYS,
} from '../contract.ts';
import { kubeconfigFile } from './kubeconfig.ts';
import {
  choice,
  database,
  duration,
  host,
  httpsUrl,
  httpUrl,
  imageReference,
  integer,
  kubernetesName,
  links,
  origins,
  prometheusService,
  s3Folder,
  trustProxy,
} from './values.ts';

export interface Setting<T> {
  readonly variable: string;
  readonly flag?: string;
  readonly help: string;
  readonly schema: z.ZodType<T, string>;
  /** As text, the way an operator would write it; absent when there is none. */
  readonly default?: string;
  /** Its value is never printed. */
  readonly secret?: true;
}

/** Path of a file that says who may do what; read here only to tell its mistakes with the others. */
const accessFile = (shape: z.ZodType) =>
  z.string().superRefine((path, context) => {
    const read = readAccessFile(path, shape);
    if ('value' in read) return;
    for (const message of read.problems) context.addIssue({ code: 'custom', message });
  });

const setting = <T>(value: Setting<T>): Setting<T> => value;

/** Everything that can be set, in the order of --help. A new setting is one entry here and one line in Config. */
export const SETTINGS = {
  database: setting({
    variable: ENV.databaseUrl,
    flag: FLAGS.databaseUrl,
    help: 'PostgreSQL 15 or newer: postgresql://user:password@host:5432/database, or host=... user=... dbname=...',
    schema: database,
    secret: true,
  }),
  karmadaKubeconfig: setting({
    variable: ENV.karmadaKubeconfig,
    flag: FLAGS.karmadaKubeconfig,
    help: 'kubeconfig file of the Karmada control plane',
    schema: kubeconfigFile,
  }),
  mgmtKubeconfig: setting({
    variable: ENV.mgmtKubeconfig,
    flag: FLAGS.mgmtKubeconfig,
    help: 'kubeconfig file of the management cluster; checked at start, and no request is sent to it (leases are in PostgreSQL)',
    schema: kubeconfigFile,
  }),
  host: setting({
    variable: ENV.host,
    flag: FLAGS.host,
    help: 'address to listen on; 0.0.0.0 once callers are authenticated or AUTH=none is said, else 127.0.0.1',
    schema: host,
  }),
  port: setting({
    variable: ENV.port,
    flag: FLAGS.port,
    help: 'port to listen on; 0 lets the system choose',
    schema: integer({ least: 0, most: 65_535 }),
    default: String(DEFAULT_PORT),
  }),
  databasePoolSize: setting({
    variable: ENV.databasePoolSize,
    help: 'connections to PostgreSQL that this replica shares out, at most: one each is kept for API, events, dispatch, monitor and readiness, the rest go to whoever asks first. One more listens',
    schema: integer(RANGES.databasePoolSize),
    default: String(RANGES.databasePoolSize.default),
  }),
  logLevel: setting({
    variable: ENV.logLevel,
    help: LOG_LEVELS.join(', '),
    schema: choice(LOG_LEVELS),
    default: 'info',
  }),
  auth: setting({
    variable: ENV.auth,
    help: 'tokens, oidc or none; told by AUTH_TOKENS_FILE or OIDC_ISSUER when not given. Without any, only loopback is listened on',
    schema: choice(['none', 'tokens', 'oidc']),
  }),
  authTokensFile: setting({
    variable: ENV.authTokensFile,
    help: 'YAML or JSON file of hashed tokens with role and namespaces (npm run hash-token makes an entry); read again when it changes',
    schema: accessFile(tokensShape),
  }),
  oidcIssuer: setting({ variable: ENV.oidcIssuer, help: 'OpenID Connect issuer', schema: httpsUrl }),
  oidcAudience: setting({
    variable: ENV.oidcAudience,
    help: 'audience that a token must name',
    schema: z.string().min(1, 'must not be empty'),
  }),
  oidcClientId: setting({
    variable: ENV.oidcClientId,
    help: 'public client with which the page signs its users in (authorization code with PKCE)',
    schema: z.string().min(1, 'must not be empty'),
  }),
  oidcGroupsClaim: setting({
    variable: ENV.oidcGroupsClaim,
    help: "claim that holds the caller's groups",
    schema: z.string().min(1, 'must not be empty'),
    default: 'groups',
  }),
  oidcRolesFile: setting({
    variable: ENV.oidcRolesFile,
    help: 'YAML or JSON file that gives groups their role and namespaces',
    schema: accessFile(groupsShape),
  }),
  metricsPort: setting({
    variable: ENV.metricsPort,
    help: 'port of its own for /metrics, on which there is nothing else; the API has it when not given. 0 lets the system choose',
    schema: integer({ least: 0, most: 65_535 }),
  }),
  metricsTokenFile: setting({
    variable: ENV.metricsTokenFile,
    help: 'file with the token that whoever reads /metrics must send (Authorization: Bearer); nobody is asked when not given',
    schema: z.string(),
  }),
  corsOrigins: setting({
    variable: ENV.corsOrigins,
    help: 'comma-separated origins whose pages may call the API',
    schema: origins,
    default: '',
  }),
  rateLimitPerMinute: setting({
    variable: ENV.rateLimitPerMinute,
    help: 'requests a minute and caller; 0 sets no limit',
    schema: integer(RANGES.rateLimitPerMinute),
    default: String(RANGES.rateLimitPerMinute.default),
  }),
  trustProxy: setting({
    variable: ENV.trustProxy,
    help: 'number of proxies before the service, or their addresses: whose X-Forwarded-For is believed',
    schema: trustProxy,
    default: '0',
  }),
  monitorInterval: setting({
    variable: ENV.monitorInterval,
    help: 'how often each member cluster is asked for the state of its jobs',
    schema: duration(RANGES.monitorInterval),
    default: RANGES.monitorInterval.default,
  }),
  monitorMode: setting({
    variable: ENV.monitorMode,
    help: 'poll: one query a cluster and interval; watch: one watch a cluster, checked by the query',
    schema: choice(MONITOR_MODES),
    default: 'poll',
  }),
  monitorLostGrace: setting({
    variable: ENV.monitorLostGrace,
    help: 'how long a job may be gone from a cluster that answers before it counts as lost',
    schema: duration(RANGES.monitorLostGrace),
    default: RANGES.monitorLostGrace.default,
  }),
  monitorStartGrace: setting({
    variable: ENV.monitorStartGrace,
    help: 'how long a job may take to start in its cluster before its pods are asked what keeps it',
    schema: duration(RANGES.monitorStartGrace),
    default: RANGES.monitorStartGrace.default,
  }),
  monitorCheckInterval: setting({
    variable: ENV.monitorCheckInterval,
    help: 'how often a cluster is looked at, whatever its version or its watch tells of changes',
    schema: duration(RANGES.monitorCheckInterval),
    default: RANGES.monitorCheckInterval.default,
  }),
  logKeepBytes: setting({
    variable: ENV.logKeepBytes,
    help: 'bytes of output kept of each job after its pods have gone; 0 keeps none',
    schema: integer(RANGES.logKeepBytes),
    default: String(RANGES.logKeepBytes.default),
  }),
  clusterLostAfter: setting({
    variable: ENV.clusterLostAfter,
    help: 'a cluster that has not answered for so long is lost: its jobs need attention, and those whose retryPolicy says elsewhere go on in another one as soon as an administrator has confirmed that nothing in it can write (mlp fence); 0s turns it off',
    schema: duration(RANGES.clusterLostAfter),
    default: RANGES.clusterLostAfter.default,
  }),
  stalledAfterSteps: setting({
    variable: ENV.stalledAfterSteps,
    help: 'a training that makes no step for so many times its own median step, and for ten minutes at least, is stalled; a third of that without a word is told before; 0 turns it off',
    schema: integer(RANGES.stalledAfterSteps),
    default: String(RANGES.stalledAfterSteps.default),
  }),
  placementGrace: setting({
    variable: ENV.placementGrace,
    help: 'a job that was placed and not seen in its cluster for so long is placed anew, once that cluster says that it is not there',
    schema: duration(RANGES.placementGrace),
    default: RANGES.placementGrace.default,
  }),
  finishedRetention: setting({
    variable: ENV.finishedRetention,
    help: "how long a finished job's objects stay in the clusters",
    schema: duration(RANGES.finishedRetention),
    default: RANGES.finishedRetention.default,
  }),
  volumeRetention: setting({
    variable: ENV.volumeRetention,
    help: 'how long the volume of a finished job is kept, unless its request says keepVolume; then it is removed',
    schema: duration(RANGES.volumeRetention),
    default: RANGES.volumeRetention.default,
  }),
  removeNamespaces: setting({
    variable: ENV.removeNamespaces,
    help: 'true or false: whether a namespace that was made for jobs is removed, with all that is in it (a Secret, say), some ten minutes after the last of them was deleted, if nobody else is seen in it',
    schema: choice(['true', 'false']),
    default: 'false',
  }),
  jobRetention: setting({
    variable: ENV.jobRetention,
    help: 'how long after its end a job is kept, with its events and its log, once nothing of it is left in any cluster; 0s: for ever',
    schema: duration(RANGES.jobRetention),
    default: RANGES.jobRetention.default,
  }),
  jobsPerNamespace: setting({
    variable: ENV.jobsPerNamespace,
    help: 'how many such jobs are kept in each namespace, the newest; 0: all',
    schema: integer(RANGES.jobsPerNamespace),
    default: String(RANGES.jobsPerNamespace.default),
  }),
  logRetention: setting({
    variable: ENV.logRetention,
    help: 'how long the log of a job that has ended is kept; 0s: as long as the job',
    schema: duration(RANGES.logRetention),
    default: RANGES.logRetention.default,
  }),
  credentialsSecret: setting({
    variable: ENV.credentialsSecret,
    help: 'Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY that training pods read in their namespace',
    schema: kubernetesName,
    default: DEFAULT_CREDENTIALS_SECRET,
  }),
  rayImage: setting({
    variable: ENV.rayImage,
    help: 'image of Ray head and workers, unless a job names its own; of the built-in algorithms where none of the next three is set',
    schema: imageReference,
    default: `${DEFAULT_RAY_IMAGE.repository}:${DEFAULT_RAY_IMAGE.tag}`,
  }),
  trainerImageCpu: setting({
    variable: ENV.trainerImageCpu,
    help: 'image of the built-in algorithms without GPUs, such as registry.example.com/team/ml-platform-trainer:v1',
    schema: imageReference,
  }),
  trainerImageTensorflow: setting({
    variable: ENV.trainerImageTensorflow,
    help: 'image of those of TensorFlow, such as registry.example.com/team/ml-platform-trainer-tensorflow:v1',
    schema: imageReference,
  }),
  trainerImageGpu: setting({
    variable: ENV.trainerImageGpu,
    help: 'image of the others with GPUs, such as registry.example.com/team/ml-platform-trainer-gpu:v1',
    schema: imageReference,
  }),
  storageClass: setting({
    variable: ENV.storageClass,
    help: "storage class of the jobs' volumes (ReadWriteMany); the cluster's default when not given",
    schema: kubernetesName,
  }),
  webhookUrl: setting({
    variable: ENV.webhookUrl,
    help: 'address that is told, by signed POSTs, of jobs that end or get stuck (docs/webhook.md)',
    schema: httpUrl,
  }),
  webhookSecretFile: setting({
    variable: ENV.webhookSecretFile,
    help: 'file with the secret that signs them: whsec_<base64>, or any text of 16 bytes or more',
    schema: z.string(),
  }),
  jobLinks: setting({
    variable: ENV.jobLinks,
    help: `links of each job to other systems, as JSON: [{"label": "Grafana", "url": "https://grafana.example.com/d/jobs?var-job={id}"}]; may name ${LINK_PLACES.map((name) => `{${name}}`).join(' ')}`,
    schema: links,
  }),
  progressUrl: setting({
    variable: ENV.progressUrl,
    help: `address by which pods of the members reach ${ENV.progressPort}, through an Ingress say: where RayJobs and Jobs report how far they are. Nobody reports when not given; what their logs tell is read in any case`,
    schema: httpUrl,
  }),
  progressPort: setting({
    variable: ENV.progressPort,
    help: 'port on which such reports are taken, without TLS; 0 lets the system choose',
    schema: integer({ least: 0, most: 65_535 }),
    default: String(DEFAULT_PROGRESS_PORT),
  }),
  progressKeyFile: setting({
    variable: ENV.progressKeyFile,
    help: "file with the key, of 32 bytes or more, from which each job's token is derived: who has it can report for any job",
    schema: z.string(),
  }),
  progressAuthorityFile: setting({
    variable: ENV.progressAuthorityFile,
    help: `file with the certificate of the authority that signed that of ${ENV.progressUrl}; where it is not given, what an image trusts is enough`,
    schema: z.string(),
  }),
  objectStorageEndpoint: setting({
    variable: ENV.objectStorageEndpoint,
    help: 'address of the S3-compatible object storage, as jobs and people reach it too, such as https://s3.eu-west-1.amazonaws.com; none is used when not given',
    schema: httpUrl,
  }),
  objectStorageRegion: setting({
    variable: ENV.objectStorageRegion,
    help: 'its region',
    schema: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be a region, such as eu-west-1'),
    default: DEFAULT_STORAGE_REGION,
  }),
  objectStorageKeys: setting({
    variable: ENV.objectStorageKeys,
    help: `folder with the files ${STORAGE_KEYS.id} and ${STORAGE_KEYS.secret}: as whom the service signs for it`,
    schema: z.string(),
  }),
  workdirUrl: setting({
    variable: ENV.workdirUrl,
    help: 'where folders go that are sent along with jobs, such as s3://bucket/workdirs; none are taken when not given',
    schema: s3Folder,
  }),
  workdirMaxBytes: setting({
    variable: ENV.workdirMaxBytes,
    help: 'the most bytes of such a folder, packed',
    schema: integer(RANGES.workdirMaxBytes),
    default: String(RANGES.workdirMaxBytes.default),
  }),
  workdirImage: setting({
    variable: ENV.workdirImage,
    help: 'image of this service, by which such folders reach jobs without Ray; jobs of Ray need none',
    schema: imageReference,
  }),
  utilisationService: setting({
    variable: ENV.utilisationService,
    help: 'Service of a Prometheus in each member, by which it is known what jobs use of CPU and GPUs: namespace/name:port, with https: before the name and a path at the end where it needs these, such as monitoring/prometheus-operated:9090. Nobody is asked when not given',
    schema: prometheusService,
  }),
  utilisationInterval: setting({
    variable: ENV.utilisationInterval,
    help: 'how often it is asked, by one query a member',
    schema: duration(RANGES.utilisationInterval),
    default: RANGES.utilisationInterval.default,
  }),
  utilisationIdlePercent: setting({
    variable: ENV.utilisationIdlePercent,
    help: 'a GPU that is busy for at most so many percent of five minutes is idle',
    schema: integer(RANGES.utilisationIdlePercent),
    default: String(RANGES.utilisationIdlePercent.default),
  }),
  utilisationIdleAfter: setting({
    variable: ENV.utilisationIdleAfter,
    help: 'a job some of whose GPUs have been idle for so long needs attention; 0s: none does',
    schema: duration(RANGES.utilisationIdleAfter),
    default: RANGES.utilisationIdleAfter.default,
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

type Parsed<S> = S extends Setting<infer T> ? T : never;

/** What was given or has a default, parsed; a setting that is wrong is absent here and among the mistakes. */
export type SettingValues = { [Name in SettingName]?: Parsed<(typeof SETTINGS)[Name]> };

/** --help, from the same table. */
export function describeSettings(): string {
  return Object.values(SETTINGS)
    .map((entry: Setting<unknown>) => {
      const names = entry.flag ? `${entry.variable}, ${entry.flag}=` : entry.variable;
      return `  ${names}${entry.default ? ` (${entry.default})` : ''}\n      ${entry.help}`;
    })
    .join('\n');
}
