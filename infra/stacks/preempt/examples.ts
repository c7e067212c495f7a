import type { z } from 'zod';
import { DEFAULTS, EXTRAS, SERVER_EXTRAS } from '../extras.ts';
import type { settings } from './settings.ts';

/** Everything that can be switched on, in one. */
const everything: z.input<typeof settings> = {
  production: true,
  commonLabels: { 'example.com/team': 'weather' },
  images: { registry: 'registry.example.com/preempt', tag: '0.1.0', pullSecrets: ['registry-login'] },
  namespace: { quota: { enabled: true }, limitRange: { enabled: true } },
  storage: { className: 'fast' },
  monitoring: { enabled: true },
  exposure: { type: 'ingress' },
  config: { weather: { monitored_fields: ['temperature_2m', 'wind_speed_10m'] }, debug: false, retries: 3 },
  mysql: { ...SERVER_EXTRAS, backup: { enabled: true, ...EXTRAS } },
  models: { accessMode: 'ReadWriteMany' },
  api: {
    autoscaling: { enabled: true },
    disruptionBudget: true,
    topologySpread: true,
    metricsPath: '/metrics',
    ...SERVER_EXTRAS,
  },
  frontend: { disruptionBudget: true, topologySpread: true, ...SERVER_EXTRAS },
  collector: EXTRAS,
  redis: { ...SERVER_EXTRAS },
  secrets: { source: 'externalSecrets', externalSecrets: { store: { kind: 'SecretStore', name: 'vault' } } },
};

/** What keeps state runs elsewhere; the locations come on a volume. */
const external: z.input<typeof settings> = {
  defaults: DEFAULTS,
  mysql: { mode: 'external', external: { host: 'mysql.example.com', address: { cidrs: ['10.20.0.0/16'] } } },
  redis: { mode: 'external' },
  exposure: { type: 'loadBalancer', loadBalancer: { sourceRanges: ['198.51.100.0/24', '2001:db8::/32'] } },
  seed: { locations: { source: 'volume', name: 'locations' } },
  secrets: { source: 'sealedSecrets' },
};

export const examples = { everything, external };
