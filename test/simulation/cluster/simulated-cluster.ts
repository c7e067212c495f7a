import { createPodLogs } from '../../../service/local/karmada/pod-logs.ts';
import { createApiServer } from '../../../service/local/kube/api-server.ts';
import { parseBody } from '../../../service/local/kube/body.ts';
import { type ApiRequest, json, plain, type Reply } from '../../../service/local/kube/exchange.ts';
import { collectGarbage } from '../../../service/local/kube/garbage.ts';
import { NAMESPACE, NODE } from '../../../service/local/kube/kinds.ts';
import { listen } from '../../../service/local/kube/listener.ts';
import { textAt } from '../../../service/local/kube/objects.ts';
import { createRegistry, type Registry } from '../../../service/local/kube/registry.ts';
import { ApiError } from '../../../service/local/kube/status.ts';
import { createStore } from '../../../service/local/kube/store.ts';
import { CLUSTER_KINDS, STORAGE_CLASS } from './kinds.ts';
import { type Answer, createPortForward } from './port-forward.ts';
import { inJson } from './protobuf.ts';
import { runWorkloads, type Trouble } from './rollouts.ts';
import { createSigner } from './signer.ts';

/** What a test may change while the cluster runs. */
interface ClusterWishes {
  /** By the name of the workload. */
  readonly troubles: Map<string, Trouble>;
  /** By the name of the workload: what its pods write. */
  readonly lines: Map<string, readonly string[]>;
  /** "verb resource" that SelfSubjectAccessReview denies and requests are refused for. */
  readonly forbidden: Set<string>;
  /** What a Service answers through the proxy; undefined: nothing behind it. */
  proxied(service: string, request: ApiRequest): { readonly status: number; readonly body: string } | undefined;
  /** What a pod answers on a forwarded port; undefined: nothing listens there. */
  forwarded: Answer;
  /** false: approved signing requests stay without a certificate. */
  signs: boolean;
  /** Called before a request is answered; a reply takes the place of the answer. */
  intercept(request: ApiRequest): Promise<Reply | undefined>;
}

/** One cluster in this process: a Kubernetes API over real HTTP, in which workloads come up. */
export interface SimulatedCluster {
  readonly url: string;
  readonly kubeconfig: string;
  readonly registry: Registry;
  readonly wishes: ClusterWishes;
  /** "PATCH /api/v1/namespaces/x", in the order in which they came. */
  readonly requests: string[];
  /** Pods are started anew, for what kept them from running may have gone. */
  tryAgain(): void;
  close(): Promise<void>;
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export async function startSimulatedCluster(): Promise<SimulatedCluster> {
  const registry = createRegistry(createStore(), CLUSTER_KINDS);
  const wishes: ClusterWishes = {
    troubles: new Map(),
    lines: new Map(),
    forbidden: new Set(),
    proxied: () => undefined,
    forwarded: () => undefined,
    signs: true,
    intercept: async () => undefined,
  };
  const logs = createPodLogs();
  const requests: string[] = [];
  const approval = await createSigner(
    () => registry,
    () => wishes.signs,
  );
  const server = createApiServer(registry, {
    kubernetesVersion: 'v1.34.1',
    subresources: {
      'pods./log': logs.answer,
      'certificatesigningrequests.certificates.k8s.io/approval': approval,
      'serviceaccounts./token': () => json(201, { status: { token: 'simulated-token' } }),
    },
  });
  collectGarbage(registry);
  const tryAgain = runWorkloads(registry, logs, {
    trouble: (workload) => wishes.troubles.get(workload),
    lines: (workload) => wishes.lines.get(workload) ?? [],
  });
  furnish(registry);

  const listener = await listen(
    async (request, wire) => {
      requests.push(`${request.method} /${request.path.join('/')}${request.query.get('dryRun') ? ' (dry run)' : ''}`);
      const reply =
        (await wishes.intercept(request)) ??
        reviewed(request, wishes) ??
        proxied(request, wishes) ??
        (await server.handle(inJson(request)));
      await wire.send(reply);
    },
    { onUpgrade: createPortForward((pod, path) => wishes.forwarded(pod, path)) },
  );
  return {
    url: listener.url,
    kubeconfig: kubeconfigFor(listener.url),
    registry,
    wishes,
    requests,
    tryAgain,
    close: () => listener.close(),
  };
}

function furnish(registry: Registry): void {
  const writer = { manager: 'kubeadm' };
  for (const name of ['default', 'kube-system']) {
    registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, writer);
  }
  registry.create(NODE, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }, writer);
  registry.setStatus(NODE, undefined, 'node-1', { addresses: [{ type: 'InternalIP', address: '192.0.2.10' }] });
  const metadata = { name: 'standard', annotations: { [DEFAULT_CLASS]: 'true' } };
  registry.create(STORAGE_CLASS, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata }, writer);
}

/** SelfSubjectAccessReview: what is not forbidden is allowed. */
function reviewed(request: ApiRequest, { forbidden }: ClusterWishes): Reply | undefined {
  if (request.path.at(-1) !== 'selfsubjectaccessreviews') return undefined;
  const review = parseBody(request) as Record<string, unknown>;
  const at = (field: string): string => textAt(review, 'spec', 'resourceAttributes', field) ?? '';
  return json(201, { ...review, status: { allowed: !forbidden.has(`${at('verb')} ${at('resource')}`) } });
}

/** `services/<name>:<port>/proxy/<path>`. */
function proxied(request: ApiRequest, wishes: ClusterWishes): Reply | undefined {
  const [, , , , plural, target = '', subresource] = request.path;
  if (plural !== 'services' || subresource !== 'proxy') return undefined;
  const [service = ''] = target.split(':');
  const answer = wishes.proxied(service, { ...request, path: request.path.slice(7) });
  if (answer) return plain(answer.status, answer.body);
  const none = new ApiError(503, 'ServiceUnavailable', `no endpoints available for service "${target}"`);
  return json(none.code, none.status());
}

const kubeconfigFor = (url: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    contexts: [{ name: 'admin', context: { cluster: 'simulated', user: 'admin' } }],
    clusters: [{ name: 'simulated', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token: 'the-token-of-the-administrator' } }],
  });
