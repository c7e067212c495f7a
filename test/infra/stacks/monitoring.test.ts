import { describe, expect, test } from 'vitest';
import type { ForeignChart } from '../../../infra/constructs/foreign-chart.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { monitoring } from '../../../infra/stacks/monitoring/index.ts';
import { hostOf } from '../../../infra/stacks/monitoring/names.ts';
import { trainingOperator } from '../../../infra/stacks/training-operator/index.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { createMetrics } from '../../../service/operator/metrics.ts';
import { NOW, SIMPLE, trainingJob } from '../../service/trainingjob/some-jobs.ts';
import { own, subjectOf } from '../subjects.ts';

const definition = monitoring as unknown as StackDefinition;
const { environments, examples = {} } = monitoring;

const objects = (values: unknown): KubeObject[] => own(subjectOf(definition, values));
const find = (all: readonly KubeObject[], kind: string, name: string) =>
  all.find((object) => object.kind === kind && object.metadata.name === name) as KubeObject & { spec: never };

describe('the guide of the first operator', () => {
  test('part 1: its monitor finds the Service that the operator has', () => {
    const monitor = find(objects(environments.dev), 'ServiceMonitor', 'trainingjob-operator-metrics');
    const { endpoints, namespaceSelector, selector } = monitor.spec as {
      endpoints: { port: string; path: string }[];
      namespaceSelector: { matchNames: string[] };
      selector: { matchLabels: Record<string, string> };
    };
    expect(monitor.metadata).toMatchObject({ namespace: 'monitoring', labels: { release: 'monitoring' } });
    const operator = own(subjectOf(trainingOperator as unknown as StackDefinition, trainingOperator.environments.dev));
    const services = operator.filter(
      ({ kind, metadata: { labels = {} } }) =>
        kind === 'Service' && Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value),
    );
    expect(services.map(({ metadata }) => metadata.namespace)).toEqual(namespaceSelector.matchNames);
    expect(services[0]?.spec).toMatchObject({ ports: [{ name: endpoints[0]?.port }] });
  });

  test('part 2, step 2: a certificate of an authority of our own, for a name that the address makes', () => {
    const all = objects(examples.nipIo);
    expect(find(all, 'ClusterIssuer', 'selfsigned-issuer').spec).toEqual({ selfSigned: {} });
    expect(find(all, 'Certificate', 'grafana-ca').spec).toMatchObject({
      isCA: true,
      secretName: 'grafana-ca-secret',
      privateKey: { algorithm: 'ECDSA', size: 256 },
      issuerRef: { name: 'selfsigned-issuer', kind: 'ClusterIssuer' },
    });
    expect(find(all, 'Issuer', 'grafana-ca-issuer').spec).toEqual({ ca: { secretName: 'grafana-ca-secret' } });
    expect(find(all, 'Certificate', 'grafana-tls').spec).toMatchObject({
      dnsNames: ['grafana.203.0.113.7.nip.io'],
      duration: '8760h',
      renewBefore: '720h',
      issuerRef: { name: 'grafana-ca-issuer', kind: 'Issuer' },
    });
    expect(find(all, 'Ingress', 'grafana-ingress').spec).toMatchObject({
      tls: [{ hosts: ['grafana.203.0.113.7.nip.io'], secretName: 'grafana-tls-secret' }],
      rules: [{ host: 'grafana.203.0.113.7.nip.io' }],
    });
  });

  test('part 2, step 3: while the address is not known the Ingress takes any host, so that it comes to be known', () => {
    const { rules, tls } = find(objects(environments.gke), 'Ingress', 'grafana-ingress').spec as {
      rules: { host?: string }[];
      tls?: unknown;
    };
    expect({ host: rules[0]?.host, tls }).toEqual({ host: undefined, tls: undefined });
  });

  test("part 2, step 3: Google's load balancer asks a page that Grafana answers, and leads HTTP to HTTPS", () => {
    const all = objects(environments.gke);
    expect(find(all, 'BackendConfig', 'grafana-backend-config').spec).toMatchObject({
      healthCheck: { requestPath: '/api/health', port: 3000, type: 'HTTP' },
    });
    expect(find(all, 'FrontendConfig', 'grafana-frontend-config').spec).toEqual({ redirectToHttps: { enabled: true } });
  });

  test('part 2, step 5: no password is in the values, nobody comes in unnamed, cookies are for HTTPS', () => {
    const values = valuesOf(examples.nipIo);
    expect(values.grafana.admin).toEqual({
      existingSecret: 'monitoring-grafana',
      userKey: 'admin-user',
      passwordKey: 'admin-password',
    });
    expect(values.grafana['grafana.ini']).toMatchObject({
      'auth.anonymous': { enabled: false },
      security: { cookie_secure: true, strict_transport_security: true, content_security_policy: true },
      server: { domain: 'grafana.203.0.113.7.nip.io', root_url: 'https://grafana.203.0.113.7.nip.io' },
    });
  });
});

