// Settings of one workload of a team's own image, and of the stateful parts that several stacks use.
import { z } from 'zod';
import { cron } from './cron.ts';
import { extras, serverExtras } from './extras.ts';
import {
  type Amounts,
  disruptionBudget,
  endpoint,
  image,
  PRIVATE,
  replicas,
  resources,
  section,
  topologySpread,
  volume,
} from './fragments.ts';
import * as s from './scalars.ts';
import { THIRD_PARTY_IMAGES } from './third-party-images.ts';

interface WorkloadDefaults {
  readonly image: { registry?: string; repository: string; tag?: string };
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const words = (doc: string, defaults: string[]) =>
  z.array(z.string().min(1).max(4096)).max(50).default(defaults).describe(doc);

/** What every workload of a team's own image can be told. */
const own = (defaults: WorkloadDefaults) => ({
  image: image(defaults.image),
  resources: resources(defaults.requests, defaults.limits),
  user: z.int().min(1).max(65_535).default(1000).describe('Numeric user and group that the image runs as; never root.'),
  readOnlyRoot: z
    .boolean()
    .default(true)
    .describe('Read-only root file system; off for an image that writes elsewhere than to /tmp.'),
  tmpSize: s
    .bytes()
    .default('1Gi')
    .describe("The most that /tmp may hold, of the node's disk: uploads, models before they are stored, caches."),
  ...extras(),
});

const metricsPath = (path: string) =>
  s.optionalText('/[-._/a-zA-Z0-9]+', 'a path', 201).default(path).describe('Path of its metrics; empty: it has none.');

interface ServerDefaults extends WorkloadDefaults {
  readonly port: number;
  readonly health?: string;
  readonly ready?: string;
  readonly metrics?: string;
  readonly replicas?: number;
}

/** A server: replicas behind a Service. */
export const server = <More extends z.ZodRawShape = Record<never, never>>(
  doc: string,
  defaults: ServerDefaults & { command?: string[] },
  more: More = {} as More,
) =>
  section(doc, {
    ...own(defaults),
    ...serverExtras(),
    replicas: replicas(defaults.replicas ?? 1),
    disruptionBudget: disruptionBudget(),
    topologySpread: topologySpread(),
    port: s.port().default(defaults.port).describe('Port that it listens on.'),
    healthPath: s
      .optionalText('/[-._/a-zA-Z0-9]*', 'a path', 201)
      .default(defaults.health ?? '')
      .describe(
        'Path that answers 200 when it is well, and only a restart helps when not; empty: its port must accept.',
      ),
    readyPath: s
      .optionalText('/[-._/a-zA-Z0-9]*', 'a path', 201)
      .default(defaults.ready ?? '')
      .describe('Path that answers 200 while it can take requests; empty: healthPath says that too.'),
    metricsPath: metricsPath(defaults.metrics ?? ''),
    command: words("Command; empty: the image's own.", defaults.command ?? []),
    ...more,
  });
export type ServerSettings = z.output<ReturnType<typeof server>>;

/** Nobody asks a worker anything: it takes work from a queue. */
const workerShape = (defaults: WorkloadDefaults & { command?: string[] }) => ({
  ...own(defaults),
  replicas: replicas(1),
  command: words("Command; empty: the image's own.", defaults.command ?? []),
  livenessCommand: words('Succeeds while it is well; empty: its first process must not have died.', []),
});

export const worker = (doc: string, defaults: WorkloadDefaults & { command?: string[] }) =>
  section(doc, workerShape(defaults));
export type WorkerSettings = z.output<ReturnType<typeof worker>>;

/** A worker beside which there must never be a second one: its number is no setting. */
export const loneWorker = (doc: string, defaults: WorkloadDefaults & { command?: string[] }) => {
  const { replicas: _, ...shape } = workerShape(defaults);
  return section(doc, shape);
};
export type LoneWorkerSettings = z.output<ReturnType<typeof loneWorker>>;

export const oneTimeJob = <More extends z.ZodRawShape = Record<never, never>>(
  doc: string,
  defaults: WorkloadDefaults & { command?: string[] },
  more: More = {} as More,
) =>
  section(doc, {
    ...own(defaults),
    command: words("Command; empty: the image's own.", defaults.command ?? []),
    backoffLimit: z.int().min(0).max(20).default(4).describe('Tries after the first one.'),
    deadlineSeconds: z.int().min(60).max(604_800).default(86_400).describe('The Job is ended as failed after this.'),
    ...more,
  });
/** A job of which a second run would do harm: it has its number, and only another number makes it run again. */
export const numberedJob = <More extends z.ZodRawShape = Record<never, never>>(
  doc: string,
  defaults: WorkloadDefaults & { command?: string[] },
  more: More = {} as More,
) =>
  oneTimeJob(doc, defaults, {
    enabled: z.boolean().default(true).describe('Write the Job at all.'),
    run: z
      .int()
      .min(1)
      .max(9999)
      .default(1)
      .describe('It has run when it has run with this number, whatever changes; another number runs it again.'),
    ...more,
  });
export type NumberedJobSettings = z.output<ReturnType<typeof numberedJob>>;
export type OneTimeJobSettings = z.output<ReturnType<typeof oneTimeJob>>;

export const scheduledJob = (doc: string, defaults: WorkloadDefaults & { command?: string[]; schedule: string }) =>
  section(doc, {
    ...own(defaults),
    command: words("Command; empty: the image's own.", defaults.command ?? []),
    schedule: cron().default(defaults.schedule).describe('When it runs (UTC).'),
    backoffLimit: z.int().min(0).max(20).default(2).describe('Tries after the first one.'),
    deadlineSeconds: z.int().min(10).max(86_400).default(280).describe('A run is ended as failed after this.'),
    keepSucceeded: z.int().min(0).max(20).default(3).describe('Runs kept that succeeded.'),
    keepFailed: z.int().min(0).max(20).default(3).describe('Runs kept that failed.'),
  });
export type ScheduledJobSettings = z.output<ReturnType<typeof scheduledJob>>;

/** Nightly dumps to a volume of their own. */
export const dumps = () =>
  section('Nightly dumps to a volume of their own.', {
    enabled: z.boolean().default(false).describe('Write the CronJob and its volume claim.'),
    schedule: cron().default('30 2 * * *').describe('When to dump (UTC).'),
    keepDays: z.int().min(1).max(365).default(14).describe('Dumps older than this are deleted.'),
    size: s.bytes().default('20Gi').describe('Size of the volume for the dumps.'),
    ...extras(),
  });
export type DumpSettings = z.output<ReturnType<typeof dumps>>;

/** A server that runs elsewhere: its name, and how a NetworkPolicy names it. */
const elsewhere = (what: string, host: string, port: number) =>
  section(`For mode external: ${what} that runs elsewhere.`, {
    host: s.hostName().default(host).describe('Its host name.'),
    address: endpoint('Where it is, as the NetworkPolicy must name it.', { cidrs: PRIVATE, port }),
  });

const mode = () =>
  z.enum(['bundled', 'external']).default('bundled').describe('A pod of our own, or one that runs elsewhere.');
const identifier = () => s.text('[a-z_][a-z0-9_]*', 'lower-case letters, digits and underscores', 63);

export const mysql = (defaults: { database: string; user: string; size: string }) =>
  section('MySQL.', {
    mode: mode(),
    database: identifier().default(defaults.database).describe('Name of the database.'),
    user: identifier().default(defaults.user).describe('As whom the clients log in.'),
    secret: s.objectName().default('mysql-credentials').describe('Name of the Secret with the passwords.'),
    passwordKey: s.secretKey().default('password').describe('Its key with the password of user.'),
    rootPasswordKey: s.secretKey().default('root-password').describe("Its key with root's password (bundled)."),
    image: image(THIRD_PARTY_IMAGES.mysql),
    resources: resources({ cpu: '250m', memory: '512Mi' }, { cpu: '500m', memory: '1Gi' }),
    volume: volume(defaults.size),
    ...serverExtras(),
    backup: dumps(),
    external: elsewhere('a server', 'mysql.example.com', 3306),
  });
export type MySqlSettings = z.output<ReturnType<typeof mysql>>;

export const redis = (defaults: { size: string }) =>
  section('Redis.', {
    mode: mode(),
    secret: s.objectName().default('redis-credentials').describe('Name of the Secret with the password.'),
    passwordKey: s.secretKey().default('password').describe('Its key with the password.'),
    image: image(THIRD_PARTY_IMAGES.redis),
    resources: resources({ cpu: '100m', memory: '128Mi' }, { cpu: '250m', memory: '256Mi' }),
    volume: volume(defaults.size),
    ...serverExtras(),
    external: elsewhere('a server', 'redis.example.com', 6379),
  });
export type RedisSettings = z.output<ReturnType<typeof redis>>;

export const objectStorage = (defaults: { size: string; buckets: string[] }) =>
  section('S3-compatible object storage: MinIO, or one that runs elsewhere.', {
    mode: mode(),
    secret: s.objectName().default('minio-credentials').describe('Secret with the keys access-key and secret-key.'),
    image: image(THIRD_PARTY_IMAGES.minio).describe(
      'The image of MinIO (bundled). The last that its makers published has a hole, CVE-2025-62506: docs/networks.md says what to take instead.',
    ),
    clientImage: image(THIRD_PARTY_IMAGES.minioClient),
    resources: resources({ cpu: '200m', memory: '256Mi' }, { cpu: '500m', memory: '512Mi' }),
    volume: volume(defaults.size),
    buckets: z
      .array(
        s.text('[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]', 'a bucket name: 3 to 63 lower-case letters, digits, dashes, dots'),
      )
      .min(1)
      .max(50)
      .default(defaults.buckets)
      .describe('Buckets that are made when they are missing.'),
    ...serverExtras(),
    bucketsJob: section('The Job that makes the buckets.', extras()),
    external: section('For mode external: storage that runs elsewhere.', {
      url: s.httpUrl().default('https://s3.example.com').describe('Its address.'),
      address: endpoint('Where it is, as the NetworkPolicy must name it.', { cidrs: PRIVATE, port: 443 }),
    }),
  });
export type ObjectStorageSettings = z.output<ReturnType<typeof objectStorage>>;

const topic = z.strictObject({
  name: s.text('[-._a-zA-Z0-9]+', 'a topic name', 200).describe('Name of the topic.'),
  partitions: z.int().min(1).max(1000).default(1).describe('Number of partitions.'),
  replicas: z.int().min(1).max(9).default(1).describe('Copies of each; at most the number of brokers.'),
});

export const kafka = (defaults: { topics: { name: string; partitions?: number }[]; size: string }) =>
  section('Kafka.', {
    mode: z
      .enum(['bundled', 'strimzi', 'external'])
      .default('bundled')
      .describe('One broker of our own (KRaft), a cluster by the Strimzi operator, or one that runs elsewhere.'),
    image: image(THIRD_PARTY_IMAGES.kafka).describe(
      'The image of the broker (bundled) and of the Job that makes the topics.',
    ),
    resources: resources({ cpu: '250m', memory: '512Mi' }, { cpu: '500m', memory: '1Gi' }),
    heap: s
      .text('[1-9][0-9]{1,5}m', 'megabytes such as 512m')
      .default('512m')
      .describe("The broker's Java heap; about half its memory."),
    volume: volume(defaults.size),
    clusterId: s
      .text('[-_a-zA-Z0-9]{22}', '16 bytes in base64 without padding')
      .default('ZmxvdHMta2Fma2EtMDAwMQ')
      .describe('Id with which the storage is formatted; must not change (bundled).'),
    topics: z.array(topic).max(200).prefault(defaults.topics).describe('Topics that are made when they are missing.'),
    ...serverExtras(),
    topicsJob: section('The Job that makes the topics.', extras()),
    strimzi: section('For mode strimzi.', {
      brokers: z.int().min(1).max(9).default(3).describe('Number of brokers, each a controller too.'),
      version: s
        .text('[0-9]+\\.[0-9]+\\.[0-9]+', 'a version such as 4.0.0')
        .default('4.0.0')
        .describe('Version of Kafka.'),
    }),
    external: elsewhere('a cluster', 'kafka.example.com', 9092),
  });
export type KafkaSettings = z.output<ReturnType<typeof kafka>>;
