import type { StoredObject } from './objects.ts';
import { groupVersion, type ResourceType } from './resources.ts';
import { fieldMatcher, labelMatcher, type Matcher } from './selectors.ts';
import { ApiError, badRequest } from './status.ts';
import type { Store } from './store.ts';
import { INCLUDE_OBJECT, type IncludeObject, partialMetadata, renderTable } from './table.ts';

export const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

export function matcherOf(query: URLSearchParams): Matcher {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const byLabels = labels ? labelMatcher(labels) : undefined;
  const byFields = fields ? fieldMatcher(fields) : undefined;
  return (object) => (byLabels?.(object) ?? true) && (byFields?.(object) ?? true);
}

export function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}

/**
 * The version that a list is of. One that names a version may be answered from the cache of its kind, which is never older than
 * what was asked for; one that names none is of this moment.
 */
export function versionOfList(query: URLSearchParams, store: Store, type: ResourceType): number {
  const asked = versionOf(query);
  if (asked === undefined) return store.version();
  if (asked > store.version()) {
    const message = `Too large resource version: ${asked}, current: ${store.version()}`;
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    throw new ApiError(504, 'Timeout', `Timeout: ${message}`, { causes, retryAfterSeconds: 1 });
  }
  return Math.max(asked, store.cached(type));
}

/** With resourceVersion=0 the answer comes from the cache, which knows no pages: the limit is ignored, as in Kubernetes. */
export function paged(
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

export function shownInWatch(
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

export function representation(accept: string | undefined): string | undefined {
  return /;\s*as=(\w+)/.exec(accept ?? '')?.[1];
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const wanted = query.get('includeObject') ?? 'Metadata';
  const known = INCLUDE_OBJECT.find((include) => include === wanted);
  if (!known) throw badRequest(`unrecognized includeObject value: "${wanted}"`);
  return known;
}

export const listObject = (type: ResourceType, items: readonly StoredObject[], metadata: object): object => ({
  apiVersion: groupVersion(type),
  kind: `${type.kind}List`,
  metadata,
  items,
});
