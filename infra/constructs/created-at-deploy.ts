import type { PostgresSettings } from '../settings/database.ts';
import type { CommonSettings } from '../settings/fragments.ts';

/** Something that a manifest refers to and that no manifest holds, mostly because it is secret. */
export interface CreatedAtDeploy {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** Keys that are referred to; none: whatever it holds. */
  readonly keys: string[];
  /** What it is, for whoever has to make it. */
  readonly what: string;
  /** Who makes it; left out: the deploy command. */
  readonly madeBy?: string;
}

/** What a `Postgres` of these settings needs. */
export function postgresSecrets(
  clusterName: string,
  { cloudnativepg, mode, secret }: PostgresSettings,
): CreatedAtDeploy[] {
  const { name, passwordKey, urlKey } = secret;
  if (mode === 'bundled') {
    return [
      { kind: 'Secret', name, keys: [passwordKey, urlKey], what: 'database password, and the URL that holds it' },
    ];
  }
  if (mode === 'external') {
    return [{ kind: 'Secret', name, keys: [urlKey], what: 'URL of the database', madeBy: 'the administrator' }];
  }
  const { method, objectStore } = cloudnativepg.backup;
  const own: CreatedAtDeploy = {
    kind: 'Secret',
    name: `${clusterName}-app`,
    keys: ['uri'],
    what: 'URL of the database',
    madeBy: 'CloudNativePG',
  };
  const backup: CreatedAtDeploy = {
    kind: 'Secret',
    name: objectStore.secretName,
    keys: ['ACCESS_KEY_ID', 'ACCESS_SECRET_KEY'],
    what: 'credentials of the storage for backups',
    madeBy: 'the administrator',
  };
  return method === 'objectStore' ? [own, backup] : [own];
}

/** What the users of any stack name in its settings and bring along: registry credentials, volumes of their own. */
export function broughtByUser(settings: CommonSettings): CreatedAtDeploy[] {
  const pullSecrets = settings.images.pullSecrets.map(
    (name): CreatedAtDeploy => ({
      kind: 'Secret',
      name,
      keys: ['.dockerconfigjson'],
      what: 'credentials of the image registry',
      madeBy: 'the administrator',
    }),
  );
  return [...pullSecrets, ...extraVolumes(settings)];
}

function extraVolumes(value: unknown): CreatedAtDeploy[] {
  if (value === null || typeof value !== 'object') return [];
  const { configMap, mountPath, secret } = value as Record<string, unknown>;
  if (typeof mountPath !== 'string') return Object.values(value).flatMap(extraVolumes);
  const what = `extra volume at ${mountPath}`;
  const madeBy = 'the administrator';
  if (typeof secret === 'string') return [{ kind: 'Secret', name: secret, keys: [], what, madeBy }];
  return typeof configMap === 'string' ? [{ kind: 'ConfigMap', name: configMap, keys: [], what, madeBy }] : [];
}
