import type { ManifestSettings } from '../../../service/jobs/manifests/index.ts';
import type { Identity } from '../../../service/kube/identity.ts';

export const MANIFESTS: ManifestSettings = {
  rayImage: 'rayproject/ray:2.46.0',
  credentialsSecret: 'mlplatform-object-storage',
  storageClass: null,
};

export const kubeconfigOf = (url: string): Identity => ({
  source: 'test',
  server: url,
  settings: async () => ({ server: new URL(url), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => undefined,
});
