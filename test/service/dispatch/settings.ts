import type { ManifestSettings } from '../../../service/jobs/manifests/index.ts';
import type { Kubeconfig } from '../../../service/karmada/kubeconfig.ts';

export const MANIFESTS: ManifestSettings = {
  rayImage: 'rayproject/ray:2.46.0',
  credentialsSecret: 'mlplatform-object-storage',
  storageClass: null,
};

export const kubeconfigOf = (url: string): Kubeconfig => ({
  path: 'test',
  server: url,
  settings: async () => ({ server: new URL(url), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => undefined,
});
