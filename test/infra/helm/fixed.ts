import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { byTitle } from './render.ts';

/** Fields of a part of an object. */
export type Fields = Readonly<Record<string, unknown>>;
export const fieldsOf = (value: unknown): Fields => (value ?? {}) as Fields;

/** The part of an object that an API server never lets change (Kubernetes' validation of updates); of other kinds, nothing. */
export const FIXED: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  Deployment: ({ spec }) => fieldsOf(spec).selector,
  StatefulSet({ spec }) {
    const {
      minReadySeconds,
      ordinals,
      persistentVolumeClaimRetentionPolicy,
      replicas,
      template,
      updateStrategy,
      ...fixed
    } = fieldsOf(spec);
    return fixed;
  },
  Job({ spec }) {
    const { completionMode, completions, selector, template } = fieldsOf(spec);
    return { completionMode, completions, selector, template };
  },
  PersistentVolumeClaim({ spec }) {
    const { resources, volumeAttributesClassName, ...fixed } = fieldsOf(spec);
    return fixed;
  },
  // Only between a Service with an address of its own and one without; the type may change.
  Service: ({ spec }) => fieldsOf(spec).clusterIP,
  RoleBinding: ({ roleRef }) => roleRef,
  ClusterRoleBinding: ({ roleRef }) => roleRef,
};

/** Helm deletes a hook before it makes it anew. */
const isMadeAnew = ({ metadata: { annotations = {} } }: KubeObject): boolean =>
  annotations['helm.sh/hook-delete-policy']?.includes('before-hook-creation') ?? false;

/** What an upgrade would be refused for. */
export function touched(before: readonly KubeObject[], after: readonly KubeObject[]): string[] {
  const old = byTitle(before);
  return Object.entries(byTitle(after)).flatMap(([title, object]) => {
    const known = old[title];
    const fixed = FIXED[object.kind];
    if (!known || !fixed || (isMadeAnew(known) && isMadeAnew(object))) return [];
    return isDeepStrictEqual(fixed(known), fixed(object)) ? [] : [title];
  });
}

/** As Helm marks what it has made. */
export const ofRelease = (
  release: string,
  { annotations, labels, ...metadata }: KubeObject['metadata'],
): KubeObject['metadata'] => ({
  ...metadata,
  namespace: 'default',
  labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: {
    ...annotations,
    'meta.helm.sh/release-name': release,
    'meta.helm.sh/release-namespace': 'default',
  },
});
