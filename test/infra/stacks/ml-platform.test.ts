import { describe, expect, test } from 'vitest';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { mlPlatform } from '../../../infra/stacks/ml-platform/index.ts';
import { SETTINGS } from '../../../service/config/settings.ts';
import { KUBECONFIG_SECRET } from '../../../service/contract.ts';
import { env } from '../constructs/build.ts';
import { own, subjectOf, title } from '../subjects.ts';

const definition: StackDefinition = mlPlatform;

function platform(values: unknown) {
  const subject = subjectOf(definition, values);
  return {
    titles: own(subject).map(title),
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
    find: (kind: string, name: string, folder = ''): any => {
      const found = subject.folders.get(folder)?.find((each) => each.kind === kind && each.metadata.name === name);
      if (!found) throw new Error(`no ${folder} ${kind} ${name}`);
      return found;
    },
    secrets: definition.createdAtDeploy(subject.settings).map(({ name }) => name),
  };
}
const dev = platform(mlPlatform.environments.dev);
const prod = platform(mlPlatform.environments.prod);
const API = 'ml-platform-backend';
const PAGE = 'ml-platform-frontend';
// biome-ignore lint/suspicious/noExplicitAny: as above
const podOf = ({ find }: typeof dev, name: string): any => find('Deployment', name).spec.template.spec;

describe('dev', () => {
  test('is one pod of each, reached by the documented NodePorts, images of the node itself', () => {
    for (const [name, nodePort] of [
      [API, 30_180],
      [PAGE, 30_181],
    ] as const) {
      expect(dev.find('Deployment', name).spec.replicas).toBe(1);
      expect(dev.find('Service', name).spec).toMatchObject({ type: 'NodePort', ports: [{ nodePort }] });
      expect(podOf(dev, name).containers[0]).toMatchObject({
        image: `${name}:latest`,
        imagePullPolicy: 'IfNotPresent',
      });
    }
    expect(dev.titles).not.toContain('Ingress/ml-platform');
  });

  test('takes a storage class', () => {
    const { find } = platform({ ...mlPlatform.environments.dev, storage: { className: 'hostpath' } });
    expect(find('PersistentVolumeClaim', 'postgres-pvc').spec.storageClassName).toBe('hostpath');
  });
});

describe('by a Gateway', () => {
  const made = platform({ exposure: { type: 'gateway', gateway: { namespace: 'edge' } }, progress: { enabled: true } });

  test('the API, its reports and the page are behind one host, and the caller is who the Gateway says', () => {
    const { rules } = made.find('HTTPRoute', 'ml-platform').spec;
    expect(
      rules.map(({ backendRefs, matches }: { backendRefs: { name: string }[]; matches: { path: object }[] }) => ({
        ...matches[0]?.path,
        to: backendRefs[0]?.name,
      })),
    ).toEqual([
      { type: 'PathPrefix', value: '/api', to: API },
      { type: 'Exact', value: '/health', to: API },
      { type: 'Exact', value: '/openapi.json', to: API },
      { type: 'PathPrefix', value: '/progress', to: API },
      { type: 'PathPrefix', value: '/', to: PAGE },
    ]);
    expect(made.find('ConfigMap', API).data.TRUST_PROXY).toBe('1');
  });

  test('nothing else is opened', () => {
    expect(made.titles).not.toContain('Ingress/ml-platform');
    for (const name of [API, PAGE]) expect(made.find('Service', name).spec.type).toBe('ClusterIP');
  });
});

test('a load balancer of the cloud stands in front of the page alone, which passes the API on', () => {
  const made = platform({ exposure: { type: 'loadBalancer' } });
  expect([API, PAGE].map((name) => made.find('Service', name).spec.type)).toEqual(['ClusterIP', 'LoadBalancer']);
  expect(JSON.stringify(made.find('NetworkPolicy', API).spec.ingress)).toContain('"from"');
  expect(made.find('ConfigMap', API).data.TRUST_PROXY).toBe('0');
});

