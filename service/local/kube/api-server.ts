import { draftOf, parseBody, writerOf } from './body.ts';
import { discover } from './discovery.ts';
import { type ApiRequest, type Handler, json, jsonText, plain, type Reply, streamed } from './exchange.ts';
import { type DraftObject, isFields, pick, type StoredObject } from './objects.ts';
import { openApi } from './openapi.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts';
import {
  includeObject,
  isTrue,
  listObject,
  matcherOf,
  paged,
  representation,
  shownInWatch,
  versionOf,
  versionOfList,
} from './query.ts';
import { createRegistry, type Registry } from './registry.ts';
import type { ResourceType } from './resources.ts';
import { type Route, routeOf } from './routes.ts';
import type { Matcher } from './selectors.ts';
import { ApiError, methodNotAllowed } from './status.ts';
import { rehearsalOf } from './store.ts';
import { partialMetadata, renderTable } from './table.ts';
import { createWatches, type Watches } from './watch.ts';

/** Answers a subresource that is not storage: logs of a pod, the proxy of a cluster. */
export type SubresourceHandler = (request: ApiRequest, route: Route, object: StoredObject) => Reply | Promise<Reply>;

export interface ApiServer {
  readonly registry: Registry;
  readonly watches: Watches;
  readonly handle: Handler;
}

interface ApiServerOptions {
  readonly kubernetesVersion: string;
  /** By `<plural>.<group>/<subresource>`. */
  readonly subresources?: Readonly<Record<string, SubresourceHandler>>;
  readonly bookmarkMs?: number;
  /** What is answered to a GET of a path beside the API. */
  readonly documents?: Readonly<Record<string, ServedDocument>>;
}

export interface ServedDocument {
  /** The one media type that it is served as. */
  readonly type: string;
  readonly content: () => Promise<object>;
}

