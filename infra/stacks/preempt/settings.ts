import { z } from 'zod';
import { withRules } from '../../data/field-rules.ts';
import { exposure as exposureOf } from '../../settings/exposure.ts';
import * as f from '../../settings/fragments.ts';
import { lateRuns } from '../../settings/observability.ts';
import { commonRules, LOCAL_IMAGES_NOT_PULLED_ALWAYS } from '../../settings/rules.ts';
import * as s from '../../settings/scalars.ts';
import {
  loneWorker,
  mysql,
  numberedJob,
  oneTimeJob,
  redis,
  scheduledJob,
  server,
  worker,
} from '../../settings/workloads.ts';

const BACKEND = {
  image: { repository: 'preempt-backend' },
  requests: { cpu: '200m', memory: '256Mi' },
  limits: { cpu: '500m', memory: '512Mi' },
};

const exposure = () =>
  exposureOf({
    what: 'the system',
    type: 'none',
    host: 'preempt.example.com',
    nodePort: s.nodePort().default(30_000).describe('For type nodePort: the port of the frontend on every node.'),
  });

const models = () =>
  f.section('The volume of the trained models: the trainer writes, the detector reads.', {
    size: s.bytes().default('2Gi').describe('Size asked for.'),
    accessMode: z
      .enum(['ReadWriteOnce', 'ReadWriteMany'])
      .default('ReadWriteOnce')
      .describe(
        'ReadWriteOnce where one node runs them all; on several nodes ReadWriteMany, which not all storage can.',
      ),
  });

const seed = () =>
  numberedJob(
    'Fills the database with the locations, once.',
    { ...BACKEND, command: ['/app/seed', '/app/seed-data/locations_seed.csv'] },
    {
      locations: f.section('The file of locations (892 in the original).', {
        source: z
          .enum(['configMap', 'volume'])
          .default('configMap')
          .describe('Where the file is: a ConfigMap, or a volume for what a ConfigMap cannot hold (1 MiB).'),
        name: s.objectName().default('preempt-locations').describe('Name of the ConfigMap or of the volume claim.'),
        key: s.secretKey().default('locations_seed.csv').describe('Name of the file in it.'),
      }),
    },
  );

const alerts = () => f.section('When to alert, where monitoring is on.', { lateRuns: lateRuns() });

const OPEN_METEO = { cidrs: f.ANYWHERE, port: 443 };

export const settings = withRules(
  z
    .strictObject({
      ...f.common('preempt'),
      exposure: exposure(),
      mysql: mysql({ database: 'preempt', user: 'myapp', size: '10Gi' }),
      redis: redis({ size: '5Gi' }),
      models: models(),
      config: z
        .record(s.text('[_a-zA-Z][-_a-zA-Z0-9]*', 'a key', 101), z.unknown())
        .default({ weather: { monitored_fields: ['temperature_2m'] } })
        .describe('The content of config.yaml, which every backend service reads; a change rolls them.'),
      weatherApi: f.endpoint('Where the collector fetches the weather, as the NetworkPolicy must name it.', OPEN_METEO),
      migrations: oneTimeJob(
        'Migrates the database, once for each version.',
        { ...BACKEND, command: ['/app/migrate', 'up'] },
        {
          doneQuery: z
            .string()
            .min(1)
            .max(1000)
            .default('SELECT 1 FROM schema_migrations WHERE dirty = 0 AND version >= @version LIMIT 1')
            .describe(
              'SQL that gives a row once the migrations are done: what needs them waits for it; @version is the one below.',
            ),
          version: z
            .int()
            .min(0)
            .max(99_999_999_999_999)
            .default(0)
            .describe(
              'Version of the schema that the images need: nothing starts on an older one. 0: any complete one.',
            ),
        },
      ),
      seed: seed(),
      api: server(
        'The API.',
        { ...BACKEND, port: 8080, replicas: 2, health: '/health', command: ['/app/api'] },
        {
          autoscaling: f.autoscaling({ maxReplicas: 10 }),
        },
      ),
      store: loneWorker('Takes the weather from the stream in Redis and stores it: one consumer, by design.', {
        ...BACKEND,
        command: ['/app/store'],
      }),
      mlTrainer: worker('Trains the models of the detector.', {
        ...BACKEND,
        limits: { cpu: '1000m', memory: '1Gi' },
        command: ['/app/ml-trainer'],
      }),
      frontend: server('The page.', {
        image: { repository: 'preempt-frontend' },
        requests: { cpu: '100m', memory: '128Mi' },
        limits: { cpu: '200m', memory: '256Mi' },
        port: 80,
        replicas: 2,
        health: '/',
      }),
      collector: scheduledJob('Fetches the weather.', {
        ...BACKEND,
        schedule: '*/5 * * * *',
        command: ['/app/collector'],
      }),
      detector: scheduledJob('Looks for anomalies.', {
        ...BACKEND,
        schedule: '*/5 * * * *',
        command: ['/app/detector'],
      }),
      alerts: alerts(),
    })
    .superRefine(commonRules),
  [LOCAL_IMAGES_NOT_PULLED_ALWAYS],
);

export type Settings = z.output<typeof settings>;
