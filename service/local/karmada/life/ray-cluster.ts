import { POD, SERVICE } from '../../kube/kinds.ts';
import { isFields, listAt, numberAt, pick, type StoredObject, textAt } from '../../kube/objects.ts';
import { RAY_CLUSTER } from '../kinds.ts';
import type { Member } from '../member.ts';
import { ownerOf, type PodName, type Pods, randomSuffix } from './pods.ts';

const OPERATOR = { manager: 'kuberay-operator' };

/** The RayCluster that the operator makes for a RayJob: head, workers and the head's service. */
export function createRayCluster(member: Member, pods: Pods, job: StoredObject, name: string): void {
  const { registry } = member.server;
  const namespace = job.metadata.namespace ?? 'default';
  if (registry.store.get(RAY_CLUSTER, namespace, name)) return;
  const spec = pick(job, 'spec', 'rayClusterSpec');
  const cluster = registry.create(
    RAY_CLUSTER,
    {
      apiVersion: 'ray.io/v1',
      kind: 'RayCluster',
      metadata: {
        name,
        namespace,
        labels: {
          'ray.io/originated-from-cr-name': job.metadata.name,
          'ray.io/originated-from-crd': 'RayJob',
          'ray.io/job-submission-mode': textAt(job, 'spec', 'submissionMode') ?? 'K8sJobMode',
        },
        ownerReferences: [ownerOf(job)],
      },
      spec: isFields(spec) ? spec : {},
    },
    OPERATOR,
  );
  const labels = (type: 'head' | 'worker', group: string): Record<string, string> => ({
    'app.kubernetes.io/created-by': 'kuberay-operator',
    'app.kubernetes.io/name': 'kuberay',
    'ray.io/cluster': name,
    'ray.io/group': group,
    'ray.io/identifier': `${name}-${type}`,
    'ray.io/is-ray-node': 'yes',
    'ray.io/node-type': type,
  });
  const podOf = (template: unknown, podName: string, own: Record<string, string>): void => {
    const inherited = pick(template, 'metadata', 'labels');
    pods.create({
      namespace,
      name: podName,
      labels: { ...(isFields(inherited) && (inherited as Record<string, string>)), ...own },
      owner: ownerOf(cluster),
      spec: pick(template, 'spec'),
    });
  };
  podOf(pick(spec, 'headGroupSpec', 'template'), `${name}-head`, labels('head', 'headgroup'));
  let workers = 0;
  for (const group of listAt(spec, 'workerGroupSpecs')) {
    const groupName = textAt(group, 'groupName') ?? 'workers';
    const replicas = numberAt(group, 'replicas') ?? numberAt(group, 'minReplicas') ?? 1;
    for (let i = 0; i < replicas; i += 1) {
      podOf(pick(group, 'template'), `${name}-${groupName}-worker-${randomSuffix()}`, labels('worker', groupName));
      workers += 1;
    }
  }
  registry.create(
    SERVICE,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: `${name}-head-svc`,
        namespace,
        labels: labels('head', 'headgroup'),
        ownerReferences: [ownerOf(cluster)],
      },
      spec: {
        clusterIP: 'None',
        selector: labels('head', 'headgroup'),
        ports: [{ name: 'dashboard', port: 8265, protocol: 'TCP' }],
      },
    },
    OPERATOR,
  );
  registry.setStatus(RAY_CLUSTER, namespace, name, { desiredWorkerReplicas: workers, availableWorkerReplicas: 0 });
}

/** Head first, as the workers wait for it. */
export function podsOfRayCluster(member: Member, namespace: string, name: string): PodName[] {
  return member.server.registry.store
    .list(POD, namespace)
    .filter(({ metadata }) => metadata.labels?.['ray.io/cluster'] === name)
    .sort((a, b) => Number(isWorker(a)) - Number(isWorker(b)))
    .map(({ metadata }) => ({ namespace, name: metadata.name }));
}

const isWorker = (pod: StoredObject): boolean => pod.metadata.labels?.['ray.io/node-type'] === 'worker';

export function markRayClusterReady(member: Member, namespace: string, name: string): void {
  const { registry } = member.server;
  const cluster = registry.store.get(RAY_CLUSTER, namespace, name);
  const workers = numberAt(cluster, 'status', 'desiredWorkerReplicas') ?? 0;
  registry.setStatus(RAY_CLUSTER, namespace, name, {
    state: 'ready',
    desiredWorkerReplicas: workers,
    availableWorkerReplicas: workers,
    readyWorkerReplicas: workers,
  });
}

export function deleteRayCluster(member: Member, namespace: string, name: string): void {
  const { registry } = member.server;
  if (registry.store.get(RAY_CLUSTER, namespace, name)) registry.delete(RAY_CLUSTER, namespace, name);
}
