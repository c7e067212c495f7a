import { broughtByUser, type CreatedAtDeploy } from '../../constructs/created-at-deploy.ts';
import { certificateComesFrom } from './certificates.ts';
import type { Settings } from './settings.ts';

/** In the Secrets that the settings name. */
export const KEYS = {
  adminUser: 'admin-user',
  adminPassword: 'admin-password',
  slack: 'url',
  pagerDuty: 'routing-key',
  email: 'password',
  clientSecret: 'client-secret',
  /** Beside the certificate, of whoever signed it. */
  authority: 'ca.crt',
} as const;

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { alertmanager, certificates, grafana, prometheusStack } = settings;
  if (prometheusStack.install === 'none') return broughtByUser(settings);
  const admin: CreatedAtDeploy = {
    kind: 'Secret',
    name: grafana.secret,
    keys: [KEYS.adminUser, KEYS.adminPassword],
    what: "name and password of Grafana's administrator",
    values: (known, random) => ({
      [KEYS.adminUser]: known[KEYS.adminUser] ?? 'admin',
      [KEYS.adminPassword]: known[KEYS.adminPassword] ?? random(),
    }),
    logIns: { [KEYS.adminPassword]: 'Grafana, user admin' },
  };
  const brought = (name: string, key: string, what: string): CreatedAtDeploy => ({
    kind: 'Secret',
    name,
    keys: [key],
    what,
    madeBy: 'the administrator',
  });
  const { email, enabled, pagerDuty, slack } = alertmanager;
  return [
    admin,
    ...(enabled && slack.enabled ? [brought(slack.secret, KEYS.slack, 'address of the Slack webhook')] : []),
    ...(enabled && pagerDuty.enabled
      ? [brought(pagerDuty.secret, KEYS.pagerDuty, 'integration key of PagerDuty')]
      : []),
    ...(enabled && email.enabled ? [brought(email.secret, KEYS.email, 'password for the mail server')] : []),
    ...(grafana.oidc.enabled
      ? [brought(grafana.oidc.secret, KEYS.clientSecret, 'secret by which Grafana is known to the identity provider')]
      : []),
    ...certificate(),
    ...broughtByUser(settings),
  ];

  function certificate(): CreatedAtDeploy[] {
    if (certificateComesFrom(settings) !== 'secret') return [];
    const keys = ['tls.crt', 'tls.key'];
    const what = 'certificate of Grafana';
    return [{ kind: 'Secret', name: certificates.secretName, keys, what, madeBy: 'cert-manager' }];
  }
}