describe('prod', () => {
  test('is two and more of each, spread, kept by disruption budgets, scaled by use', () => {
    expect(prod.find('HorizontalPodAutoscaler', API).spec).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
    expect(prod.find('Deployment', PAGE).spec.replicas).toBe(2);
    for (const name of [API, PAGE]) {
      expect(prod.titles).toContain(`PodDisruptionBudget/${name}`);
      expect(podOf(prod, name).topologySpreadConstraints).toHaveLength(2);
      expect(prod.find('Service', name).spec.type).toBe('ClusterIP');
    }
  });

  test('has one host: the API and the page by path, TLS by cert-manager, event streams left open', () => {
    const { metadata, spec } = prod.find('Ingress', 'ml-platform');
    const routes = spec.rules[0].http.paths.map(
      ({ backend, path, pathType }: { backend: { service: { name: string } }; path: string; pathType: string }) => [
        path,
        pathType,
        backend.service.name,
      ],
    );
    expect(routes).toEqual([
      ['/api', 'Prefix', API],
      ['/health', 'Exact', API],
      ['/openapi.json', 'Exact', API],
      ['/', 'Prefix', PAGE],
    ]);
    expect(spec).toMatchObject({ ingressClassName: 'nginx', tls: [{ hosts: ['ml-platform-api.example.com'] }] });
    expect(metadata.annotations).toMatchObject({
      'cert-manager.io/cluster-issuer': 'letsencrypt',
      'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
    });
    expect(prod.find('ConfigMap', API).data.TRUST_PROXY).toBe('1');
  });

  test('asks for tokens and brings every Secret from outside', () => {
    expect(prod.secrets).toEqual(['backend-kubeconfig', 'postgres-credentials', 'backend-auth', 'ml-platform-api-tls']);
    expect(prod.find('ConfigMap', API).data).toMatchObject({
      AUTH: 'tokens',
      AUTH_TOKENS_FILE: '/etc/access/tokens.json',
    });
  });
});

describe('the backend', () => {
  const spec = podOf(dev, API);
  const [container] = spec.containers;

  test('is told where everything is, as arguments and as variables', () => {
    expect(container.args).toEqual([
      '--karmada-kubeconfig=/etc/kubeconfig/karmada-kubeconfig',
      '--mgmt-kubeconfig=/etc/kubeconfig/mgmt-kubeconfig',
    ]);
    expect(container).not.toHaveProperty('command');
    expect(env(container)).toMatchObject({
      DATABASE_URL: 'postgres-credentials/url',
      KARMADA_KUBECONFIG: '/etc/kubeconfig/karmada-kubeconfig',
      MGMT_KUBECONFIG: '/etc/kubeconfig/mgmt-kubeconfig',
    });
    expect(dev.find('ConfigMap', API).data).toMatchObject({ PORT: '8080', HOST: '::' });
  });

  test('is told nothing that the service does not know, and only values that it takes', () => {
    const settings = new Map(Object.values(SETTINGS).map((setting) => [setting.variable as string, setting]));
    for (const values of [{}, mlPlatform.environments.prod, { auth: { mode: 'oidc' } }, mlPlatform.environments.dev]) {
      const { find } = platform(values);
      for (const [name, value] of Object.entries(find('ConfigMap', API).data as Record<string, string>)) {
        const setting = settings.get(name);
        expect(setting, `${name} is a setting of the service`).toBeDefined();
        if (name.endsWith('_FILE')) continue; // a file of the pod, not of this machine
        if (value === '') continue; // counts as not set
        expect(setting?.schema.safeParse(value), `${name}=${value}`).toMatchObject({ success: true });
      }
    }
  });

  test('reads both kubeconfigs from their Secret, read-only, mode 0400, the group of its user', () => {
    const volume = spec.volumes.find(({ name }: { name: string }) => name === 'kubeconfig');
    expect(volume.secret).toEqual({
      secretName: 'backend-kubeconfig',
      defaultMode: 0o400,
      items: [KUBECONFIG_SECRET.karmada, KUBECONFIG_SECRET.mgmt].map((key) => ({ key, path: key })),
    });
    expect(container.volumeMounts).toContainEqual({ name: 'kubeconfig', mountPath: '/etc/kubeconfig', readOnly: true });
    expect(spec.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 1000 });
  });

  test('is probed at /health and /ready, and has longer to end than it takes to drain', () => {
    expect(container.startupProbe.httpGet.path).toBe('/health');
    expect(container.livenessProbe.httpGet.path).toBe('/health');
    expect(container.readinessProbe.httpGet.path).toBe('/ready');
    expect(container.lifecycle.preStop.exec.command).toEqual(['sleep', '5']);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(5 + 10);
  });

  test('reaches the database and Karmada, and nothing else', () => {
    const { find } = platform({ karmada: { apiServer: { cidrs: ['10.3.0.0/24'], port: 32_443 } } });
    const { egress, ingress } = find('NetworkPolicy', API).spec;
    expect(egress).toHaveLength(2);
    expect(egress[1]).toEqual({
      to: [{ ipBlock: { cidr: '10.3.0.0/24' } }],
      ports: [{ port: 32_443, protocol: 'TCP' }],
    });
    expect(ingress).toHaveLength(1);
  });

  test('asks an OpenID Connect issuer when told to, and the page may talk to that too', () => {
    const oidc = {
      origin: 'https://id.example.org',
      path: '/realms/ml',
      groups: [{ group: 'ops', namespaces: ['*'], role: 'admin' }],
    };
    const { find, secrets } = platform({ auth: { mode: 'oidc', oidc } });
    expect(find('ConfigMap', API).data).toMatchObject({
      OIDC_ISSUER: 'https://id.example.org/realms/ml',
      OIDC_ROLES_FILE: '/etc/access/roles.json',
    });
    expect(JSON.parse(find('ConfigMap', `${API}-roles`).data['roles.json'])).toEqual(oidc.groups);
    expect(env(find('Deployment', PAGE).spec.template.spec.containers[0]).CSP_CONNECT_SRC).toBe(
      'https://id.example.org',
    );
    expect(find('NetworkPolicy', API).spec.egress).toHaveLength(3);
    expect(secrets).not.toContain('backend-auth');
  });
});

