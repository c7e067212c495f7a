import type { z } from 'zod';
import { DEFAULTS, SERVER_EXTRAS } from '../extras.ts';
import type { settings } from './settings.ts';

/** Everything that can be switched on, in one. */
const everything: z.input<typeof settings> = {
  production: true,
  commonLabels: { 'example.com/team': 'ml' },
  images: { registry: 'registry.example.com/ml-platform', tag: '0.1.0', pullSecrets: ['registry-login'] },
  namespace: { quota: { enabled: true }, limitRange: { enabled: true } },
  monitoring: { enabled: true },
  progress: { fromLogs: true, certificate: { madeBy: 'certManager', issuer: 'internal', issuerKind: 'Issuer' } },
  podGroups: true,
  manager: { disruptionBudget: true, topologySpread: true, workers: 4, logLevel: 'debug', ...SERVER_EXTRAS },
};

/** Some namespaces only, with rights in no other. */
const watched: z.input<typeof settings> = { defaults: DEFAULTS, watchNamespaces: ['ml-training', 'research'] };

/** The same by bindings that others make, and no progress. */
const bounded: z.input<typeof settings> = {
  watchNamespaces: ['ml-training', 'research'],
  rights: 'namespaces',
  progress: { enabled: false },
  karmada: { memberClusters: ['member1', 'member2'] },
};

export const examples = { everything, watched, bounded };
