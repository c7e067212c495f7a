import type { KubeObject } from '../../synth/synthesize.ts';
import { ApiFailure, type KubeApi } from './api.ts';

/** What names an object in a cluster; an object's own fields have the same names. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

type Kind = Pick<ObjectKey, 'apiVersion' | 'kind'>;

export interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where objects live on one API server, as its discovery tells. */
export interface Resources {
  of(kind: Kind): Promise<Resource>;
  pathOf(object: ObjectKey): Promise<string>;
  /** Where objects of the kind are listed: in each of the namespaces, or once. */
  foldersOf(kind: Kind, namespaces: readonly string[]): Promise<string[]>;
  /** The version of a group that the server prefers; undefined: it serves none. */
  versionOf(group: string): Promise<string | undefined>;
}

interface Served {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

export function resourcesOf(api: KubeApi, namespace: string): Resources {
  const known = new Map<string, Promise<Served>>();

  async function of({ apiVersion, kind }: Kind): Promise<Resource> {
    const served = known.get(apiVersion) ?? api.ask<Served>('GET', rootOf(apiVersion));
    known.set(apiVersion, served);
    const found = (await served).resources.find((each) => each.kind === kind && !each.name.includes('/'));
    if (!found) throw new ApiFailure(404, `${api.server} serves no ${kind} of ${apiVersion}`);
    const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
    return { group, plural: found.name, namespaced: found.namespaced };
  }

  return {
    of,
    async pathOf(object) {
      const { namespaced, plural } = await of(object);
      const { name, namespace: own = namespace } = object.metadata;
      return `${rootOf(object.apiVersion)}${namespaced ? `/namespaces/${own}` : ''}/${plural}/${name}`;
    },
    async foldersOf(kind, namespaces) {
      const { namespaced, plural } = await of(kind);
      const root = rootOf(kind.apiVersion);
      return namespaced ? namespaces.map((each) => `${root}/namespaces/${each}/${plural}`) : [`${root}/${plural}`];
    },
    async versionOf(group) {
      if (group === '') return 'v1';
      const served = await api.find<{ preferredVersion: { groupVersion: string } }>(`/apis/${group}`);
      return served?.preferredVersion.groupVersion;
    },
  };
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Short and the same for an object and for what names it: "Service postgres". */
export const titleOf = ({ kind, metadata }: ObjectKey): string => `${kind} ${metadata.name}`;

export const keyOf = ({ apiVersion, kind, metadata }: KubeObject | ObjectKey): ObjectKey => ({
  apiVersion,
  kind,
  metadata: { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) },
});

/** Versions of one group name the same objects. */
export const idOf = ({ apiVersion, kind, metadata }: ObjectKey): string =>
  [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, metadata.namespace ?? '', metadata.name].join('|');
