import { type K8s, k8s } from './k8s.ts';

/** A volume and where the container sees it. Read-only unless it is scratch space or a claim. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  /** One file of the volume instead of the whole of it. */
  readonly subPath?: string;
  readonly from: /** Optional: the pod starts without it, or without a key of it, too. */
    | { secret: string; keys?: string[]; optional?: true }
    | { configMap: string }
    | { claim: string; readOnly?: boolean }
    | { scratch: string }
    /** The pod's own credentials for the API server of its cluster. */
    | { kubernetesApi: true };
}

// 0400: with the pod's fsGroup the kubelet hands the files to that group as 0440, so the non-root user can read them
// and nobody else.
const OWNER_READ = 0o400;

/** Scratch space with a bound, such as /tmp over a read-only root; the amount is its size limit. */
export const scratch = (name: string, path: string, amount = '64Mi'): Mount => ({
  name,
  path,
  from: { scratch: amount },
});

/**
 * Where clients of the API server look for them. Named as a volume of its own, for all other pods have none: the token that is
 * mounted by default goes to every container of a pod.
 */
export const kubernetesCredentials: Mount = {
  name: 'kubernetes-api',
  path: '/var/run/secrets/kubernetes.io/serviceaccount',
  from: { kubernetesApi: true },
};

/** The kubelet renews it before that. */
const TOKEN_SECONDS = 3600;
/** Kubernetes puts it into every namespace. */
const CLUSTER_AUTHORITY = 'kube-root-ca.crt';

const credentials = (): K8s.ProjectedVolumeSource => ({
  defaultMode: OWNER_READ,
  sources: [
    { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
    { configMap: { name: CLUSTER_AUTHORITY, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardApi: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ],
});

export function podVolume({ name, from }: Mount): K8s.Volume {
  if ('secret' in from) {
    const items = from.keys?.map((key) => ({ key, path: key }));
    const secret = { secretName: from.secret, defaultMode: OWNER_READ, ...(items && { items }) };
    return { name, secret: { ...secret, ...(from.optional && { optional: true }) } };
  }
  if ('configMap' in from) return { name, configMap: { name: from.configMap } };
  if ('kubernetesApi' in from) return { name, projected: credentials() };
  if ('claim' in from) return { name, persistentVolumeClaim: { claimName: from.claim } };
  return { name, emptyDir: { sizeLimit: k8s.Quantity.fromString(from.scratch) } };
}

export function volumeMount({ name, path, subPath, from }: Mount): K8s.VolumeMount {
  const writable = 'scratch' in from || ('claim' in from && !from.readOnly);
  return { name, mountPath: path, ...(subPath && { subPath }), ...(!writable && { readOnly: true }) };
}
