import { createKube } from '../../../service/kube/client.ts';
import type { Identity } from '../../../service/kube/identity.ts';
import type { Kube } from '../../../service/kube/kube.ts';
import { TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
import { type ApiServer, createApiServer } from '../../../service/local/kube/api-server.ts';
import { customKind } from '../../../service/local/kube/custom-kind.ts';
import { type ApiRequest, json, type Reply } from '../../../service/local/kube/exchange.ts';
import { collectGarbage } from '../../../service/local/kube/garbage.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import {
  CONFIG_MAP,
  EVENT,
  LEASE,
  NAMESPACE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  SECRET,
  SERVICE,
} from '../../../service/local/kube/kinds.ts';
import { listen } from '../../../service/local/kube/listener.ts';
import { createRegistry, type Registry } from '../../../service/local/kube/registry.ts';
import { resourceTable } from '../../../service/local/kube/resources.ts';
import { createTokenIssuer, type TokenIssuer } from '../../../service/local/kube/service-accounts.ts';
import { ApiError } from '../../../service/local/kube/status.ts';
import { createStore } from '../../../service/local/kube/store.ts';

export { TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
export const POD_GROUP = customKind('scheduling.k8s.io', 'v1beta1', 'podgroups', 'PodGroup', []);
export { LEASE } from '../../../service/local/kube/kinds.ts';

/** What becomes of a request; `answer` lets the server do its work first. */
export type Fate = (request: ApiRequest, answer: () => Promise<Reply>) => Promise<Reply | 'drop'> | undefined;

/** One API server over real HTTP, with the kinds that the operator deals with. */
export interface Cluster {
  readonly registry: Registry;
  readonly server: ApiServer;
  /** "PATCH trainingjobs/status bert" of each request, in order. */
  readonly requests: string[];
  /** The first that has something to say decides. */
  readonly fates: Set<Fate>;
  readonly identity: Identity;
  readonly tokens: TokenIssuer;
  kube(): Kube;
  close(): Promise<void>;
}

export const refused = (code: number, reason: string, message: string): Reply =>
  json(code, new ApiError(code, reason, message).status());

export async function startCluster({ historySize = 5_000 } = {}): Promise<Cluster> {
  const registry = createRegistry(
    createStore({ historySize }),
    resourceTable([
      NAMESPACE,
      POD,
      JOB,
      CONFIG_MAP,
      SECRET,
      SERVICE,
      EVENT,
      PERSISTENT_VOLUME_CLAIM,
      LEASE,
      POD_GROUP,
      TRAINING_JOB,
    ]),
  );
  for (const name of ['ml', 'operator']) {
    registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager: 'test' });
  }
  collectGarbage(registry);
  const tokens = createTokenIssuer();
  const { documents } = tokens;
  const server = createApiServer(registry, { kubernetesVersion: 'v1.36.0', bookmarkMs: 200, documents });
  const requests: string[] = [];
  const fates = new Set<Fate>();
  const listener = await listen(async (request, wire) => {
    requests.push(titleOf(request));
    const answer = async () => server.handle(request);
    for (const fate of fates) {
      const decided = await fate(request, answer);
      if (decided === 'drop') return wire.drop();
      if (decided) return wire.send(decided);
    }
    await wire.send(await answer());
  });
  const address = new URL(listener.url);
  const identity: Identity = {
    source: 'the test',
    server: listener.url,
    settings: async () => ({ server: address, proxyUrl: undefined, tls: {}, headers: {} }),
    distrust: () => {},
  };
  const clients: Kube[] = [];
  return {
    registry,
    server,
    requests,
    fates,
    identity,
    tokens,
    kube() {
      const client = createKube(identity, { userAgent: 'test' });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await listener.close();
    },
  };
}

function titleOf({ method, path, query }: ApiRequest): string {
  const [, , , , plural, name, subresource] = path[0] === 'api' ? ['', ...path] : path;
  const [kind, of] = plural === undefined ? [path.at(-1), ''] : [plural, name ?? ''];
  const verb = query.get('watch') ? 'WATCH' : method;
  return `${verb} ${kind}${subresource ? `/${subresource}` : ''} ${of}`.trim();
}
