import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Two replicas on different nodes, a pinned image, policies of its own. The registry is yours to set. */
export const prod: z.input<typeof settings> = {
  production: true,
  images: { registry: 'registry.example.com/ml-platform', tag: '0.1.0' },
  manager: { disruptionBudget: true, topologySpread: true },
  // A merged change of rights in Karmada is applied too, once Argo CD knows it (argocd cluster add).
  gitops: { karmadaServer: 'https://karmada-apiserver.karmada-system.svc:5443' },
};
