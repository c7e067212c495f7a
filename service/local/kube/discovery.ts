import { type ApiRequest, json, plain, type Reply } from './exchange.ts';
import { groupVersion, type ResourceTable, type ResourceType } from './resources.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What clients ask before they ask anything else: which groups, versions and kinds there are. */
export function discover(request: ApiRequest, table: ResourceTable, kubernetesVersion: string): Reply | undefined {
  const [root, group, version, ...more] = request.path;
  const types = [...table.values()];
  if (root === 'version' && group === undefined) return json(200, versionInfo(kubernetesVersion));
  if (['healthz', 'livez', 'readyz'].includes(root ?? '')) return plain(200, 'ok');
  if (root === 'api' && group === undefined) return json(200, { kind: 'APIVersions', versions: ['v1'] });
  if (root === 'api' && version === undefined) return resources(types, '', group);
  if (root !== 'apis') return undefined;
  if (group === undefined) {
    const names = new Set(types.map((type) => type.group).filter((name) => name !== ''));
    return json(200, {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...names].map((name) => groupOf(types, name)),
    });
  }
  if (!types.some((type) => type.group === group)) return undefined;
  if (version === undefined) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(types, group) });
  return more.length === 0 ? resources(types, group, version) : undefined;
}

function versionInfo(gitVersion: string): object {
  const [major = '1', minor = '0'] = gitVersion.replace('v', '').split('.');
  return { major, minor, gitVersion, platform: 'linux/amd64' };
}

function groupOf(types: readonly ResourceType[], name: string): object {
  const versions = [...new Set(types.filter((type) => type.group === name).map((type) => type.version))];
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function resources(types: readonly ResourceType[], group: string, version: string | undefined): Reply | undefined {
  const served = types.filter((type) => type.group === group && type.version === version);
  const [first] = served;
  if (!first) return undefined;
  return json(200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(first),
    resources: served.flatMap((type) => [
      resource(type, type.plural, VERBS),
      ...(type.statusSubresource ? [resource(type, `${type.plural}/status`, ['get', 'patch', 'update'])] : []),
    ]),
  });
}

const resource = (type: ResourceType, name: string, verbs: readonly string[]): object => ({
  name,
  singularName: type.kind.toLowerCase(),
  namespaced: type.namespaced,
  kind: type.kind,
  verbs,
  ...(type.shortNames && !name.includes('/') && { shortNames: type.shortNames }),
});
