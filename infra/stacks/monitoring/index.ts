import { defineStack } from '../definition.ts';
import { foreignCharts } from './charts.ts';
import { dev } from './environments/dev.ts';
import { gke } from './environments/gke.ts';
import { prod } from './environments/prod.ts';
import { examples } from './examples.ts';
import { GRAFANA_INGRESS } from './exposure.ts';
import { firstSteps } from './first-steps.ts';
import { hostOf } from './names.ts';
import { createdAtDeploy } from './secrets.ts';
import { settings } from './settings.ts';
import { build } from './stack.ts';
import { wayIn } from './way-in.ts';

const ADDRESS = 'GRAFANA_ADDRESS';

export const monitoring = defineStack({
  name: 'monitoring',
  what: 'Prometheus, Alertmanager and Grafana for all stacks: alerts, dashboards, and an entrance that is safe.',
  settings,
  environments: { dev, gke, prod },
  examples,
  variables: {
    K8S_NAMESPACE: { setting: 'namespace.name', what: 'Namespace' },
    GRAFANA_HOST: { setting: 'exposure.host', what: 'Host name of Grafana' },
    [ADDRESS]: { setting: 'exposure.address', what: 'Address of its entrance, where it has no host name' },
  },
  build,
  createdAtDeploy,
  foreignCharts,
  unknownEntrance(settings) {
    const { exposure, namePrefix, prometheusStack } = settings;
    const isIngress = exposure.type === 'gke' || exposure.type === 'ingress';
    if (!isIngress || prometheusStack.install === 'none' || hostOf(settings) !== undefined) return undefined;
    return { ingress: namePrefix + GRAFANA_INGRESS, variable: ADDRESS };
  },
  wayIn,
  isCheckedAlways: true,
  firstSteps,
});