interface Values {
  readonly alertmanager: { readonly config: { readonly receivers: object[]; readonly route: object } };
  readonly grafana: Readonly<Record<string, never>>;
}

function chartsOf(values: unknown): ForeignChart[] {
  const { settings } = subjectOf(definition, values);
  return definition.foreignCharts?.(settings) ?? [];
}

const valuesOf = (values: unknown): Values =>
  chartsOf(values).find(({ name }) => name === 'kube-prometheus-stack')?.values as Values;

describe('who gets in', () => {
  const GRAFANA = { 'app.kubernetes.io/name': 'grafana', 'app.kubernetes.io/instance': 'monitoring' };
  const PROMETHEUS = {
    'app.kubernetes.io/name': 'prometheus',
    'operator.prometheus.io/name': 'monitoring-kube-prometheus-prometheus',
  };
  const ALERTMANAGER = {
    'app.kubernetes.io/name': 'alertmanager',
    alertmanager: 'monitoring-kube-prometheus-alertmanager',
  };
  const STRANGER = { app: 'stranger' };

  const prod = objects(environments.prod);
  test.each([
    ["Google's load balancer", 'at Grafana', { address: '35.191.12.3' }, GRAFANA, 3000, true],
    ["Google's health check", 'at Grafana', { address: '130.211.1.9' }, GRAFANA, 3000, true],
    ['somebody else from the internet', 'at Grafana', { address: '198.51.100.7' }, GRAFANA, 3000, false],
    ['a pod of a stranger', 'at Grafana', { labels: STRANGER }, GRAFANA, 3000, false],
    ['Prometheus', 'at Grafana', { labels: PROMETHEUS }, GRAFANA, 3000, true],
    ['Grafana', 'at Prometheus', { labels: GRAFANA }, PROMETHEUS, 9090, true],
    ['a pod of a stranger', 'at Prometheus', { labels: STRANGER }, PROMETHEUS, 9090, false],
    ["Google's load balancer", 'at Prometheus', { address: '35.191.12.3' }, PROMETHEUS, 9090, false],
    ['Prometheus', 'at Alertmanager', { labels: PROMETHEUS }, ALERTMANAGER, 9093, true],
    ['a pod of a stranger', 'at Alertmanager', { labels: STRANGER }, ALERTMANAGER, 9093, false],
  ])('%s %s', (_who, _where, client, server, port, isLetIn) => {
    expect(admits(prod, server, client, port)).toBe(isLetIn);
  });

  test('nobody from outside where Grafana is not exposed', () => {
    expect(admits(objects(environments.dev), GRAFANA, { address: '35.191.12.3' }, 3000)).toBe(false);
  });

  test('the check does, as long as it is there', () => {
    const subject = subjectOf(definition, environments.prod);
    const check = subject.folders.get('check') ?? [];
    const labels = check.find(({ kind }) => kind === 'Pod')?.metadata.labels ?? {};
    expect(admits([...prod, ...check], GRAFANA, { labels }, 3000)).toBe(true);
    expect(admits([...prod, ...check], PROMETHEUS, { labels }, 9090)).toBe(true);
    expect(admits(prod, GRAFANA, { labels }, 3000)).toBe(false);
  });
});