/** One simulated API server: the Kubernetes API over a registry. */
export function createApiServer(registry: Registry, options: ApiServerOptions): ApiServer {
  const watches = createWatches(
    registry.store,
    options.bookmarkMs === undefined ? {} : { bookmarkMs: options.bookmarkMs },
  );

  const rehearsal = createRegistry(rehearsalOf(registry.store), registry.table);
  /** `dryRun=All`: every check and the answer, but nothing is kept. */
  const actingFor = ({ query }: ApiRequest): Registry => (query.get('dryRun') === 'All' ? rehearsal : registry);

  async function answer(request: ApiRequest): Promise<Reply> {
    const discovered = discover(request, registry.table, options.kubernetesVersion) ?? openApi(request, registry.table);
    if (discovered) return discovered;
    const document = options.documents?.[`/${request.path.join('/')}`];
    if (document && request.method === 'GET') return answerDocument(request, document);
    const route = routeOf(request.path, registry.table);
    if (!route) return plain(404, '404 page not found\n');
    const special = options.subresources?.[`${route.type.plural}.${route.type.group}/${route.subresource}`];
    if (special) return special(request, route, registry.read(route.type, route.namespace, objectOf(route)));
    if (route.subresource !== undefined && !(route.subresource === 'status' && route.type.statusSubresource)) {
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
    }
    return route.name === undefined ? answerCollection(request, route) : answerObject(request, route, route.name);
  }

  async function answerDocument({ headers }: ApiRequest, { content, type }: ServedDocument): Promise<Reply> {
    const wanted = (headers.accept ?? '*/*').split(',').map((each) => each.split(';', 1)[0]?.trim());
    if (!wanted.includes(type) && !wanted.includes('*/*')) {
      return plain(406, `406: Not Acceptable\n\nAvailable representations: ${type}`);
    }
    const { headers: own, ...reply } = json(200, await content());
    return { ...reply, headers: { ...own, 'content-type': type } };
  }

  function answerCollection(request: ApiRequest, route: Route): Reply {
    switch (request.method) {
      case 'GET':
        return isTrue(request.query.get('watch')) ? watch(request, route) : list(request, route);
      case 'POST':
        return json(201, actingFor(request).create(route.type, draftOf(request, route), writerOf(request, route)));
      case 'DELETE': {
        const matches = matcherOf(request.query);
        const doomed = registry.store.list(route.type, route.namespace).filter(matches);
        for (const { metadata } of doomed) actingFor(request).delete(route.type, metadata.namespace, metadata.name);
        return json(200, listObject(route.type, doomed, { resourceVersion: String(registry.store.version()) }));
      }
      default:
        throw methodNotAllowed();
    }
  }

  function answerObject(request: ApiRequest, route: Route, name: string): Reply {
    const { type, namespace } = route;
    switch (request.method) {
      case 'GET':
        if (isTrue(request.query.get('watch'))) return watch(request, route);
        return shown(request, type, registry.read(type, namespace, name));
      case 'PUT':
        return json(200, actingFor(request).update(type, draftOf(request, route), writerOf(request, route)));
      case 'PATCH':
        return patch(request, route, name);
      case 'DELETE':
        return remove(request, route, name);
      default:
        throw methodNotAllowed();
    }
  }

  function list(request: ApiRequest, route: Route): Reply {
    const { query } = request;
    const matches = matcherOf(query);
    const all = registry.store.list(route.type, route.namespace).filter(matches);
    const version = versionOfList(query, registry.store, route.type);
    const { page, metadata } = paged(all, query, version, registry.store.oldest(route.type));
    const wanted = representation(request.headers.accept);
    if (wanted === 'Table') {
      return jsonText(200, renderTable(route.type, page, metadata, includeObject(query), Date.now()));
    }
    if (wanted === 'PartialObjectMetadataList') {
      const items = page.map(partialMetadata);
      return json(200, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items });
    }
    return json(200, listObject(route.type, page, metadata));
  }

  function watch(request: ApiRequest, route: Route): Reply {
    const { query, headers } = request;
    const timeout = Number(query.get('timeoutSeconds'));
    const byName: Matcher = ({ metadata }) => route.name === undefined || metadata.name === route.name;
    const matches = matcherOf(query);
    const stream = watches.open({
      type: route.type,
      namespace: route.namespace,
      matches: (object) => byName(object) && matches(object),
      resourceVersion: versionOf(query),
      sendInitialEvents: streamsList(query),
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      show: shownInWatch(route.type, representation(headers.accept), includeObject(query)),
      timeoutSeconds: timeout > 0 ? timeout : undefined,
      signal: request.signal,
    });
    return streamed('application/json', stream);
  }

  function shown(request: ApiRequest, type: ResourceType, object: StoredObject): Reply {
    const wanted = representation(request.headers.accept);
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    if (wanted === 'Table') {
      return jsonText(200, renderTable(type, [object], metadata, includeObject(request.query), Date.now()));
    }
    return json(200, wanted === 'PartialObjectMetadata' ? partialMetadata(object) : object);
  }

  function patch(request: ApiRequest, route: Route, name: string): Reply {
    const { type, namespace } = route;
    const kind = request.headers['content-type']?.split(';')[0];
    const writer = writerOf(request, route);
    if (kind === 'application/apply-patch+yaml') {
      if (!request.query.get('fieldManager')) {
        throw new ApiError(
          422,
          'Invalid',
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
          {
            group: 'meta.k8s.io',
            kind: 'PatchOptions',
            causes: [
              {
                reason: 'FieldValueRequired',
                message: 'Required value: is required for apply patch',
                field: 'fieldManager',
              },
            ],
          },
        );
      }
      const { object, created } = actingFor(request).apply(
        type,
        draftOf(request, route),
        writer,
        isTrue(request.query.get('force')),
      );
      return json(created ? 201 : 200, object);
    }
    const before = registry.read(type, namespace, name);
    const change = parseBody(request);
    const after = patchers[kind ?? '']?.(before, change);
    if (!isFields(after)) {
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patchers).join(', ')}, application/apply-patch+yaml`,
        {},
      );
    }
    const draft = after as DraftObject;
    // A patch that names no version applies to whatever version there is.
    const version = pick(change, 'metadata', 'resourceVersion') as string | undefined;
    const metadata = { ...draft.metadata, resourceVersion: version ?? before.metadata.resourceVersion };
    return json(200, actingFor(request).update(type, { ...draft, metadata }, writer));
  }

  function remove(request: ApiRequest, route: Route, name: string): Reply {
    const { type, namespace } = route;
    const options = request.body === '' ? {} : parseBody(request);
    const propagation = request.query.get('propagationPolicy') ?? pick(options, 'propagationPolicy') ?? 'Background';
    const gone = actingFor(request).delete(type, namespace, name, {
      propagation: propagation as 'Background' | 'Foreground' | 'Orphan',
      uid: pick(options, 'preconditions', 'uid') as string | undefined,
      resourceVersion: pick(options, 'preconditions', 'resourceVersion') as string | undefined,
    });
    if (registry.store.get(type, namespace, name)) return json(200, gone);
    const details = { name, ...(type.group && { group: type.group }), kind: type.plural, uid: gone.metadata.uid };
    return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
  }

  return {
    registry,
    watches,
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof ApiError) return json(error.code, error.status());
        throw error;
      }
    },
  };
}

/** Behind the subresource `proxy` a Service is named with its port, and perhaps a scheme: "https:name:port". */
const objectOf = ({ name = '', subresource, type }: Route): string =>
  subresource === 'proxy' && type.plural === 'services' ? (name.replace(/^https?:/, '').split(':')[0] ?? '') : name;

/** As real servers validate it: with bookmarks and the one way to match versions, or not at all. */
function streamsList(query: URLSearchParams): boolean {
  if (!isTrue(query.get('sendInitialEvents'))) return false;
  if (query.get('resourceVersionMatch') === 'NotOlderThan' && isTrue(query.get('allowWatchBookmarks'))) return true;
  const message = 'sendInitialEvents requires resourceVersionMatch=NotOlderThan and allowWatchBookmarks=true';
  throw new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
  });
}

const patchers: Readonly<Record<string, (target: unknown, change: unknown) => unknown>> = {
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
  'application/json-patch+json': jsonPatch,
};
