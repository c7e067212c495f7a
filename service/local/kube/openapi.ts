import { type ApiRequest, json, type Reply } from './exchange.ts';
import { groupVersion, type ResourceTable, type ResourceType } from './resources.ts';

/**
 * As much of OpenAPI v3 as kubectl looks for before it applies: that PATCH takes `fieldValidation`, which tells it to
 * leave validation to the server. There are no schemas of fields: they are not checked here beyond each kind's own rules.
 */
export function openApi(request: ApiRequest, table: ResourceTable): Reply | undefined {
  const [root, version, ...group] = request.path;
  if (root !== 'openapi' || version !== 'v3') return undefined;
  const types = [...table.values()];
  if (group.length === 0) {
    const roots = new Set(types.map(apiRoot));
    const paths = Object.fromEntries([...roots].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }]));
    return json(200, { paths });
  }
  const served = types.filter((type) => apiRoot(type) === group.join('/'));
  if (served.length === 0) return undefined;
  return json(200, {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'simulated' },
    paths: Object.fromEntries(served.map((type) => [objectPath(type), operations(type)])),
  });
}

const apiRoot = (type: ResourceType): string => (type.group ? `apis/${groupVersion(type)}` : `api/${type.version}`);

const objectPath = (type: ResourceType): string =>
  `/${apiRoot(type)}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}/{name}`;

function operations({ group, version, kind }: ResourceType): object {
  const parameter = { name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } };
  return {
    patch: {
      operationId: `patch${kind}`,
      parameters: [parameter],
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group, kind, version },
    },
  };
}