describe('the page', () => {
  test('listens on 8080 behind 80, and is told at run time where the API is', () => {
    const [container] = podOf(dev, PAGE).containers;
    expect(dev.find('Service', PAGE).spec.ports[0]).toMatchObject({ port: 80, targetPort: 'http' });
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    expect(env(container)).toEqual({ API_BASE_URL: '', API_UPSTREAM: `${API}:8080`, CSP_CONNECT_SRC: '' });
    const { find } = platform({ frontend: { apiBaseUrl: 'https://api.example.com' } });
    expect(env(find('Deployment', PAGE).spec.template.spec.containers[0]).API_BASE_URL).toBe('https://api.example.com');
  });
});

describe('monitoring', () => {
  test('is off by default', () => {
    expect(
      dev.titles.concat(prod.titles).filter((each) => /ServiceMonitor|PrometheusRule|dashboard/.test(each)),
    ).toEqual([]);
  });

  test('tells when the monitor is behind, a cluster is gone, the queue stands, the database is down, requests fail, dumps are late', () => {
    const { find } = platform({ monitoring: { enabled: true }, alerts: { monitorLagSeconds: 33 } });
    const rules: { alert: string; expr: string; annotations: { description: string } }[] = find(
      'PrometheusRule',
      'ml-platform',
    ).spec.groups[0].rules;
    expect(rules.map(({ alert }) => alert)).toEqual([
      'MlPlatformDown',
      'MlPlatformMonitorBehind',
      'MlPlatformClusterUnreachable',
      'MlPlatformQueueNotDraining',
      'MlPlatformDatabaseDown',
      'MlPlatformErrorRate',
      'MlPlatformBackupLate',
    ]);
    expect(rules[1]?.expr).toBe('min by (cluster) (mlp_monitor_lag_seconds{namespace="ml-platform"}) > 33');
    expect(rules.every(({ annotations }) => annotations.description.length > 20)).toBe(true);
  });

  test('brings a dashboard that Grafana finds and can read', () => {
    const { find } = platform({ monitoring: { enabled: true } });
    const { data, metadata } = find('ConfigMap', 'ml-platform-dashboard');
    expect(metadata.labels.grafana_dashboard).toBe('1');
    const { panels } = JSON.parse(data['ml-platform-dashboard.json']);
    expect(panels.length).toBeGreaterThan(5);
    expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length);
    const expressions = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    );
    expect(expressions.filter((expr: string) => !expr.includes('namespace="ml-platform"'))).toEqual([]);
  });
});

