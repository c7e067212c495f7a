import { defineStack } from '../definition.ts';
import { createdAtDeploy } from './created-at-deploy.ts';
import { complete } from './environments/complete.ts';
import { dev } from './environments/dev.ts';
import { examples } from './examples.ts';
import { settings } from './settings.ts';
import { build } from './stack.ts';

export const flts = defineStack({
  name: 'flts',
  what: 'Forecasting pipeline: Kafka, object storage, MLflow, trainers, evaluation and inference behind a load balancer.',
  settings,
  environments: { dev, complete },
  examples,
  variables: {
    K8S_NAMESPACE: { setting: 'namespace.name', what: 'Namespace' },
    DOCKER_REGISTRY: { setting: 'images.registry', what: 'Registry of our own images' },
    VERSION: { setting: 'images.tag', what: 'Version of our own images' },
    STORAGE_CLASS: { setting: 'storage.className', what: 'StorageClass of the volumes' },
  },
  build,
  createdAtDeploy,
});
