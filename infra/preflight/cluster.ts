import { ApiException, ApisApi, CoreV1Api, KubeConfig, StorageV1Api } from '@kubernetes/client-node';
import type { ClusterFacts, Wanted } from './checks.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export function connect(context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

export function kubeConfigOf(file: string, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** Reads, and only reads: what is asked for is what the checks need. */
export async function factsOf(config: KubeConfig, { createdAtDeploy, namespace }: Wanted): Promise<ClusterFacts> {
  const core = config.makeApiClient(CoreV1Api);
  const [classes, services, groups] = await Promise.all([
    ifAllowed(config.makeApiClient(StorageV1Api).listStorageClass()),
    ifAllowed(core.listServiceForAllNamespaces()),
    config.makeApiClient(ApisApi).getAPIVersions(),
  ]);
  const existing = new Map<string, string[] | undefined>();
  for (const { kind, name } of createdAtDeploy) {
    const keys = await keysOf(core, kind, name, namespace);
    if (keys !== 'absent') existing.set(`${kind} ${name}`, keys);
  }
  return {
    storageClasses: classes?.items.map(({ metadata }) => ({
      name: metadata?.name ?? '',
      isDefault: metadata?.annotations?.[DEFAULT_CLASS] === 'true',
    })),
    nodePorts: services?.items.flatMap(({ metadata, spec }) =>
      (spec?.ports ?? []).flatMap(({ nodePort }) =>
        nodePort === undefined ? [] : [{ port: nodePort, owner: `${metadata?.namespace}/${metadata?.name}` }],
      ),
    ),
    apis: new Set(['v1', ...groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))]),
    existing,
  };
}

/** What concerns the whole cluster is often not for those who deploy to one namespace of it. */
async function ifAllowed<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiException && error.code === 403) return undefined;
    throw error;
  }
}

/** undefined: it may be there, but we may not read it. */
async function keysOf(
  core: CoreV1Api,
  kind: string,
  name: string,
  namespace: string,
): Promise<string[] | undefined | 'absent'> {
  try {
    if (kind === 'PersistentVolumeClaim') {
      await core.readNamespacedPersistentVolumeClaim({ name, namespace });
      return [];
    }
    const { data = {} } =
      kind === 'Secret'
        ? await core.readNamespacedSecret({ name, namespace })
        : await core.readNamespacedConfigMap({ name, namespace });
    return Object.keys(data);
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return 'absent';
    if (error instanceof ApiException && error.code === 403) return undefined;
    throw error;
  }
}
