import type { ForeignChart } from '../../constructs/foreign-chart.ts';
import { certificateComesFrom } from './certificates.ts';
import { chartNames, hostOf, PORTS } from './names.ts';
import { KEYS } from './secrets.ts';
import type { Settings } from './settings.ts';

/** The charts of other makers that this stack stands on. */
export const foreignCharts = (settings: Settings): ForeignChart[] => [
  {
    ...placeOf(settings.certManager),
    name: 'cert-manager',
    release: 'cert-manager',
    namespace: settings.certManager.namespace,
    brings: ['cert-manager.io', 'acme.cert-manager.io'],
    values: { crds: { enabled: true }, prometheus: { servicemonitor: { enabled: false } } },
  },
  {
    ...placeOf(settings.prometheusStack),
    name: 'kube-prometheus-stack',
    release: settings.prometheusStack.release,
    namespace: settings.namespace.name,
    brings: ['monitoring.coreos.com'],
    values: prometheusStackValues(settings),
    services: { [chartNames(settings).grafana]: PORTS.grafanaService },
  },
];

type Place = Pick<ForeignChart, 'digest' | 'install' | 'source' | 'version'>;

const placeOf = ({ digest, install, source, version }: Place): Place => ({
  digest,
  install,
  source,
  version,
});

/** Values of kube-prometheus-stack. What is not here is as its makers have it. */
function prometheusStackValues(settings: Settings): object {
  const { managedControlPlane } = settings.prometheusStack;
  const scraped = { enabled: !managedControlPlane };
  return {
    prometheus: { prometheusSpec: prometheusSpec(settings) },
    alertmanager: settings.alertmanager.enabled ? alertmanagerValues(settings) : { enabled: false },
    grafana: grafanaValues(settings),
    nodeExporter: { enabled: readsNodes(settings) },
    coreDns: scraped,
    kubeControllerManager: scraped,
    kubeEtcd: scraped,
    kubeProxy: scraped,
    kubeScheduler: scraped,
  };
}

/** Its pods look at the node itself, which no other Pod Security Standard allows. */
const readsNodes = ({ namespace, prometheusStack }: Settings): boolean =>
  prometheusStack.nodeExporter && namespace.podSecurity === 'privileged';

function prometheusSpec({ prometheus, storage }: Settings): object {
  const { replicas, resources, retention, retentionSize, volume } = prometheus;
  return {
    // Monitors and rules of every stack, whoever wrote them.
    serviceMonitorSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    replicas,
    resources,
    retention,
    ...(retentionSize !== '' && { retentionSize }),
    ...(volume.enabled && { storageSpec: claim(volume.size, storage.className) }),
  };
}

const claim = (size: string, className: string): object => ({
  volumeClaimTemplate: {
    spec: {
      ...(className !== '' && { storageClassName: className }),
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
    },
  },
});

/** Where the operator mounts each Secret that it is told of. */
const fileOf = (secret: string, key: string): string => `/etc/alertmanager/secrets/${secret}/${key}`;

function alertmanagerValues({ alertmanager }: Settings): object {
  const { email, pagerDuty, replicas, slack } = alertmanager;
  const used = [slack, pagerDuty, email].filter(({ enabled }) => enabled);
  const everything = {
    name: 'everything',
    ...(slack.enabled && {
      slack_configs: [{ api_url_file: fileOf(slack.secret, KEYS.slack), channel: slack.channel, send_resolved: true }],
    }),
    ...(email.enabled && {
      email_configs: [
        {
          to: email.to,
          from: email.from,
          smarthost: email.server,
          auth_username: email.from,
          auth_password_file: fileOf(email.secret, KEYS.email),
          send_resolved: true,
        },
      ],
    }),
  };
  const critical = {
    name: 'critical',
    pagerduty_configs: [{ routing_key_file: fileOf(pagerDuty.secret, KEYS.pagerDuty), send_resolved: true }],
  };
  return {
    config: {
      route: {
        receiver: everything.name,
        group_by: ['namespace', 'alertname'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '12h',
        routes: [
          // Always firing, so that somebody outside notices when it stops; and what only explains other alerts.
          { receiver: 'nobody', matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
          ...(pagerDuty.enabled
            ? [{ receiver: critical.name, matchers: ['severity = "critical"'], continue: true }]
            : []),
        ],
      },
      receivers: [{ name: 'nobody' }, everything, ...(pagerDuty.enabled ? [critical] : [])],
    },
    alertmanagerSpec: { replicas, secrets: used.map(({ secret }) => secret) },
  };
}

function grafanaValues(settings: Settings): object {
  const { exposure, grafana } = settings;
  const { oidc, resources, secret } = grafana;
  return {
    admin: { existingSecret: secret, userKey: KEYS.adminUser, passwordKey: KEYS.adminPassword },
    resources,
    defaultDashboardsEnabled: readsNodes(settings),
    service: {
      type: 'ClusterIP',
      ...(exposure.type === 'gke' && {
        annotations: {
          'cloud.google.com/neg': '{"ingress": true}',
          'cloud.google.com/backend-config': `{"default": "${settings.namePrefix}grafana-backend-config"}`,
        },
      }),
    },
    ingress: { enabled: false },
    sidecar: {
      // Of every namespace: each stack writes its own.
      dashboards: { enabled: true, label: 'grafana_dashboard', labelValue: '1', searchNamespace: 'ALL' },
      datasources: { enabled: true, defaultDatasourceEnabled: true },
    },
    'grafana.ini': grafanaIni(settings),
    ...(oidc.enabled && {
      envValueFrom: {
        [CLIENT_SECRET]: { secretKeyRef: { name: oidc.secret, key: KEYS.clientSecret } },
      },
    }),
  };
}

const CLIENT_SECRET = 'GRAFANA_CLIENT_SECRET';

function grafanaIni(settings: Settings): object {
  const host = hostOf(settings);
  const isSecure = certificateComesFrom(settings) !== 'nowhere';
  return {
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    auth: { disable_login_form: false, oauth_allow_insecure_email_lookup: false },
    'auth.anonymous': { enabled: false },
    ...identityProvider(settings.grafana.oidc),
    security: {
      cookie_samesite: settings.grafana.oidc.enabled ? 'lax' : 'strict',
      cookie_secure: isSecure,
      content_security_policy: true,
      strict_transport_security: isSecure,
      strict_transport_security_max_age_seconds: 31_536_000,
      disable_gravatar: true,
    },
    ...(host !== undefined && { server: { domain: host, root_url: `${isSecure ? 'https' : 'http'}://${host}` } }),
    users: { allow_sign_up: false },
  };
}

function identityProvider(oidc: Settings['grafana']['oidc']): object {
  if (!oidc.enabled) return {};
  const common = {
    enabled: true,
    client_id: oidc.clientId,
    client_secret: `$__env{${CLIENT_SECRET}}`,
    allow_sign_up: true,
    ...(oidc.domains.length > 0 && { allowed_domains: oidc.domains.join(' ') }),
  };
  if (oidc.provider === 'google') {
    // Google tells no groups: who may come in reads, and the administrator makes others of them.
    return { 'auth.google': { ...common, scopes: 'openid email profile', skip_org_role_sync: true } };
  }
  return {
    'auth.generic_oauth': {
      ...common,
      name: 'Single sign-on',
      scopes: 'openid email profile groups',
      use_pkce: true,
      auth_url: oidc.authUrl,
      token_url: oidc.tokenUrl,
      api_url: oidc.apiUrl,
      role_attribute_path: `contains(groups[*], '${oidc.adminGroup}') && 'Admin' || 'Viewer'`,
    },
  };
}