interface Client {
  readonly address?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
type Labels = Readonly<Record<string, string>>;
interface Policy {
  readonly podSelector: { readonly matchLabels?: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly {
    readonly ports?: readonly { readonly port: number }[];
    readonly from?: readonly {
      readonly ipBlock?: { readonly cidr: string };
      readonly namespaceSelector?: object;
      readonly podSelector?: { readonly matchLabels: Labels };
    }[];
  }[];
}

/** As a cluster would decide: some policy that selects the server has to let the client in, once any selects it. */
function admits(all: readonly KubeObject[], server: Labels, client: Client, port: number): boolean {
  const policies = all
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as Policy)
    .filter(({ podSelector, policyTypes }) => policyTypes.includes('Ingress') && isOf(podSelector.matchLabels, server));
  if (policies.length === 0) return true;
  const rules = policies.flatMap(({ ingress = [] }) => ingress);
  return rules.some(
    ({ from, ports }) =>
      (ports === undefined || ports.some((each) => each.port === port)) &&
      (from === undefined ||
        from.some(
          ({ ipBlock, namespaceSelector, podSelector }) =>
            (ipBlock !== undefined && client.address !== undefined && isWithin(client.address, ipBlock.cidr)) ||
            (podSelector !== undefined &&
              namespaceSelector === undefined &&
              client.labels !== undefined &&
              isOf(podSelector.matchLabels, client.labels)),
        )),
  );
}

const isOf = (selector: Labels = {}, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

function isWithin(address: string, cidr: string): boolean {
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const [network = '', bits = '32'] = cidr.split('/');
  if (network.includes(':')) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(address) / size) === Math.floor(number(network) / size);
}

describe('alerts reach people', () => {
  test('critical ones the pager and all others the channel, by secrets that are files', () => {
    const { config } = valuesOf(environments.prod).alertmanager;
    expect(config.receivers).toEqual([
      { name: 'nobody' },
      {
        name: 'everything',
        slack_configs: [
          {
            api_url_file: '/etc/alertmanager/secrets/alertmanager-slack/url',
            channel: '#ml-alerts',
            send_resolved: true,
          },
        ],
      },
      {
        name: 'critical',
        pagerduty_configs: [
          { routing_key_file: '/etc/alertmanager/secrets/alertmanager-pagerduty/routing-key', send_resolved: true },
        ],
      },
    ]);
    expect(config.route).toMatchObject({
      receiver: 'everything',
      routes: [{ receiver: 'nobody' }, { receiver: 'critical', continue: true }],
    });
  });
});

interface Alert {
  readonly alert: string;
  readonly expr: string;
}

const alertsIn = (all: readonly KubeObject[]): Alert[] =>
  all
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => (spec as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules));

test('what the alerts and the dashboard of trainings ask for, the operator tells, with the labels that they group by', async () => {
  const all = objects(environments.prod);
  const queries = [
    ...alertsIn(all).map(({ expr }) => expr),
    ...all.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? Object.values(data as object).flatMap(queriesIn) : [])),
  ];
  const asked = new Set(queries.flatMap((query) => query.match(/\btrainingjob_\w+/g) ?? []));
  const conditions = [
    { type: 'Stalled', status: 'True', reason: 'NoStep', message: '', lastTransitionTime: NOW.toISOString() } as const,
  ];
  const job = trainingJob(SIMPLE, { status: { state: 'Running', conditions } });
  const { text } = await createMetrics().render({ isLeading: true, queueDepth: 0, trainingJobs: [{ job }] });
  for (const name of asked) expect(text, name).toContain(`# TYPE ${name.replace(/_bucket$/, '')} `);
  expect(asked.size).toBeGreaterThan(12);
  const alert = alertsIn(all).find((each) => each.alert === 'TrainingJobStalled');
  expect(alert?.expr).toBe('max by (namespace, training_job) (trainingjob_stalled) == 1');
  expect(text).toContain('trainingjob_stalled{namespace="ml-training",training_job="bert"} 1\n');
});

/** Of a dashboard; none of any other file. */
function queriesIn(text: string): string[] {
  if (!text.startsWith('{')) return [];
  const { panels = [] } = JSON.parse(text) as { panels?: { targets: { expr: string }[] }[] };
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

test('the host is the one that is set, or the one that the address makes, or not known', () => {
  const host = (exposure: object) => hostOf(subjectOf(definition, { exposure }).settings as never);
  expect(host({ type: 'gke', host: 'g.example.com', address: '203.0.113.7' })).toBe('g.example.com');
  expect(host({ type: 'ingress', address: '203.0.113.7' })).toBe('grafana.203.0.113.7.nip.io');
  expect(host({ type: 'gke' })).toBeUndefined();
  expect(host({ type: 'none', host: 'g.example.com' })).toBeUndefined();
});
