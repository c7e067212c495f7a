import { broughtByUser, type CreatedAtDeploy, exposureSecrets } from '../../constructs/created-at-deploy.ts';
import { mysqlSecrets } from '../../constructs/mysql.ts';
import { redisSecrets } from '../../constructs/redis.ts';
import type { Settings } from './settings.ts';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { exposure, mysql, redis, seed } = settings;
  const { key, name, source } = seed.locations;
  const locations: CreatedAtDeploy = {
    kind: source === 'configMap' ? 'ConfigMap' : 'PersistentVolumeClaim',
    name,
    keys: source === 'configMap' ? [key] : [],
    what: 'the file of locations',
    madeBy: 'the administrator',
  };
  return [
    ...mysqlSecrets(mysql),
    ...redisSecrets(redis),
    ...(seed.enabled ? [locations] : []),
    ...exposureSecrets(exposure),
    ...broughtByUser(settings),
  ];
}
