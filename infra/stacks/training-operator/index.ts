import { defineStack } from '../definition.ts';
import { createdAtDeploy } from './created-at-deploy.ts';
import { dev } from './environments/dev.ts';
import { prod } from './environments/prod.ts';
import { examples } from './examples.ts';
import { firstSteps } from './first-steps.ts';
import { settings } from './settings.ts';
import { build } from './stack.ts';

export const trainingOperator = defineStack({
  name: 'training-operator',
  what: 'TrainingJobs in one cluster: the CustomResourceDefinition and the operator that runs them.',
  settings,
  environments: { dev, prod },
  examples,
  variables: {
    K8S_NAMESPACE: { setting: 'namespace.name', what: 'Namespace' },
    DOCKER_REGISTRY: { setting: 'images.registry', what: 'Registry of our own images' },
    VERSION: { setting: 'images.tag', what: 'Version of our own images' },
    IMAGE_PULL_POLICY: { setting: 'images.pullPolicy', what: 'When a node pulls an image' },
  },
  throughKarmada: true,
  build,
  createdAtDeploy,
  firstSteps,
});
