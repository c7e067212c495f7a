import { type ResourceTable, type ResourceType, resourceKey } from './resources.ts';

/** What a path of the Kubernetes API means. */
export interface Route {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows the subresource: the path given to a proxy. */
  readonly rest: readonly string[];
}

/** `/api/v1/...` and `/apis/<group>/<version>/...`; undefined when no API serves the path. */
export function routeOf(path: readonly string[], table: ResourceTable): Route | undefined {
  const [root, ...steps] = path;
  const group = root === 'apis' ? steps.shift() : root === 'api' ? '' : undefined;
  const version = steps.shift();
  if (group === undefined || version === undefined) return undefined;
  // `namespaces/x/pods` is scoped, `namespaces/x` and `namespaces/x/status` are the namespace itself.
  const scoped = steps[0] === 'namespaces' && steps.length > 2 && !['status', 'finalize'].includes(steps[2] ?? '');
  const namespace = scoped ? steps.splice(0, 2)[1] : undefined;
  const [plural = '', name, subresource, ...rest] = steps;
  const type = table.get(resourceKey({ group, plural }));
  if (!type || type.version !== version || (scoped && !type.namespaced)) return undefined;
  if (name !== undefined && type.namespaced && namespace === undefined) return undefined;
  return { type, namespace, name, subresource, rest };
}
