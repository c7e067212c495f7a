import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Several nodes, TLS, pinned images, an API that scales, dumps. Registry and host name are yours to set. */
export const prod: z.input<typeof settings> = {
  production: true,
  images: { registry: 'registry.example.com/preempt', tag: '0.1.0' },
  exposure: { type: 'ingress' },
  mysql: { backup: { enabled: true } },
  models: { accessMode: 'ReadWriteMany' },
  api: { autoscaling: { enabled: true, maxReplicas: 10 }, disruptionBudget: true, topologySpread: true },
  frontend: { disruptionBudget: true, topologySpread: true },
};
