import { randomBytes } from 'node:crypto';
import { parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LABELS } from '../../service/contract.ts';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import type { Base } from '../flow/base.ts';
import { createKubeApi, type KubeApi } from '../flow/kube-api.ts';

const PATIENCE_MS = 90_000;
const CLEAN_UP_MS = 60_000;

interface RealKarmada {
  /** The service's own, with its own rights. */
  readonly karmada: string;
  /** To look and to clean up; the service's own if no other is given. */
  readonly admin: string;
  readonly members: readonly string[];
}

/** From KARMADA_KUBECONFIG, MEMBER_KUBECONFIGS and KARMADA_ADMIN_KUBECONFIG; undefined when the first is not set. */
export function realKarmada(environment: NodeJS.ProcessEnv): RealKarmada | undefined {
  const karmada = environment.KARMADA_KUBECONFIG;
  if (!karmada) return undefined;
  const members = (environment.MEMBER_KUBECONFIGS ?? '')
    .split(/[:,]/)
    .map((path) => path.trim())
    .filter((path) => path !== '');
  if (members.length === 0) {
    throw new Error(
      'MEMBER_KUBECONFIGS is not set: paths of the kubeconfigs of the member clusters, with ":" or "," between, to play KubeRay in them',
    );
  }
  return { karmada, admin: environment.KARMADA_ADMIN_KUBECONFIG || karmada, members };
}

export async function realBase({ karmada, admin, members: paths }: RealKarmada): Promise<Base> {
  const adminKubeconfig = await loadKubeconfig(admin);
  const control = createKubeApi(adminKubeconfig);
  const found = await namedMembers(control, paths);
  const members = new Map([...found].map(([name, { api }]) => [name, api]));
  const membersWithJobs = (
    await Promise.all([...members].map(async ([name, api]) => ((await hasJobController(api)) ? [name] : [])))
  ).flat();
  const stopControllers = playVolumeProtection([control, ...members.values()]);
  return {
    name: `the Karmada at ${adminKubeconfig.server}`,
    kubeconfig: karmada,
    adminKubeconfig: admin,
    control,
    members,
    memberKubeconfigs: new Map([...found].map(([name, { path }]) => [name, path])),
    membersWithJobs,
    patienceMs: PATIENCE_MS,
    simulated: null,
    cutOff: (cluster) => cutOff(control, cluster),
    async cleanUp(namespaces) {
      const left = (await Promise.all(namespaces.map((name) => removeNamespace(name, control, members)))).flat();
      if (left.length > 0) console.warn(`could not be removed, please do: ${left.join('; ')}`);
    },
    async close() {
      await stopControllers();
      await Promise.all([control, ...members.values()].map((api) => api.close()));
    },
  };
}

/** Karmada's own address of it leads nowhere: for its proxy, its controllers and its look at the cluster's health. */
async function cutOff(control: KubeApi, cluster: string): Promise<() => Promise<void>> {
  const path = `/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}`;
  const { apiEndpoint } = (await control.get(path)).body.spec;
  const lead = async (to: string) => {
    const { body, status } = await control.patch(path, { spec: { apiEndpoint: to } });
    if (status !== 200) throw new Error(`Cluster ${cluster} does not take another address: ${JSON.stringify(body)}`);
  };
  await lead('https://127.0.0.1:9');
  return () => lead(apiEndpoint);
}

interface Cluster {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly id?: string; readonly apiEndpoint?: string };
}

/** Which Cluster a kubeconfig leads to, by the names of Karmada. */
async function namedMembers(
  control: KubeApi,
  paths: readonly string[],
): Promise<Map<string, { api: KubeApi; path: string }>> {
  const { status, body } = await control.get('/apis/cluster.karmada.io/v1alpha1/clusters');
  if (status !== 200) throw new Error(`Karmada does not list its clusters: ${status} ${JSON.stringify(body)}`);
  const clusters: readonly Cluster[] = body.items;
  const members = new Map<string, { api: KubeApi; path: string }>();
  for (const path of paths) {
    const kubeconfig = await loadKubeconfig(path);
    const api = createKubeApi(kubeconfig);
    const uid: unknown = (await api.get('/api/v1/namespaces/kube-system')).body.metadata?.uid;
    const cluster =
      // Joined by karmadactl: the id is the UID of the member's kube-system.
      clusters.find(({ spec }) => spec.id !== undefined && spec.id === uid) ??
      clusters.find(({ spec }) => spec.apiEndpoint === kubeconfig.server) ??
      clusters.find(({ metadata }) => metadata.name === parse(path).name);
    if (!cluster) {
      const names = clusters.map(({ metadata }) => metadata.name).join(', ');
      throw new Error(
        `${path} (${kubeconfig.server}) is no member of this Karmada, which has ${names}: neither by the id of the Cluster, nor by its apiEndpoint, nor by the name of the file`,
      );
    }
    members.set(cluster.metadata.name, { api, path });
  }
  return members;
}

