import { eachObject } from '../data/each-object.ts';
import { OBJECT_STORE_KEYS, type PostgresSettings } from '../settings/database.ts';
import type { Exposure } from '../settings/exposure.ts';
import type { Extras } from '../settings/extras.ts';
import type { CommonSettings, SecretsSettings } from '../settings/fragments.ts';

/** Something that a manifest refers to and that no manifest holds, mostly because it is secret. */
export interface CreatedAtDeploy {
  readonly kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim';
  readonly name: string;
  /** Keys that are referred to; none: whatever it holds. */
  readonly keys: string[];
  /** What it is, for whoever has to make it. */
  readonly what: string;
  /** Its values where they are not all random: what is known already in, every key out. Left out: each key is random. */
  readonly values?: (known: Readonly<Record<string, string>>, random: () => string) => Record<string, string>;
  /** A cluster issues it to this command, which no store can do in its place. */
  readonly isIssued?: true;
  /** Who makes it; left out: the deploy command. */
  readonly madeBy?: string;
  /** Keys that people log in with, and as whom. */
  readonly logIns?: Readonly<Record<string, string>>;
  /** The settings name it for nothing else than to use it: who wrote them knows. */
  readonly byName?: true;
}

/** Who makes what the settings leave to others, for people. */
const MAKERS = { externalSecrets: 'External Secrets', sealedSecrets: 'Sealed Secrets', sops: 'SOPS' } as const;
type Maker = (typeof MAKERS)[keyof typeof MAKERS];

export const makerChosenBy = ({ source }: SecretsSettings): Maker | undefined =>
  source === 'deploy' ? undefined : MAKERS[source];

/** With the makers that `secrets.source` chooses: of what this command or an administrator would make. */
export function asChosen(secrets: SecretsSettings, all: readonly CreatedAtDeploy[]): CreatedAtDeploy[] {
  const madeBy = makerChosenBy(secrets);
  return all.map((each) => (madeBy && isOpenToChoice(each) ? { ...each, madeBy } : each));
}

const isOpenToChoice = ({ byName, isIssued, kind, madeBy }: CreatedAtDeploy): boolean =>
  kind === 'Secret' && !byName && !isIssued && (madeBy === undefined || madeBy === 'the administrator');

/** Those whose maker `secrets.source` has chosen; each Secret once, with all that its parts want of it. */
export function chosen(all: readonly CreatedAtDeploy[]): CreatedAtDeploy[] {
  const makers: readonly string[] = Object.values(MAKERS) satisfies Maker[];
  const byName = new Map<string, CreatedAtDeploy>();
  for (const each of all) {
    if (each.madeBy === undefined || !makers.includes(each.madeBy)) continue;
    const before = byName.get(each.name);
    const keys = [...new Set([...(before?.keys ?? []), ...each.keys])];
    byName.set(each.name, { ...each, keys, what: before ? `${before.what}; ${each.what}` : each.what });
  }
  return [...byName.values()];
}

/**
 * One Secret may serve several parts, each by keys of its own. Under one key a part would find the value that the deploy
 * command made for another; what an administrator brings may be shared on purpose.
 */
export function clashes(all: readonly CreatedAtDeploy[]): string[] {
  const owners = new Map<string, CreatedAtDeploy>();
  return all.flatMap((each) =>
    each.keys.flatMap((key) => {
      const place = `${each.kind} ${each.name}, key ${key}`;
      const owner = owners.get(place);
      owners.set(place, owner ?? each);
      if (!owner || (owner.madeBy !== undefined && each.madeBy !== undefined)) return [];
      return [`${place}: would hold the ${owner.what} and the ${each.what} of two parts; name another Secret for one`];
    }),
  );
}

/** What a `Postgres` of these settings needs. */
export function postgresSecrets(
  clusterName: string,
  { cloudnativepg, database, mode, secret, user }: PostgresSettings,
): CreatedAtDeploy[] {
  const { name, passwordKey, urlKey } = secret;
  if (mode === 'bundled') {
    const values: CreatedAtDeploy['values'] = (known, random) => {
      const password = known[passwordKey] ?? random();
      const url = `postgres://${user}:${encodeURIComponent(password)}@${clusterName}:5432/${database}`;
      return { [passwordKey]: password, [urlKey]: known[urlKey] ?? url };
    };
    const what = 'database password, and the URL that holds it';
    const logIns = { [passwordKey]: `${clusterName}, user ${user}` };
    return [{ kind: 'Secret', name, keys: [passwordKey, urlKey], what, values, logIns }];
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
    keys: Object.values(OBJECT_STORE_KEYS),
    what: 'credentials of the storage for backups',
    madeBy: 'the administrator',
  };
  return method === 'objectStore' && objectStore.provider !== 'google' ? [own, backup] : [own];
}

/** What the chosen way in needs. */
export function exposureSecrets({ ingress: { tls }, type }: Exposure): CreatedAtDeploy[] {
  if (type !== 'ingress' || tls.source === 'none') return [];
  const madeBy = tls.source === 'certManager' ? 'cert-manager' : 'the administrator';
  return [
    { kind: 'Secret', name: tls.secretName, keys: ['tls.crt', 'tls.key'], what: 'certificate of the Ingress', madeBy },
  ];
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
      byName: true,
    }),
  );
  return [...pullSecrets, ...podsOf(settings).flatMap(broughtForPods)];
}

/** What is added to the pods of workloads, wherever in the settings. */
function podsOf(settings: CommonSettings): PodExtras[] {
  const found: PodExtras[] = [];
  eachObject(settings, (object) => {
    const { pod, serviceAccount } = object as Partial<Extras>;
    if (pod && serviceAccount) found.push(pod);
  });
  return found;
}

type PodExtras = Extras['pod'];

function broughtForPods({ envFrom = [], extraEnv = {}, extraVolumes = [] }: PodExtras): CreatedAtDeploy[] {
  const brought = (kind: CreatedAtDeploy['kind'], name: string, what: string, keys: string[] = []) =>
    ({ kind, name, keys, what, madeBy: 'the administrator', byName: true }) as const;
  return [
    ...extraVolumes.flatMap(({ kind, mountPath, name, source, volume }) => {
      const what = `extra volume ${mountPath === undefined ? name : `at ${mountPath}`}`;
      const claim = (volume?.persistentVolumeClaim as { claimName?: string } | undefined)?.claimName;
      return [
        ...(source === undefined ? [] : [brought(kind === 'secret' ? 'Secret' : 'ConfigMap', source, what)]),
        ...(claim === undefined ? [] : [brought('PersistentVolumeClaim', claim, what)]),
      ];
    }),
    ...Object.entries(extraEnv).flatMap(([variable, value]) => {
      if (typeof value === 'string') return [];
      const { configMapKeyRef, secretKeyRef } = value.valueFrom as Partial<
        Record<string, { name: string; key: string }>
      >;
      const what = `variable ${variable}`;
      return [
        ...(secretKeyRef ? [brought('Secret', secretKeyRef.name, what, [secretKeyRef.key])] : []),
        ...(configMapKeyRef ? [brought('ConfigMap', configMapKeyRef.name, what, [configMapKeyRef.key])] : []),
      ];
    }),
    ...envFrom.map((from) =>
      'secretRef' in from
        ? brought('Secret', from.secretRef.name, 'variables')
        : brought('ConfigMap', from.configMapRef.name, 'variables'),
    ),
  ];
}
