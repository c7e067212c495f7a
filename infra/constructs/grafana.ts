import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { readableJson } from '../data/readable-json.ts';
import type { GrafanaSettings } from '../settings/observability.ts';
import { ConfigFiles } from './config-files.ts';
import type { CreatedAtDeploy } from './created-at-deploy.ts';
import { address, type Endpoint } from './endpoint.ts';
import { http, SLOW_START } from './probes.ts';
import { scratch } from './volume.ts';
import { WebService } from './web-service.ts';

export interface GrafanaProps {
  readonly settings: GrafanaSettings;
  readonly prometheus: Endpoint;
  /** File name -> dashboard, as Grafana exports it. */
  readonly dashboards: Record<string, object>;
}

const PORT = 3000;
/** `grafana` of the official image. */
const USER = 472;
const PASSWORD = 'admin-password';
const DASHBOARDS = '/etc/dashboards';
const PROVISIONING = '/etc/grafana/provisioning';

/** Grafana with its data source and dashboards provisioned: it keeps nothing that is not in the repository. */
export class Grafana extends Construct {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, name: string, { dashboards, prometheus, settings }: GrafanaProps) {
    super(scope, name);
    const configMap = (id: string, files: Record<string, string>) =>
      new ConfigFiles(this, id, { name: `${name}-${id}`, files });
    const sources = configMap('datasources', { 'prometheus.yaml': dataSource(prometheus) });
    const provider = configMap('providers', { 'files.yaml': PROVIDER });
    const boards = configMap(
      'dashboards',
      mapValues(dashboards, (board) => `${readableJson(board)}\n`),
    );
    const server = new WebService(this, 'server', {
      name,
      title: 'Grafana',
      component: 'monitoring',
      entrance: '/',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      replicas: 1,
      ports: { http: PORT },
      servicePorts: { http: PORT },
      env: {
        GF_SECURITY_ADMIN_PASSWORD: { secret: settings.secret, key: PASSWORD },
        GF_ANALYTICS_REPORTING_ENABLED: 'false',
        GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
        // The plugins that newer versions install by themselves need the internet and a writable root.
        GF_PLUGINS_PREINSTALL_DISABLED: 'true',
        GF_AUTH_ANONYMOUS_ENABLED: 'false',
        GF_SECURITY_COOKIE_SAMESITE: 'strict',
      },
      configFiles: { ...sources.files, ...provider.files, ...boards.files },
      mounts: [
        scratch('data', '/var/lib/grafana', '256Mi'),
        scratch('logs', '/var/log/grafana', '64Mi'),
        { name: 'datasources', path: `${PROVISIONING}/datasources`, from: { configMap: sources.name } },
        { name: 'providers', path: `${PROVISIONING}/dashboards`, from: { configMap: provider.name } },
        { name: 'dashboards', path: DASHBOARDS, from: { configMap: boards.name } },
      ],
      talksTo: [{ to: prometheus }],
      probes: {
        startup: http('/api/health', PORT, SLOW_START),
        liveness: http('/api/health', PORT),
        readiness: http('/api/health', PORT),
      },
      graceSeconds: 30,
    });
    this.endpoint = server.endpoint('http');
  }
}

const mapValues = <From, To>(record: Record<string, From>, each: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, each(value)]));

const dataSource = (prometheus: Endpoint): string =>
  Yaml.stringify({
    apiVersion: 1,
    datasources: [
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        access: 'proxy',
        url: `http://${address(prometheus)}`,
        isDefault: true,
        editable: false,
      },
    ],
  });

const PROVIDER = Yaml.stringify({
  apiVersion: 1,
  providers: [{ name: 'files', type: 'file', options: { path: DASHBOARDS }, allowUiUpdates: false }],
});

export const grafanaSecrets = ({ secret }: GrafanaSettings): CreatedAtDeploy[] => [
  {
    kind: 'Secret',
    name: secret,
    keys: [PASSWORD],
    what: "password of Grafana's user admin",
    logIns: { [PASSWORD]: 'Grafana, user admin' },
  },
];