/** A Job controller that works takes milliseconds. */
const PROBE_MS = 5_000;
const PROBE_EVERY_MS = 100;

/** Kubernetes' own tells a Job that is suspended so. */
async function hasJobController(api: KubeApi): Promise<boolean> {
  const jobs = '/apis/batch/v1/namespaces/default/jobs';
  const metadata = { name: `flow-${randomBytes(4).toString('hex')}`, namespace: 'default' };
  const containers = [{ name: 'none', image: 'none' }];
  const template = { spec: { restartPolicy: 'Never', containers } };
  const made = await api.post(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { suspend: true, template },
  });
  if (made.status !== 201) throw new Error(`A member takes no Job: ${JSON.stringify(made.body)}`);
  try {
    for (const since = performance.now(); performance.now() - since < PROBE_MS; await sleep(PROBE_EVERY_MS)) {
      if ((await api.get(`${jobs}/${metadata.name}`)).body.status?.conditions?.length > 0) return true;
    }
    return false;
  } finally {
    await api.delete(`${jobs}/${metadata.name}`);
  }
}

const isOurNamespace = (namespace: string | undefined): boolean => namespace?.startsWith('flow-') ?? false;

/**
 * Members may be API servers alone. Kubernetes' controller that lets go of a claim which no pod uses is missing then, and a
 * deleted claim would stay for ever; pods that use it do not exist in these tests.
 */
function playVolumeProtection(apis: readonly KubeApi[]): () => Promise<void> {
  const stop = new AbortController();
  const selector = encodeURIComponent(`${LABELS.managedBy}=${LABELS.managedByValue}`);

  async function letGo(api: KubeApi): Promise<void> {
    const { body } = await api.get(`/api/v1/persistentvolumeclaims?labelSelector=${selector}`);
    for (const { metadata } of body.items ?? []) {
      if (!isOurNamespace(metadata.namespace) || !metadata.deletionTimestamp) continue;
      const path = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${metadata.name}`;
      const finalizers = (metadata.finalizers ?? []).filter((name: string) => name !== 'kubernetes.io/pvc-protection');
      if (finalizers.length !== (metadata.finalizers ?? []).length) await api.patch(path, { metadata: { finalizers } });
    }
  }

  const done = (async () => {
    while (!stop.signal.aborted) {
      await Promise.all(apis.map((api) => letGo(api).catch(() => undefined)));
      await sleep(500, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await done;
  };
}

const COLLECTIONS = [
  'apis/ray.io/v1',
  'apis/batch/v1',
  'apis/ml.example.com/v1',
  'api/v1',
  'apis/policy.karmada.io/v1alpha1',
].map((group, index) => ({
  group,
  plural: ['rayjobs', 'jobs', 'trainingjobs', 'persistentvolumeclaims', 'propagationpolicies'][index],
}));

/** What is left of it, in words. Karmada removes from the members what it put there; what it cannot is removed by hand. */
async function removeNamespace(
  name: string,
  control: KubeApi,
  members: ReadonlyMap<string, KubeApi>,
): Promise<string[]> {
  const everywhere = [['the control plane', control] as const, ...members];
  for (const [, api] of everywhere) {
    for (const { group, plural } of COLLECTIONS) await api.delete(`/${group}/namespaces/${name}/${plural}`);
  }
  await control.delete(`/api/v1/namespaces/${name}`);
  const left = await Promise.all(
    everywhere.map(async ([where, api]) => ((await isRemoved(api, name)) ? [] : [`namespace ${name} on ${where}`])),
  );
  return left.flat();
}

async function isRemoved(api: KubeApi, name: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${name}`;
  const deadline = Date.now() + CLEAN_UP_MS;
  for (let tries = 0; Date.now() < deadline; tries++) {
    const { status, body } = await api.get(path);
    if (status === 404) return true;
    if (!body.metadata?.deletionTimestamp) {
      if (tries > 5) await api.delete(path);
    } else if (tries > 10 && !body.status?.conditions) {
      // No controller of namespaces is at work here, which would wait for what is in it.
      await api.put(`${path}/finalize`, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
        spec: { finalizers: [] },
      });
    }
    await sleep(500);
  }
  return false;
}
