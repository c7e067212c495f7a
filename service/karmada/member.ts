import { LABELS } from '../contract.ts';
import { garbled } from './failures.ts';
import { type KubeObject, MEMBER_RESOURCES, type Member, type MemberResource, type TableRow } from './karmada.ts';
import { parseList, parseObject } from './objects.ts';
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
      };
      const query = { includeObject: 'None', labelSelector: OURS, limit: TABLE_PAGE };
      const rows: TableRow[] = [];
      // resourceVersion=0: from the member's memory, without a word to its etcd.
      let page = parseTable(
        kind,
        await transport.json({ ...call, query: { ...query, resourceVersion: '0' } }, options),
        call,
      );
      // The version of the first page: a watch from there misses nothing that changed while the others were read.
      const { resourceVersion } = page;
      rows.push(...page.rows);
      for (let last: string | undefined; page.next !== undefined; last = page.next) {
        if (page.next === last) throw garbled(call, 'the same page twice');
        page = parseTable(
          kind,
          await transport.json({ ...call, query: { ...query, continue: page.next } }, options),
          call,
        );
        for (const row of page.rows) rows.push(row);
      }
      return { rows, resourceVersion };
    },

    async list(resource, { namespace, ...query }, options) {
      const call = reading('list', proxied(cluster, memberTarget(resource, namespace)));
      const limit = query.limit ?? LIST_PAGE;
      let page = parseList(await transport.json({ ...call, query: { ...query, limit } }, options), call);
      const { items, resourceVersion } = page;
      if (query.limit !== undefined) return { items: items.slice(0, query.limit), resourceVersion };
      const { resourceVersion: _, ...further } = query;
      for (let last: string | undefined; page.next !== undefined; last = page.next) {
        if (page.next === last) throw garbled(call, 'the same page twice');
        page = parseList(
          await transport.json({ ...call, query: { ...further, limit, continue: page.next } }, options),
          call,
        );
        items.push(...page.items);
      }
      return { items, resourceVersion };
    },

    async get(reference, options): Promise<KubeObject | undefined> {
      const call = reading('get', proxied(cluster, objectTarget(reference)));
      const body = await transport.json(call, options);
      return body === undefined ? undefined : parseObject(body, call);
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
