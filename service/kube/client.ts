import { garbled, kubeError } from './failures.ts';
import type { Identity } from './identity.ts';
import { type Kind, POD, SERVICE } from './kinds.ts';
import type {
  Kube,
  KubeObject,
  ListQuery,
  ObjectList,
  ObjectName,
  ProxiedServer,
  Selection,
  WriteOptions,
} from './kube.ts';
import { parseList, parseObject } from './objects.ts';
import { pagesOf } from './pages.ts';
import { collectionTarget, objectTarget, segment } from './paths.ts';
import type { Problem, Server, Target } from './server.ts';
import { nameBehindProxy } from './service-port.ts';
import { parseTable, TABLE_ACCEPT, type TableRow } from './table.ts';
import { type Call, createTransport, type Transport, type TransportOptions } from './transport.ts';
import { watchEvents } from './watch.ts';

export interface KubeOptions extends TransportOptions {
  /** The error to throw, for who names failures otherwise. */
  readonly error?: (problem: Problem) => Error;
}

/** A client of one API server; one for the whole process, so that its connections are kept and shared. */
export function createKube(identity: Identity, { error, ...options }: KubeOptions): Kube {
  const title = options.title ?? identity.server;
  const server = serverOf({ name: null, title, basePath: '' }, error);
  return clientOf(createTransport(identity, options), server, identity.server);
}

function serverOf(of: Omit<Server, 'error'>, error: ((problem: Problem) => Error) | undefined): Server {
  return { ...of, error: error ?? ((problem) => kubeError(of, problem)) };
}

/** API servers ignore a limit beside resourceVersion=0 when they answer from their cache, and heed it when they do not. */
const LIST_PAGE = 500;
const TABLE_PAGE = 5_000;

/** Then the answer is a kilobyte and less, whatever the server holds of the kind. */
const SELECTS_NOTHING = 'metadata.name=none.such';

