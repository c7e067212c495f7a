import {
  broughtByUser,
  type CreatedAtDeploy,
  exposureSecrets,
  postgresSecrets,
} from '../../constructs/created-at-deploy.ts';
import { grafanaSecrets } from '../../constructs/grafana.ts';
import { loadBalancerSecrets } from '../../constructs/load-balancer.ts';
import { objectStorageSecrets } from '../../constructs/object-storage.ts';
import type { Settings } from './settings.ts';
import { MLFLOW_POSTGRES, POSTGRES } from './stack.ts';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { database, exposure, grafana, loadBalancer, mlflowDatabase, objectStorage, prometheus } = settings;
  return [
    ...objectStorageSecrets(objectStorage),
    ...postgresSecrets(settings.namePrefix + POSTGRES, database),
    ...postgresSecrets(settings.namePrefix + MLFLOW_POSTGRES, mlflowDatabase),
    ...loadBalancerSecrets(loadBalancer),
    ...(prometheus.enabled && grafana.enabled ? grafanaSecrets(grafana) : []),
    ...exposureSecrets(exposure),
    ...broughtByUser(settings),
  ];
}
