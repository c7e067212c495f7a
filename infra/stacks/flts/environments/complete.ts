import type { z } from 'zod';
import type { settings } from '../settings.ts';

const LARGE = {
  requests: { cpu: '1000m', memory: '2Gi' },
  limits: { cpu: '4', memory: '4Gi' },
};

/** A cluster of several nodes: pinned images of a registry, inference that scales, more for trainers, dumps. */
export const complete: z.input<typeof settings> = {
  production: true,
  images: { registry: 'registry.example.com/flts', tag: '0.1.0' },
  exposure: { type: 'nodePort' },
  kafka: {
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
    heap: '1024m',
  },
  database: { bundled: { backup: { enabled: true } } },
  mlflowDatabase: { bundled: { backup: { enabled: true } } },
  trainGru: { resources: LARGE },
  trainLstm: { resources: LARGE },
  inference: { replicas: 2, autoscaling: { enabled: true, maxReplicas: 10 } },
  loadBalancer: { replicas: 2 },
  prometheus: { volume: { enabled: true, size: '10Gi' } },
};