function clientOf(transport: Transport, server: Server, address: string): Kube {
  const asking = (verb: Call['verb'], method: Call['method'], target: Target): Call => ({
    verb,
    method,
    server,
    target,
  });

  async function* pages(...[kind, query = {}, options]: Parameters<Kube['pages']>): AsyncGenerator<ObjectList> {
    const call = {
      ...asking('list', 'GET', collectionTarget(server, kind, query.namespace ?? null)),
      ...(query.metadataOnly && { accept: metadataAs('PartialObjectMetadataList') }),
      query: { ...selecting(query), ...pagingOf(query) },
    };
    let resourceVersion: string | undefined;
    for await (const page of pagesOf(transport, call, parseList, options)) {
      // That of the first page: a watch from there misses nothing that changed while the others were read.
      resourceVersion ??= page.resourceVersion;
      yield { items: page.items, resourceVersion };
    }
  }

  async function write(call: Call, object: object, options: WriteOptions = {}, more: Call['query'] = {}) {
    const { dryRun, fieldManager, signal, timeoutMs } = options;
    const query = { ...more, fieldManager, dryRun: dryRun ? 'All' : undefined };
    const request = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
    const contentType = call.contentType ?? 'application/json';
    return transport.json({ ...call, query, contentType, body: JSON.stringify(object) }, parseObject, request);
  }

  function at(verb: Call['verb'], method: Call['method'], kind: Kind, name: ObjectName, subresource?: string): Call {
    const target = objectTarget(server, kind, name);
    return asking(verb, method, subresource ? { ...target, path: `${target.path}/${subresource}` } : target);
  }

  return {
    address,

    async get(kind, name, options) {
      return transport.json(at('get', 'GET', kind, name), parseObject, options);
    },

    pages,

    async list(kind, query, options) {
      const items: KubeObject[] = [];
      let resourceVersion = '';
      for await (const page of pages(kind, query, options)) {
        resourceVersion = page.resourceVersion;
        for (const item of page.items) items.push(item);
        if (query?.limit !== undefined && items.length >= query.limit) break;
      }
      // A limit beside resourceVersion=0 may have been ignored.
      return { items: items.slice(0, query?.limit), resourceVersion };
    },

    async version(kind, options) {
      const call = {
        ...asking('version', 'GET', collectionTarget(server, kind, null)),
        accept: metadataAs('PartialObjectMetadataList'),
        query: { fieldSelector: SELECTS_NOTHING, resourceVersion: '0' },
      };
      const answer = await transport.json(call, parseList, options);
      if (!answer?.resourceVersion) throw garbled(call, 'a list without a version');
      return answer.resourceVersion;
    },

    async table(kind, columns, query = {}, options) {
      const call = {
        ...asking('table', 'GET', collectionTarget(server, kind, query.namespace ?? null)),
        accept: TABLE_ACCEPT,
        query: {
          ...selecting(query),
          includeObject: 'None',
          resourceVersion: query.resourceVersion,
          limit: query.limit ?? TABLE_PAGE,
        },
      };
      const rows: TableRow[] = [];
      let resourceVersion: string | undefined;
      for await (const page of pagesOf(transport, call, (body, asked) => parseTable(columns, body, asked), options)) {
        resourceVersion ??= page.resourceVersion;
        for (const row of page.rows) rows.push(row);
        if (query.limit !== undefined) break;
      }
      return { rows: rows.slice(0, query.limit), resourceVersion: resourceVersion ?? '' };
    },

    async *watch(kind, query, options) {
      const call = {
        ...asking('watch', 'GET', collectionTarget(server, kind, query.namespace ?? null)),
        ...(query.metadataOnly && { accept: metadataAs('PartialObjectMetadata') }),
        query: {
          watch: 1,
          allowWatchBookmarks: true,
          ...selecting(query),
          resourceVersion: query.resourceVersion,
          timeoutSeconds: query.timeoutSeconds,
          ...(query.sendInitialEvents && { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }),
        },
      };
      yield* watchEvents(transport, call, options);
    },

    async create(kind, object, options) {
      const call = asking('create', 'POST', collectionTarget(server, kind, object.metadata.namespace ?? null));
      return there(call, await write(call, object, options));
    },

    async apply(kind, object, options) {
      const { name, namespace = null } = object.metadata;
      const call = {
        ...at('apply', 'PATCH', kind, { name, namespace }, options.subresource),
        // JSON is YAML, and JSON.stringify makes no mistakes with quotes.
        contentType: 'application/apply-patch+yaml',
      };
      return there(call, await write(call, object, options, { force: options.force }));
    },

    async replace(kind, object, options) {
      const { name, namespace = null } = object.metadata;
      return write(at('replace', 'PUT', kind, { name, namespace }, options?.subresource), object, options);
    },

    async patch(kind, name, change, options) {
      const call = at('patch', 'PATCH', kind, name, options?.subresource);
      return write({ ...call, contentType: 'application/merge-patch+json' }, change, options);
    },

    async delete(kind, name, options = {}) {
      const { dryRun, propagationPolicy = 'Background', resourceVersion, uid, ...request } = options;
      const preconditions = { uid, resourceVersion };
      const call: Call = {
        ...at('delete', 'DELETE', kind, name),
        contentType: 'application/json',
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy,
          ...((uid ?? resourceVersion) !== undefined && { preconditions }),
          ...(dryRun && { dryRun: ['All'] }),
        }),
      };
      return (await transport.json(call, (body) => body, request)) !== undefined;
    },

    async logs({ container, name, namespace }, query, options) {
      const call = at('logs', 'GET', POD, { namespace, name }, 'log');
      return transport.stream({ ...call, accept: '*/*', query: { container, ...query } }, options ?? {});
    },

    async forward({ name, namespace }, port, options) {
      return transport.forward(at('forward', 'GET', POD, { namespace, name }, 'portforward'), port, options);
    },

    async document(path, options) {
      // Named by its path, so that an answer about something else that is missing is an error.
      const call = { ...asking('document', 'GET', { path, plural: 'documents', name: null }), accept: DOCUMENT_ACCEPT };
      return transport.json(call, (body) => body, options);
    },

    async ask({ namespace, name, port, scheme }, path, query, options) {
      const service = objectTarget(server, SERVICE, { namespace, name });
      // Colons stay: not every proxy takes them apart again.
      const named = segment(server, nameBehindProxy({ name, port, scheme })).replaceAll('%3A', ':');
      const end = path.split('/').map((part) => (part === '' ? '' : segment(server, part)));
      const target = {
        ...service,
        path: `${service.path.slice(0, service.path.lastIndexOf('/'))}/${named}/proxy${end.join('/')}`,
      };
      return transport.json({ ...asking('ask', 'GET', target), ...(query && { query }) }, (body) => body, options);
    },

    async request(method, path, { body, contentType, query, ...options } = {}) {
      const call = asking('request', method, { path, plural: 'resources', name: null });
      const sent = body === undefined ? {} : { body, contentType: contentType ?? 'application/json' };
      return transport.raw({ ...call, accept: '*/*', ...sent, ...(query && { query }) }, options);
    },

    behind: (proxied) => clientOf(transport, behindProxy(server, proxied), address),
    close: () => transport.close(),
  };

  /** Nothing that is written where it need not exist can be missing. */
  function there(call: Call, object: KubeObject | undefined): KubeObject {
    if (object === undefined) throw garbled(call, 'that it is not there, though this creates it');
    return object;
  }
}

/** An API server has the keys of its tokens as a JWK set alone: to who wants plain JSON it answers 406. */
const DOCUMENT_ACCEPT = 'application/json, application/jwk-set+json';

const metadataAs = (as: string): string => `application/json;as=${as};v=v1;g=meta.k8s.io`;

/** Beside `notOlderThan` a limit would have the server ask its etcd for all that there is. */
const pagingOf = ({ limit = LIST_PAGE, page = limit, notOlderThan, resourceVersion }: ListQuery): Call['query'] =>
  notOlderThan === undefined
    ? { limit: Math.min(limit, page), resourceVersion }
    : { resourceVersion: notOlderThan, resourceVersionMatch: 'NotOlderThan' };

const selecting = ({ fieldSelector, labelSelector }: Selection) => ({ fieldSelector, labelSelector });

function behindProxy(proxy: Server, { error, name, path, title }: ProxiedServer): Server {
  const plain = serverOf({ name, title, basePath: proxy.basePath }, error);
  return { ...plain, basePath: `${proxy.basePath}/${path.map((part) => segment(plain, part)).join('/')}` };
}
