import { defineStack } from '../definition.ts';
import { foreignCharts } from './charts.ts';
import { dev } from './environments/dev.ts';
import { gke } from './environments/gke.ts';
import { prod } from './environments/prod.ts';
import { examples } from './examples.ts';
import { firstSteps } from './first-steps.ts';
import { createdAtDeploy } from './secrets.ts';
import { settings } from './settings.ts';
import { build } from './stack.ts';

export const monitoring = defineStack({
  name: 'monitoring',
  what: 'Prometheus, Alertmanager and Grafana for all stacks: alerts, dashboards, and an entrance that is safe.',
  settings,
  environments: { dev, gke, prod },
  examples,
  variables: {
    K8S_NAMESPACE: { setting: 'namespace.name', what: 'Namespace' },
    GRAFANA_HOST: { setting: 'exposure.host', what: 'Host name of Grafana' },
  },
  build,
  createdAtDeploy,
  foreignCharts,
  firstSteps,
});
