import { z } from 'zod';
import { type FieldRule, withRules } from '../../data/field-rules.ts';
import { postgres } from '../../settings/database.ts';
import { exposure as exposureOf } from '../../settings/exposure.ts';
import * as f from '../../settings/fragments.ts';
import { grafana, lateRuns, loadBalancer, locust, prometheus } from '../../settings/observability.ts';
import { commonRules, LOCAL_IMAGES_NOT_PULLED_ALWAYS } from '../../settings/rules.ts';
import * as s from '../../settings/scalars.ts';
import { kafka, numberedJob, objectStorage, server, worker } from '../../settings/workloads.ts';

const SMALL = {
  requests: { cpu: '200m', memory: '256Mi' },
  limits: { cpu: '500m', memory: '512Mi' },
};
const TRAINER = {
  requests: { cpu: '250m', memory: '512Mi' },
  limits: { cpu: '1000m', memory: '1Gi' },
};

const training = () =>
  f.section('What the training services are told.', {
    epochs: z.int().min(1).max(100_000).default(50).describe('Epochs of GRU and LSTM.'),
    topic: s
      .text('[-._a-zA-Z0-9]+', 'a topic name', 200)
      .default('training-data')
      .describe('Topic with the preprocessed data; one of kafka.topics.'),
    resultTopic: s
      .text('[-._a-zA-Z0-9]+', 'a topic name', 200)
      .default('model-training')
      .describe('Topic on which trained models are announced; one of kafka.topics.'),
  });

const exposure = () =>
  exposureOf({
    what: 'the load balancer',
    type: 'nodePort',
    host: 'forecast.example.com',
    nodePort: s.nodePort().default(30_023).describe('For type nodePort: the port on every node.'),
  });

const alerts = () =>
  f.section('When to alert, where monitoring is on.', {
    errorPercent: z.int().min(1).max(100).default(5).describe('Share of forecasts that end in an error of ours.'),
    waitingRequests: z.int().min(1).max(100_000).default(100).describe('Requests that wait for an inference pod.'),
    freePercent: z.int().min(1).max(99).default(10).describe('Space that the object storage has left.'),
    lateRuns: lateRuns(),
  });

const oneOfTheTopics = (path: string): FieldRule => ({
  path,
  refuses: { notNamedIn: 'kafka.topics' },
  allowed: 'one of kafka.topics: {}',
});

export const settings = withRules(
  z
    .strictObject({
      ...f.common('flts'),
      exposure: exposure(),
      kafka: kafka({
        size: '5Gi',
        topics: [
          { name: 'training-data', partitions: 3 },
          { name: 'inference-data', partitions: 3 },
          { name: 'model-training' },
        ],
      }),
      objectStorage: objectStorage({ size: '10Gi', buckets: ['mlflow', 'datasets', 'models'] }),
      mlflowDatabase: postgres({
        database: 'mlflow',
        user: 'mlflow',
        size: '5Gi',
        secret: 'mlflow-postgres-credentials',
        ...SMALL,
      }),
      database: postgres({ database: 'flts', user: 'flts', size: '2Gi', secret: 'postgres-credentials', ...SMALL }),
      mlflow: server('MLflow: experiments, runs and models.', {
        image: { repository: 'mlflow' },
        ...SMALL,
        port: 5000,
        health: '/health',
      }),
      gateway: server('FastAPI gateway: takes data in.', {
        image: { repository: 'fastapi-app' },
        ...SMALL,
        port: 8000,
        metrics: '/metrics',
      }),
      eda: server('Exploratory data analysis.', {
        image: { repository: 'eda' },
        ...SMALL,
        port: 8010,
        metrics: '/metrics',
      }),
      preprocess: numberedJob('Preprocessing of the data, once.', { image: { repository: 'preprocess' }, ...SMALL }),
      training: training(),
      trainGru: worker('Trainer of the GRU model.', { image: { repository: 'train-gru' }, ...TRAINER }),
      trainLstm: worker('Trainer of the LSTM model.', { image: { repository: 'train-lstm' }, ...TRAINER }),
      prophet: worker('Trainer of the Prophet model.', { image: { repository: 'nonml-prophet' }, ...SMALL }),
      prophetBatch: numberedJob('Prophet over all the data, once.', { image: { repository: 'nonml' }, ...SMALL }),
      evaluation: server('Evaluation of trained models.', {
        image: { repository: 'eval' },
        ...SMALL,
        port: 8050,
        ready: '/readyz',
        metrics: '/metrics',
      }),
      inference: server(
        'Inference with the best model.',
        { image: { repository: 'inference' }, ...SMALL, port: 8000, health: '/healthz', metrics: '/metrics' },
        { autoscaling: f.autoscaling({ maxReplicas: 10, byMemory: false }) },
      ),
      ownService: server(
        'A service of your own, which gets what the others get: addresses and keys of all that keeps state.',
        { image: { repository: 'flts' }, ...SMALL, port: 8080 },
        { enabled: z.boolean().default(false).describe('Write it, as the Deployment flts.') },
      ),
      loadBalancer: loadBalancer(),
      prometheus: prometheus(),
      grafana: grafana(),
      locust: locust(),
      alerts: alerts(),
    })
    .superRefine((value, context) => {
      commonRules(value, context);
      const brokers = { bundled: 1, strimzi: value.kafka.strimzi.brokers, external: 9 }[value.kafka.mode];
      value.kafka.topics.forEach(({ replicas }, index) => {
        if (replicas <= brokers) return;
        const message = `at most the number of brokers, which is ${brokers}`;
        context.addIssue({ code: 'custom', path: ['kafka', 'topics', index, 'replicas'], message });
      });
    }),
  [
    LOCAL_IMAGES_NOT_PULLED_ALWAYS,
    oneOfTheTopics('training.topic'),
    oneOfTheTopics('training.resultTopic'),
    {
      path: 'grafana.enabled',
      when: { path: 'prometheus.enabled', is: false },
      refuses: { value: true },
      allowed: 'false while prometheus.enabled is false: it has nothing to show',
    },
  ],
);

export type Settings = z.output<typeof settings>;
