import { groupOf, type KubeObject } from '../../data/kube-object.ts';

/** What names an object in a cluster; an object's own fields have the same names. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Short and the same for an object and for what names it: "Service postgres". */
export const titleOf = ({ kind, metadata }: ObjectKey): string => `${kind} ${metadata.name}`;

export const keyOf = ({ apiVersion, kind, metadata }: KubeObject | ObjectKey): ObjectKey => ({
  apiVersion,
  kind,
  metadata: { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) },
});

/** Versions of one group name the same objects. */
export const idOf = ({ apiVersion, kind, metadata }: ObjectKey): string =>
  [groupOf({ apiVersion }), kind, metadata.namespace ?? '', metadata.name].join('|');
