import { ArgoApplication } from '../../constructs/argocd.ts';
import { Check } from '../../constructs/check.ts';
import { clientsFromOutside, portsOutside } from '../../constructs/exposure.ts';
import { Grafana } from '../../constructs/grafana.ts';
import { OneTimeJob } from '../../constructs/job.ts';
import { Kafka } from '../../constructs/kafka.ts';
import { LoadBalancer } from '../../constructs/load-balancer.ts';
import { Locust } from '../../constructs/locust.ts';
import { Mlflow } from '../../constructs/mlflow.ts';
import { StackNamespace } from '../../constructs/namespace.ts';
import { ObjectStorage } from '../../constructs/object-storage.ts';
import { Postgres } from '../../constructs/postgres.ts';
import { Prometheus } from '../../constructs/prometheus.ts';
import type { Stack } from '../../constructs/stack.ts';
import { numberedJobProps, serverProps, workerProps } from '../../constructs/team-image.ts';
import { AROUND, SERVICE } from '../../constructs/waves.ts';
import { WebService } from '../../constructs/web-service.ts';
import type { BuildContext } from '../definition.ts';
import { dashboards } from './dashboards.ts';
import { expose } from './exposure.ts';
import { observe } from './monitoring.ts';
import type { Settings } from './settings.ts';

/** Names of the databases: their StatefulSets, or their CloudNativePG Clusters. */
export const POSTGRES = 'postgres';
export const MLFLOW_POSTGRES = 'mlflow-postgres';

/** By this name the first deployment ran a service beside those of the pipeline. */
const OWN_SERVICE = 'flts';

/** The forecasting pipeline. */
export function build(stack: Stack, settings: Settings, { environment }: BuildContext): void {
  new StackNamespace(stack, 'namespace');

  // What keeps state.
  const kafka = new Kafka(stack, 'messaging', { name: 'kafka', claimName: 'kafka-data-pvc', settings: settings.kafka });
  const storage = new ObjectStorage(stack, 'storage', {
    name: 'minio',
    claimName: 'minio-data-pvc',
    settings: settings.objectStorage,
  });
  const database = new Postgres(stack, 'database', {
    name: POSTGRES,
    claimName: 'postgres-data-pvc',
    settings: settings.database,
  });
  const mlflow = new Mlflow(stack, 'mlflow', {
    settings: settings.mlflow,
    storage,
    bucket: 'mlflow',
    database: new Postgres(stack, 'mlflow-database', {
      name: MLFLOW_POSTGRES,
      claimName: 'mlflow-postgres-pvc',
      title: "MLflow's PostgreSQL",
      settings: settings.mlflowDatabase,
    }),
  });

  // Data in.
  new WebService(stack, 'fastapi-app', {
    ...serverProps(settings.gateway, { KAFKA_TOPIC: settings.training.topic }),
    title: 'Gateway',
    component: 'gateway',
    entrance: '/',
    talksTo: [kafka.connection(), storage.connection(), database.connection()],
  });
  new WebService(stack, 'eda', {
    ...serverProps(settings.eda),
    title: 'Data analysis',
    component: 'analysis',
    talksTo: [storage.connection(), database.connection()],
  });
  if (settings.preprocess.enabled) {
    new OneTimeJob(stack, 'preprocess', {
      ...numberedJobProps(settings.preprocess, { KAFKA_TOPIC: settings.training.topic }),
      title: 'Preprocessing',
      component: 'preprocess',
      // After the Jobs that make topics and buckets.
      wave: SERVICE,
      talksTo: [kafka.connection(), storage.connection()],
    });
  }

  // Models.
  const { epochs, resultTopic, topic } = settings.training;
  const trainer = (name: string, title: string, worker: Settings['trainGru']) =>
    new WebService(stack, name, {
      ...workerProps(worker, {
        // A group of its own: each trainer sees all the data.
        CONSUMER_GROUP_ID: name,
        KAFKA_TOPIC: topic,
        KAFKA_RESULT_TOPIC: resultTopic,
        EPOCHS: String(epochs),
      }),
      title,
      component: 'training',
      talksTo: [kafka.connection(), storage.connection(), mlflow.connection()],
    });
  trainer('train-gru', 'GRU trainer', settings.trainGru);
  trainer('train-lstm', 'LSTM trainer', settings.trainLstm);
  trainer('nonml-prophet', 'Prophet trainer', settings.prophet);
  if (settings.prophetBatch.enabled) {
    new OneTimeJob(stack, 'nonml', {
      ...numberedJobProps(settings.prophetBatch),
      title: 'Prophet batch',
      component: 'training',
      // After MLflow, which is a service.
      wave: AROUND,
      talksTo: [storage.connection(), mlflow.connection()],
    });
  }
  new WebService(stack, 'eval', {
    ...serverProps(settings.evaluation, { CONSUMER_GROUP_ID: 'eval', KAFKA_TOPIC: resultTopic }),
    title: 'Evaluation',
    component: 'evaluation',
    talksTo: [kafka.connection(), storage.connection(), mlflow.connection()],
  });

  // Forecasts out.
  const inference = new WebService(stack, 'inference', {
    ...serverProps(settings.inference, { CONSUMER_GROUP_ID: 'inference' }),
    title: 'Inference',
    component: 'inference',
    autoscaling: settings.inference.autoscaling,
    talksTo: [kafka.connection(), storage.connection(), mlflow.connection()],
  });
  if (settings.ownService.enabled) {
    new WebService(stack, OWN_SERVICE, {
      ...serverProps(settings.ownService, { CONSUMER_GROUP_ID: OWN_SERVICE }),
      title: 'Own service',
      component: 'own-service',
      talksTo: [database.connection(), storage.connection(), kafka.connection(), mlflow.connection()],
    });
  }
  const { service: balancer } = new LoadBalancer(stack, 'inference-lb', {
    title: 'Load balancer',
    settings: settings.loadBalancer,
    backend: inference,
    port: 'http',
    healthPath: settings.inference.healthPath,
    admits: clientsFromOutside(settings),
    outside: portsOutside(settings.exposure, { http: settings.exposure.nodePort }),
  });
  expose(stack, settings, balancer);

  // Watching it, and putting it under load.
  observe(stack, settings, balancer);
  if (settings.locust.enabled) new Locust(stack, 'locust', settings.locust, balancer.endpoint('http'));
  if (settings.prometheus.enabled) {
    const prometheus = new Prometheus(stack, 'prometheus', settings.prometheus);
    if (settings.grafana.enabled) {
      new Grafana(stack, 'grafana', { settings: settings.grafana, prometheus: prometheus.endpoint, dashboards });
    }
  }

  new Check(stack);
  new ArgoApplication(stack, { name: `flts-${environment}`, path: `charts-out/flts/${environment}` });
}
