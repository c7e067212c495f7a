import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import type { KubeObject } from '../synth/synthesize.ts';

/** What a cluster has, as far as manifests rely on it. */
export interface ClusterFacts {
  /** undefined, here and below: we may not read them. */
  readonly storageClasses: readonly { readonly name: string; readonly isDefault: boolean }[] | undefined;
  readonly nodePorts: readonly { readonly port: number; readonly owner: string }[] | undefined;
  /** Served groups and versions: "apps/v1". */
  readonly apis: ReadonlySet<string>;
  /** Keys of each object that exists, by "Secret name". */
  readonly existing: ReadonlyMap<string, readonly string[] | undefined>;
}

export interface Wanted {
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
  readonly createdAtDeploy: readonly CreatedAtDeploy[];
}

/** Everything that would keep the objects from coming up, each with what to do. */
export function findings(wanted: Wanted, cluster: ClusterFacts): string[] {
  return [
    ...missingStorageClasses(wanted.objects, cluster),
    ...takenNodePorts(wanted, cluster),
    ...missingApis(wanted.objects, cluster),
    ...missingObjects(wanted, cluster),
  ];
}

interface Spec {
  storageClassName?: string;
  storage?: { storageClass?: string; class?: string };
  ports?: { nodePort?: number }[];
}
const specOf = ({ spec }: KubeObject): Spec => (spec ?? {}) as Spec;

/** Kinds that ask for volumes: the claim itself, and the clusters of operators. */
const ASKS_FOR_VOLUMES = new Set(['PersistentVolumeClaim', 'Cluster', 'KafkaNodePool']);

function missingStorageClasses(objects: readonly KubeObject[], { storageClasses }: ClusterFacts): string[] {
  if (!storageClasses) return [];
  const asking = objects.filter(({ kind }) => ASKS_FOR_VOLUMES.has(kind));
  const names = storageClasses.map(({ name }) => name).join(', ') || 'none';
  return [...grouped(asking, classOf)].flatMap(([className, claims]) => {
    const who = claims.map(({ metadata }) => metadata.name).join(', ');
    if (className === '') {
      if (storageClasses.some(({ isDefault }) => isDefault)) return [];
      return [`no default storage class for ${who}: set storage.className (STORAGE_CLASS) to one of: ${names}`];
    }
    if (storageClasses.some(({ name }) => name === className)) return [];
    return [
      `storage class ${className} is not there, for ${who}: set storage.className (STORAGE_CLASS) to one of: ${names}`,
    ];
  });
}

function classOf(object: KubeObject): string {
  const { storage, storageClassName } = specOf(object);
  return storageClassName ?? storage?.storageClass ?? storage?.class ?? '';
}

function takenNodePorts({ namespace, objects }: Wanted, { nodePorts }: ClusterFacts): string[] {
  if (!nodePorts) return [];
  return objects.flatMap((object) => {
    if (object.kind !== 'Service') return [];
    const own = `${object.metadata.namespace ?? namespace}/${object.metadata.name}`;
    return (specOf(object).ports ?? []).flatMap(({ nodePort }) => {
      const taken = nodePorts.find(({ owner, port }) => port === nodePort && owner !== own);
      return taken ? [`NodePort ${nodePort} of ${object.metadata.name} is taken by the Service ${taken.owner}`] : [];
    });
  });
}

function missingApis(objects: readonly KubeObject[], { apis }: ClusterFacts): string[] {
  const missing = objects.filter(({ apiVersion }) => !apis.has(apiVersion));
  return [...grouped(missing, ({ apiVersion }) => apiVersion)].map(([apiVersion, of]) => {
    const kinds = [...new Set(of.map(({ kind }) => kind))].join(', ');
    return `${apiVersion} is not served, for ${kinds}: install its operator, or switch off what needs it`;
  });
}

function missingObjects({ createdAtDeploy, namespace }: Wanted, { existing }: ClusterFacts): string[] {
  return createdAtDeploy.flatMap(({ keys, kind, madeBy, name, what }) => {
    const key = `${kind} ${name}`;
    if (existing.has(key) && existing.get(key) === undefined) return [];
    const missing = keys.filter((each) => !existing.get(key)?.includes(each));
    if (existing.has(key) && missing.length === 0) return [];
    if (madeBy && madeBy !== 'the administrator') return [];
    const found = existing.has(key) ? `${key} has no ${missing.join(', ')}` : `${key} is not there`;
    return [`${found} (${what}): ${howToMake(kind, name, missing, namespace)}`];
  });
}

/** Random where nobody else needs to know it; "..." where only the user can. */
function howToMake(kind: string, name: string, keys: readonly string[], namespace: string): string {
  if (kind === 'PersistentVolumeClaim') return `make it in the namespace ${namespace}`;
  const command = kind === 'Secret' ? 'kubectl create secret generic' : 'kubectl create configmap';
  const literals = keys.map((key) =>
    /password|access-key|secret-key/.test(key)
      ? `--from-literal=${key}="$(openssl rand -hex 24)"`
      : kind === 'ConfigMap' || /kubeconfig|\.json$|\.crt$|\.key$/.test(key)
        ? `--from-file=${key}=<file>`
        : `--from-literal=${key}=<value>`,
  );
  return [`${command} ${name} --namespace ${namespace}`, ...literals].join(' ');
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
