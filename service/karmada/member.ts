import { LABELS } from '../contract.ts';
import { type KubeObject, MEMBER_RESOURCES, type Member, type MemberResource, type TableRow } from './karmada.ts';
import { parseList, parseObject } from './objects.ts';
import { pagesOf } from './pages.ts';
import { collectionTarget, objectTarget, proxied, segment, type Target } from './resources.ts';
import { parseTable, TABLE_ACCEPT } from './table.ts';
import type { Call, Transport } from './transport.ts';
import { events, notIdle } from './watch.ts';

const OURS = `${LABELS.managedBy}=${LABELS.managedByValue}`;
const API_VERSION = { RayJob: 'ray.io/v1', Job: 'batch/v1' } as const;

/** API servers ignore a limit beside resourceVersion=0 when they answer from their cache, and heed it when they do not. */
const TABLE_PAGE = 5_000;
const LIST_PAGE = 500;

/** One member cluster through Karmada's proxy; everything here is reading. */
export function createMember(transport: Transport, cluster: string): Member {
  const reading = (verb: Call['verb'], target: Target): Call => ({ verb, method: 'GET', cluster, target });

  return {
    cluster,

    async table(kind, options) {
      const call = {
        ...reading('table', proxied(cluster, collectionTarget(API_VERSION[kind], kind, null))),
        accept: TABLE_ACCEPT,
        // resourceVersion=0: from the member's memory, without a word to its etcd.
        query: { includeObject: 'None', labelSelector: OURS, limit: TABLE_PAGE, resourceVersion: '0' },
      };
      const rows: TableRow[] = [];
      let resourceVersion: string | undefined;
      for await (const page of pagesOf(transport, call, (body, asked) => parseTable(kind, body, asked), options)) {
        // The version of the first page: a watch from there misses nothing that changed while the others were read.
        resourceVersion ??= page.resourceVersion;
        for (const row of page.rows) rows.push(row);
      }
      return { rows, resourceVersion: resourceVersion ?? '' };
    },

    async list(resource, { namespace, limit, ...query }, options) {
      const call = {
        ...reading('list', proxied(cluster, memberTarget(resource, namespace))),
        query: { ...query, limit: limit ?? LIST_PAGE },
      };
      const items: KubeObject[] = [];
      let resourceVersion: string | undefined;
      for await (const page of pagesOf(transport, call, parseList, options)) {
        resourceVersion ??= page.resourceVersion;
        for (const item of page.items) items.push(item);
        if (limit !== undefined) break;
      }
      // A limit beside resourceVersion=0 may have been ignored.
      return { items: items.slice(0, limit), resourceVersion: resourceVersion ?? '' };
    },

    get(reference, options): Promise<KubeObject | undefined> {
      return transport.json(reading('get', proxied(cluster, objectTarget(reference))), parseObject, options);
    },

    async *watch(kind, resourceVersion, { signal, idleTimeoutMs, opened }) {
      const call = {
        ...reading('watch', proxied(cluster, collectionTarget(API_VERSION[kind], kind, null))),
        query: { watch: 1, allowWatchBookmarks: true, labelSelector: OURS, resourceVersion },
      };
      const hangUp = new AbortController();
      const stop = (): void => hangUp.abort(signal.reason);
      if (signal.aborted) return;
      signal.addEventListener('abort', stop, { once: true });
      try {
        const source = await transport.stream(call, { signal: hangUp.signal, timeoutMs: idleTimeoutMs });
        opened?.();
        yield* events(
          notIdle(source, idleTimeoutMs, call, () => hangUp.abort()),
          call,
        );
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        hangUp.abort();
      }
    },

    logs({ namespace, name, container }, query, options) {
      const pod = objectTarget({ apiVersion: 'v1', kind: 'Pod', namespace, name });
      const call = reading('logs', proxied(cluster, { ...pod, path: `${pod.path}/log` }));
      return transport.stream({ ...call, accept: '*/*', query: { container, ...query } }, options);
    },
  };
}

function memberTarget(resource: MemberResource, namespace: string | undefined): Target {
  const scope = namespace !== undefined && resource !== 'nodes' ? `/namespaces/${segment(namespace)}` : '';
  return { path: `${MEMBER_RESOURCES[resource]}${scope}/${resource}`, plural: resource, name: null };
}