describe('who may read /metrics', () => {
  const monitoring = { enabled: true, namespace: 'watching' };
  const scraped = (access: string, more: object = {}) =>
    platform({ ...mlPlatform.environments.prod, monitoring, backend: { metrics: { access, ...more } } });
  const endpoints = ({ find }: typeof dev) => find('ServiceMonitor', API).spec.endpoints;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const admitted = ({ find }: typeof dev, port: number): any[] =>
    find('NetworkPolicy', API)
      .spec.ingress.filter(({ ports }: { ports: { port: number }[] }) => ports.some((each) => each.port === port))
      .flatMap(({ from }: { from: object[] }) => from);
  const watching = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'watching' } } };

  test('in prod only the namespace of the monitoring, on a port that no Service of clients has', () => {
    const own = platform({ ...mlPlatform.environments.prod, monitoring });
    expect(endpoints(own)).toMatchObject([{ port: 'metrics', path: '/metrics' }]);
    expect(admitted(own, 9090)).toEqual([watching]);
    expect(admitted(own, 8080)).not.toContainEqual(watching);
    expect(own.find('Service', API).spec.ports).toMatchObject([{ port: 8080 }]);
    expect(own.find('Service', `${API}-pods`).spec).toMatchObject({ clusterIP: 'None', ports: [{ port: 9090 }] });
    expect(own.find('ConfigMap', API).data.METRICS_PORT).toBe('9090');
  });

  test('who has a token, which deploying makes, and which Prometheus is told of', () => {
    const withToken = scraped('token', { tokenSecret: 'scrape' });
    expect(endpoints(withToken)).toMatchObject([
      { port: 'http', authorization: { credentials: { name: 'scrape', key: 'token' } } },
    ]);
    expect(withToken.secrets).toContain('scrape');
    expect(withToken.find('ConfigMap', API).data.METRICS_TOKEN_FILE).toBe('/etc/metrics/token');
    expect(podOf(withToken, API).volumes).toContainEqual(
      expect.objectContaining({ secret: expect.objectContaining({ secretName: 'scrape' }) }),
    );
  });

  test('or whoever reaches the API', () => {
    const open = scraped('api');
    expect(endpoints(open)[0]).not.toHaveProperty('authorization');
    expect(admitted(open, 8080)).toContainEqual(watching);
    expect(open.secrets).not.toContain('backend-metrics');
  });
});

describe('reports of trainings', () => {
  const progress = { enabled: true, url: 'https://ml.example.com/progress', authoritySecret: 'company-authority' };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const admits = ({ find }: typeof dev, port: number): any[] =>
    find('NetworkPolicy', API)
      .spec.ingress.filter(({ ports }: { ports: { port: number }[] }) => ports.some((each) => each.port === port))
      .flatMap(({ from }: { from: object[] }) => from);

  test('have no port, no key and no right where they are off', () => {
    expect(prod.find('Service', API).spec.ports).toHaveLength(1);
    expect(prod.find('ConfigMap', API).data).not.toHaveProperty('PROGRESS_URL');
    expect(admits(prod, 8082)).toEqual([]);
    expect(prod.secrets).not.toContain('backend-progress');
  });

  test('come by /progress of the Ingress, behind its TLS, to a port of their own', () => {
    const on = platform({ ...mlPlatform.environments.prod, progress });
    expect(on.find('Service', API).spec.ports).toContainEqual(
      expect.objectContaining({ name: 'progress', port: 8082 }),
    );
    const { rules, tls } = on.find('Ingress', 'ml-platform').spec;
    const route = rules[0].http.paths.find(({ path }: { path: string }) => path === '/progress');
    expect(route.backend.service).toEqual({ name: API, port: { name: 'progress' } });
    expect(tls).toHaveLength(1);
    // Who may reach the API by the Ingress may reach this, and nobody else.
    expect(admits(on, 8082)).not.toEqual([]);
    expect(admits(prod, 8080)).toEqual(expect.arrayContaining(admits(on, 8082)));
    expect(on.find('NetworkPolicy', API).spec.egress).toEqual(prod.find('NetworkPolicy', API).spec.egress);
  });

  test('are told to the backend with files for key and authority, which only it reads', () => {
    const on = platform({ ...mlPlatform.environments.prod, progress });
    const { containers, volumes } = podOf(on, API);
    const told = on.find('ConfigMap', API).data;
    expect(told).toMatchObject({
      PROGRESS_URL: 'https://ml.example.com/progress',
      PROGRESS_PORT: '8082',
      PROGRESS_KEY_FILE: '/etc/progress/key',
      PROGRESS_AUTHORITY_FILE: '/etc/progress-authority/ca.crt',
    });
    for (const secretName of ['backend-progress', 'company-authority']) {
      const volume = volumes.find(
        ({ secret }: { secret?: { secretName: string } }) => secret?.secretName === secretName,
      );
      expect(containers[0].volumeMounts).toContainEqual(expect.objectContaining({ name: volume.name, readOnly: true }));
      expect(on.secrets).toContain(secretName);
    }
    const role = on.find('ClusterRole', API, 'karmada');
    const secrets = role.rules.filter(({ resources }: { resources: string[] }) => resources.includes('secrets'));
    expect(secrets.map(({ verbs }: { verbs: string[] }) => verbs)).toEqual([['create', 'patch']]);
  });

  test('come to a port of every node where there is no Ingress', () => {
    const on = platform({ ...mlPlatform.environments.dev, progress: { ...progress, authoritySecret: '' } });
    expect(on.find('Service', API).spec.ports).toContainEqual(
      expect.objectContaining({ name: 'progress', nodePort: 30_182 }),
    );
    expect(on.find('ConfigMap', API).data).not.toHaveProperty('PROGRESS_AUTHORITY_FILE');
  });
});
