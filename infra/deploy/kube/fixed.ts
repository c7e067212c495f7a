import type { KubeObject } from '../../synth/synthesize.ts';

/**
 * The object with what can never be changed as it is in the cluster, where that harms nothing: a StatefulSet keeps the
 * Service that it was made with, and its pod and volumes stay.
 */
export function withFixed(object: KubeObject, before: object | undefined): KubeObject {
  const { serviceName } = (before as { spec?: { serviceName?: string } } | undefined)?.spec ?? {};
  if (object.kind !== 'StatefulSet' || serviceName === undefined) return object;
  return { ...object, spec: { ...(object.spec as object), serviceName } };
}
