import { defineStack } from '../definition.ts';
import { createdAtDeploy } from './created-at-deploy.ts';
import { dev } from './environments/dev.ts';
import { prod } from './environments/prod.ts';
import { examples } from './examples.ts';
import { settings } from './settings.ts';
import { build } from './stack.ts';

export const preempt = defineStack({
  name: 'preempt',
  what: 'Weather system: collects, stores and watches the weather of many places, and learns what is unusual.',
  settings,
  environments: { dev, prod },
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
