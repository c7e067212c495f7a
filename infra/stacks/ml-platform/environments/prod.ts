import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Several nodes, TLS, pinned images, tokens, backups. Registry, host name and addresses are yours to set. */
export const prod: z.input<typeof settings> = {
  production: true,
  images: { registry: 'registry.example.com/ml-platform', tag: '0.1.0' },
  namespace: { quota: { enabled: true }, limitRange: { enabled: true } },
  exposure: { type: 'ingress' },
  backend: {
    replicas: 2,
    autoscaling: { enabled: true, maxReplicas: 6 },
    disruptionBudget: true,
    topologySpread: true,
    metrics: { access: 'port' },
  },
  // A year of history; logs, of up to a MiB each, for three months.
  jobs: { jobRetention: '365d', jobsPerNamespace: 20_000, logRetention: '90d' },
  frontend: { replicas: 2, disruptionBudget: true, topologySpread: true },
  database: { bundled: { backup: { enabled: true } } },
  karmada: { apiServer: { cidrs: ['10.0.0.0/8'] } },
  // A merged change of rights in Karmada is applied too, once Argo CD knows it (argocd cluster add).
  gitops: { karmadaServer: 'https://karmada-apiserver.karmada-system.svc:5443' },
};
