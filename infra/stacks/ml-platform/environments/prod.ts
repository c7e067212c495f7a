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
  },
  frontend: { replicas: 2, disruptionBudget: true, topologySpread: true },
  database: { bundled: { backup: { enabled: true } } },
  karmada: { apiServer: { cidrs: ['10.0.0.0/8'] } },
};
