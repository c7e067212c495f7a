import type { Response } from 'express';
import { z } from 'zod';
import { mayIn } from '../../auth/identity.ts';
import { MEMBER_RESOURCES, type MemberResource } from '../../karmada/karmada.ts';
import type { KubeObject, ObjectList } from '../../kube/kube.ts';
import { visibleNamespaces } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { disconnected } from '../disconnect.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { ClusterPath, ClustersBody, namespaceOrAll, ResourcesBody, resourceLimit, textOnce } from '../schemas.ts';
import { turn } from '../turns.ts';
import { write } from '../write.ts';

const NO_JOBS = { Pending: 0, Running: 0, Succeeded: 0, Failed: 0 };
const NO_STATES = { ...NO_JOBS, Suspended: 0, Cancelled: 0 };
const MEMBER_TIMEOUT_MS = 12_000;
/** Objects in one answer of a member: a few milliseconds to parse, and as many to write. */
const PAGE = 250;

/** The member clusters, and a read-only look into them. */
export const clusterRoutes = ({ store, karmada, clusters, readClusterHealth }: ApiDependencies): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/proxy/clusters',
    tag: 'Clusters',
    summary: 'Member clusters: readiness, capacity, jobs, and how fresh our knowledge is',
    role: 'viewer',
    answers: { 200: { description: 'The clusters', body: ClustersBody } },
    async handle({ caller }) {
      const [{ clusters: members, unreachableSince }, health, summary, fences, utilisation] = await Promise.all([
        clusters.lastKnown(),
        readClusterHealth(),
        store.jobs.summary({ namespaces: visibleNamespaces(caller, undefined) }),
        store.clusters.fences(),
        store.utilisation.ofClusters(),
      ]);
      const fenceOf = new Map(fences.map(({ cluster, ...fence }) => [cluster, fence]));
      const body = members.map((member) => {
        const { cluster: _, ...monitor } = health.get(member.name) ?? {};
        const known = Object.keys(monitor).length > 0;
        return {
          ...member,
          jobs: summary.byCluster[member.name] ?? NO_JOBS,
          states: summary.byClusterState[member.name] ?? NO_STATES,
          monitor: known ? monitor : null,
          utilisation: utilisation.get(member.name) ?? null,
          fence: fenceOf.get(member.name) ?? null,
        };
      });
      return { body: { clusters: body, unreachableSince } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/proxy/clusters/{cluster}/resources',
    tag: 'Clusters',
    summary: 'Objects in a member cluster, of the types that may be read',
    description: `Types: ${Object.keys(MEMBER_RESOURCES).join(', ')}. Anything else, Secrets above all, is refused.`,
    role: 'viewer',
    params: ClusterPath,
    query: z.object({
      namespace: namespaceOrAll,
      type: textOnce(63).default('pods'),
      limit: resourceLimit,
    }),
    answers: { 200: { description: 'The objects', body: ResourcesBody } },
    async handle({ params: { cluster }, query: { namespace, type, limit }, caller, response }) {
      if (!isReadable(type)) {
        throw new Problem(
          403,
          `Objects of type ${type} may not be read here; only ${Object.keys(MEMBER_RESOURCES).join(', ')}`,
        );
      }
      // Nodes belong to no namespace: who is kept to some namespaces does not see them.
      const reach = type === 'nodes' ? '*' : namespace;
      if (!mayIn(caller, 'viewer', reach)) {
        throw new Problem(
          403,
          `${caller.name} may not look into ${reach === '*' ? 'all namespaces' : `namespace ${reach}`}`,
        );
      }
      const signal = disconnected(response);
      const pages = karmada
        .member(cluster)
        .pages(
          type,
          { namespace: reach === '*' ? undefined : namespace, limit: Math.min(limit, PAGE) },
          { timeoutMs: MEMBER_TIMEOUT_MS, signal },
        );
      await sendResources(response, { cluster, namespace, type }, upTo(limit, pages), signal).catch((error) => {
        if (!signal.aborted) throw error;
      });
      return 'streamed';
    },
  }),
];

const isReadable = (type: string): type is MemberResource => Object.hasOwn(MEMBER_RESOURCES, type);

async function* upTo(
  most: number,
  pages: AsyncIterable<ObjectList>,
): AsyncGenerator<readonly KubeObject[], void, void> {
  let left = most;
  for await (const { items } of pages) {
    yield items.slice(0, left);
    left -= items.length;
    if (left <= 0) return;
  }
}

/** Thousands of objects are some ten megabytes: page by page, and each when it is its turn, so that nobody has to wait for all. */
async function sendResources(
  response: Response,
  about: { readonly cluster: string; readonly namespace: string; readonly type: string },
  pages: AsyncIterable<readonly KubeObject[]>,
  signal: AbortSignal,
): Promise<void> {
  let count = 0;
  for await (const objects of pages) {
    await turn();
    // Not before the first page is there: what fails until then is a problem with a status of its own.
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
      response.write(`${JSON.stringify(about).slice(0, -1)},"resources":[`);
    }
    const text = objects.map((object) => JSON.stringify(withoutManagedFields(object))).join(',');
    await write(response, count > 0 && text !== '' ? `,${text}` : text, signal);
    count += objects.length;
  }
  response.end(`],"count":${count}}`);
}

/** Bookkeeping of the API server, often longer than the object. */
function withoutManagedFields<T extends { metadata: object }>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, metadata };
}
