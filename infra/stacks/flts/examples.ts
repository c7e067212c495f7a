import type { z } from 'zod';
import { DEFAULTS, EXTRA_OBJECTS, EXTRAS, SERVER_EXTRAS } from '../extras.ts';
import type { settings } from './settings.ts';

/** Everything that can be switched on, in one. */
const everything: z.input<typeof settings> = {
  production: true,
  commonLabels: { 'example.com/team': 'forecast' },
  images: { registry: 'registry.example.com/flts', tag: '0.1.0', pullSecrets: ['registry-login'] },
  namespace: { quota: { enabled: true }, limitRange: { enabled: true } },
  storage: { className: 'fast' },
  monitoring: { enabled: true },
  exposure: { type: 'ingress' },
  database: { ...SERVER_EXTRAS, bundled: { backup: { enabled: true, ...EXTRAS } } },
  mlflowDatabase: { bundled: { backup: { enabled: true } } },
  inference: { replicas: 2, autoscaling: { enabled: true }, ...SERVER_EXTRAS },
  trainGru: { livenessCommand: ['sh', '-c', 'test -e /tmp/alive'], ...EXTRAS },
  kafka: { ...SERVER_EXTRAS, topicsJob: EXTRAS },
  objectStorage: { bucketsJob: EXTRAS },
  preprocess: EXTRAS,
  check: EXTRAS,
  extraObjects: EXTRA_OBJECTS,
  prometheus: { volume: { enabled: true } },
  secrets: { source: 'externalSecrets', externalSecrets: { path: 'flts/prod/' } },
  locust: { enabled: true },
  ownService: { enabled: true, disruptionBudget: true, topologySpread: true },
};

/** What keeps state runs elsewhere. */
const external: z.input<typeof settings> = {
  kafka: { mode: 'external' },
  objectStorage: { mode: 'external' },
  database: { mode: 'external' },
  mlflowDatabase: { mode: 'external' },
  prometheus: { enabled: false },
  grafana: { enabled: false },
  exposure: { type: 'none' },
  isolation: { ingressNamespaces: ['edge'] },
  secrets: { source: 'sops' },
};

/** What keeps state is in the hands of operators. */
const operators: z.input<typeof settings> = {
  defaults: DEFAULTS,
  kafka: { mode: 'strimzi', ...EXTRAS },
  database: { mode: 'cloudnativepg', ...EXTRAS },
  mlflowDatabase: { mode: 'cloudnativepg' },
  monitoring: { enabled: true },
};

export const examples = { everything, external, operators };
