import { KubeConfig } from '@kubernetes/client-node';
import { createKube } from '../../service/kube/client.ts';
import { createDiscovery } from '../../service/kube/discovery.ts';
import { KubeError } from '../../service/kube/errors.ts';
import { CLAIM, CONFIG_MAP, type Kind, SECRET, SERVICE } from '../../service/kube/kinds.ts';
import type { Kube } from '../../service/kube/kube.ts';
import { settingsOf } from '../../service/kube/settings.ts';
import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import type { ClusterFacts, Wanted } from './checks.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const STORAGE_CLASS: Kind = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
};

/** Without a file as kubectl finds its cluster: KUBECONFIG, which may name several files, or ~/.kube/config. */
export function connect({ context, file }: { context?: string | undefined; file?: string | undefined } = {}): Kube {
  const config = new KubeConfig();
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  if (context !== undefined) config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server ?? 'no cluster';
  const identity = { source: 'the kubeconfig', server, settings: () => settingsOf(config), distrust: () => undefined };
  return createKube(identity, { userAgent: 'ml-platform-preflight' });
}

/** Reads, and only reads: what is asked for is what the checks need. */
export async function factsOf(kube: Kube, { createdAtDeploy, namespace }: Wanted): Promise<ClusterFacts> {
  const [classes, services, apis] = await Promise.all([
    ifAllowed(kube.list(STORAGE_CLASS)),
    ifAllowed(kube.list(SERVICE)),
    createDiscovery(kube).groupVersions(),
  ]);
  const existing = new Map<string, string[] | undefined>();
  for (const { kind, name } of createdAtDeploy) {
    const keys = await keysOf(kube, kind, { name, namespace });
    if (keys !== 'absent') existing.set(`${kind} ${name}`, keys);
  }
  return {
    storageClasses: classes?.items.map(({ metadata }) => ({
      name: metadata.name,
      isDefault: metadata.annotations?.[DEFAULT_CLASS] === 'true',
    })),
    nodePorts: services?.items.flatMap(({ metadata, spec }) =>
      ((spec as { ports?: { nodePort?: number }[] } | undefined)?.ports ?? []).flatMap(({ nodePort }) =>
        nodePort === undefined ? [] : [{ port: nodePort, owner: `${metadata.namespace}/${metadata.name}` }],
      ),
    ),
    apis,
    existing,
  };
}

/** What concerns the whole cluster is often not for those who deploy to one namespace of it. */
export const ifAllowed = <Answer>(asked: Promise<Answer>): Promise<Answer | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof KubeError && error.failure === 'forbidden') return undefined;
    throw error;
  });

const KINDS: Readonly<Record<CreatedAtDeploy['kind'], Kind>> = {
  PersistentVolumeClaim: CLAIM,
  Secret: SECRET,
  ConfigMap: CONFIG_MAP,
};

/** undefined: it may be there, but we may not read it. */
async function keysOf(kube: Kube, kind: CreatedAtDeploy['kind'], name: { name: string; namespace: string }) {
  const found = await ifAllowed(kube.get(KINDS[kind], name).then((object) => object ?? ('absent' as const)));
  if (found === undefined || found === 'absent') return found;
  return Object.keys((found as { data?: object }).data ?? {});
}
