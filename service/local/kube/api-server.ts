import type { Writer } from './apply.ts';
import { parseBody } from './body.ts';
import { discover } from './discovery.ts';
import { type ApiRequest, type Handler, json, jsonText, plain, type Reply, streamed } from './exchange.ts';
import { type DraftObject, isFields, pick, type StoredObject } from './objects.ts';
import { openApi } from './openapi.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts';
import type { Registry } from './registry.ts';
import { groupVersion, type ResourceType } from './resources.ts';
import { type Route, routeOf } from './routes.ts';
import { fieldMatcher, labelMatcher, type Matcher } from './selectors.ts';
import { ApiError, badRequest, methodNotAllowed } from './status.ts';
import { INCLUDE_OBJECT, type IncludeObject, partialMetadata, renderTable } from './table.ts';
import { createWatches, type Watches } from './watch.ts';

/** Answers a subresource that is not storage: logs of a pod, the proxy of a cluster. */
export type SubresourceHandler = (request: ApiRequest, route: Route, object: StoredObject) => Reply | Promise<Reply>;

export interface ApiServer {
  readonly registry: Registry;
  readonly watches: Watches;
  readonly handle: Handler;
}

export interface ApiServerOptions {
  readonly kubernetesVersion: string;
  /** By `<plural>.<group>/<subresource>`. */
  readonly subresources?: Readonly<Record<string, SubresourceHandler>>;
  readonly bookmarkMs?: number;
}

/** One simulated API server: the Kubernetes API over a registry. */
export function createApiServer(registry: Registry, options: ApiServerOptions): ApiServer {
  const watches = createWatches(
    registry.store,
    options.bookmarkMs === undefined ? {} : { bookmarkMs: options.bookmarkMs },
  );

  async function answer(request: ApiRequest): Promise<Reply> {
    const discovered = discover(request, registry.table, options.kubernetesVersion) ?? openApi(request, registry.table);
    if (discovered) return discovered;
    const route = routeOf(request.path, registry.table);
    if (!route) return plain(404, '404 page not found\n');
    const special = options.subresources?.[`${route.type.plural}.${route.type.group}/${route.subresource}`];
    if (special) return special(request, route, registry.read(route.type, route.namespace, route.name ?? ''));
    if (route.subresource !== undefined && !(route.subresource === 'status' && route.type.statusSubresource)) {
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
    }
    return route.name === undefined ? answerCollection(request, route) : answerObject(request, route, route.name);
  }

  function answerCollection(request: ApiRequest, route: Route): Reply {
    switch (request.method) {
      case 'GET':
        return isTrue(request.query.get('watch')) ? watch(request, route) : list(request, route);
      case 'POST':
        return json(201, registry.create(route.type, draftOf(request, route), writerOf(request, route)));
      case 'DELETE': {
        const matches = matcherOf(request.query);
        const doomed = registry.store.list(route.type, route.namespace).filter(matches);
        for (const { metadata } of doomed) registry.delete(route.type, metadata.namespace, metadata.name);
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
        return json(200, registry.update(type, draftOf(request, route), writerOf(request, route)));
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
    const { page, metadata } = paged(all, query, registry.store.version(), registry.store.oldest(route.type));
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
      const { object, created } = registry.apply(
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
    return json(200, registry.update(type, { ...draft, metadata }, writer));
  }

  function remove(request: ApiRequest, route: Route, name: string): Reply {
    const { type, namespace } = route;
    const options = request.body === '' ? {} : parseBody(request);
    const propagation = request.query.get('propagationPolicy') ?? pick(options, 'propagationPolicy') ?? 'Background';
    const gone = registry.delete(type, namespace, name, {
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

const patchers: Readonly<Record<string, (target: unknown, change: unknown) => unknown>> = {
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
  'application/json-patch+json': jsonPatch,
};

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

/** The body as an object of the route's kind; what it leaves out, the path says. */
function draftOf(request: ApiRequest, { type, namespace, name }: Route): DraftObject {
  const body = parseBody(request);
  if (!isFields(body)) throw badRequest('the body is no object');
  const { apiVersion = groupVersion(type), kind = type.kind } = body;
  if (apiVersion !== groupVersion(type) || kind !== type.kind) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${groupVersion(type)})`,
    );
  }
  const metadata = isFields(body.metadata) ? body.metadata : {};
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  }
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  const scope = type.namespaced ? { namespace } : {};
  return {
    ...body,
    apiVersion,
    kind,
    metadata: { ...metadata, ...(name !== undefined && { name }), ...scope },
  } as DraftObject;
}

function writerOf(request: ApiRequest, route: Route): Writer {
  const agent = request.headers['user-agent']?.split('/')[0] || 'unknown';
  return {
    manager: request.query.get('fieldManager') || agent,
    ...(route.subresource === 'status' && { subresource: 'status' }),
  };
}

function matcherOf(query: URLSearchParams): Matcher {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const byLabels = labels ? labelMatcher(labels) : undefined;
  const byFields = fields ? fieldMatcher(fields) : undefined;
  return (object) => (byLabels?.(object) ?? true) && (byFields?.(object) ?? true);
}

function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}

/** With resourceVersion=0 the answer comes from the cache, which knows no pages: the limit is ignored, as in Kubernetes. */
function paged(
  all: readonly StoredObject[],
  query: URLSearchParams,
  version: number,
  oldest: number,
): { page: readonly StoredObject[]; metadata: object } {
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue');
  if (!token && (limit <= 0 || versionOf(query) === 0))
    return { page: all, metadata: { resourceVersion: String(version) } };
  const start = token ? readToken(token) : { after: '', version };
  if (start.version < oldest) {
    throw new ApiError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
  const rest = token ? all.filter((object) => positionOf(object) > start.after) : all;
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  const more = rest.length - page.length;
  return {
    page,
    metadata: {
      resourceVersion: String(start.version),
      ...(more > 0 &&
        last && {
          continue: Buffer.from(JSON.stringify({ after: positionOf(last), version: start.version })).toString(
            'base64url',
          ),
          remainingItemCount: more,
        }),
    },
  };
}

const positionOf = ({ metadata }: StoredObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function readToken(token: string): { after: string; version: number } {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badRequest('continue key is not valid: malformed value');
  }
}

function shownInWatch(
  type: ResourceType,
  wanted: string | undefined,
  include: IncludeObject,
): ((object: StoredObject) => string) | undefined {
  if (wanted === 'PartialObjectMetadata') return (object) => JSON.stringify(partialMetadata(object));
  if (wanted !== 'Table') return undefined;
  return (object) => {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return renderTable(type, [object], metadata, include, Date.now()).trimEnd();
  };
}

function representation(accept: string | undefined): string | undefined {
  return /;\s*as=(\w+)/.exec(accept ?? '')?.[1];
}

function includeObject(query: URLSearchParams): IncludeObject {
  const wanted = query.get('includeObject') ?? 'Metadata';
  const known = INCLUDE_OBJECT.find((include) => include === wanted);
  if (!known) throw badRequest(`unrecognized includeObject value: "${wanted}"`);
  return known;
}

const listObject = (type: ResourceType, items: readonly StoredObject[], metadata: object): object => ({
  apiVersion: groupVersion(type),
  kind: `${type.kind}List`,
  metadata,
  items,
});
