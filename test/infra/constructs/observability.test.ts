import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { Grafana } from '../../../infra/constructs/grafana.ts';
import { LoadBalancer } from '../../../infra/constructs/load-balancer.ts';
import { Locust } from '../../../infra/constructs/locust.ts';
import { Prometheus } from '../../../infra/constructs/prometheus.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { serverProps } from '../../../infra/constructs/team-image.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { grafana, loadBalancer, locust, prometheus } from '../../../infra/settings/observability.ts';
import { server } from '../../../infra/settings/workloads.ts';
import { build, env } from './build.ts';

const defaults = {
  image: { repository: 'app' },
  requests: { cpu: '100m', memory: '128Mi' },
  limits: { cpu: '200m', memory: '256Mi' },
  port: 8000,
};
const service = (stack: Stack, name: string, metrics: string) =>
  new WebService(stack, name, {
    ...serverProps(server('', { ...defaults, metrics }).parse({})),
    title: name,
    component: 'app',
  });

test('Prometheus scrapes every pod of each service that declares metrics, and may reach just those', () => {
  const { find } = build((stack) => {
    service(stack, 'loud', '/figures');
    service(stack, 'silent', '');
    new Prometheus(stack, 'prometheus', prometheus().parse({ retention: '3d', interval: '7s' }));
  });
  expect(parse(find('ConfigMap', 'prometheus-config').data['prometheus.yml'])).toEqual({
    global: { scrape_interval: '7s' },
    scrape_configs: [
      expect.objectContaining({ job_name: 'prometheus' }),
      {
        job_name: 'loud',
        metrics_path: '/figures',
        dns_sd_configs: [{ names: ['loud-pods'], type: 'A', port: 8000 }],
      },
    ],
  });
  expect(find('Service', 'loud-pods').spec.clusterIP).toBe('None');
  expect(find('NetworkPolicy', 'prometheus').spec.egress).toHaveLength(1);
  const [container] = find('StatefulSet', 'prometheus').spec.template.spec.containers;
  expect(container.args).toContain('--storage.tsdb.retention.time=3d');
});

test('a changed configuration rolls the pods that read it', () => {
  const checksum = (interval: string) => {
    const { find } = build((stack) => new Prometheus(stack, 'prometheus', prometheus().parse({ interval })));
    return find('StatefulSet', 'prometheus').spec.template.metadata.annotations['checksum/config'];
  };
  expect(checksum('10s')).not.toBe(checksum('20s'));
  expect(checksum('10s')).toBe(checksum('10s'));
});

test('Grafana finds its data source and dashboards, and its password in a Secret', () => {
  const { find } = build((stack) => {
    const { endpoint } = new Prometheus(stack, 'prometheus', prometheus().parse({}));
    new Grafana(stack, 'grafana', {
      settings: grafana().parse({}),
      prometheus: endpoint,
      dashboards: { 'a.json': {} },
    });
  });
  const sources = parse(find('ConfigMap', 'grafana-datasources').data['prometheus.yaml']);
  expect(sources.datasources[0].url).toBe('http://prometheus:9090');
  const [container] = find('Deployment', 'grafana').spec.template.spec.containers;
  expect(env(container).GF_SECURITY_ADMIN_PASSWORD).toBe('grafana-credentials/admin-password');
  expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toContain('/etc/dashboards');
});

test('the statistics of the load balancer need a password, which stands in no manifest', () => {
  const { find } = build((stack) => {
    new LoadBalancer(stack, 'lb', {
      title: 'Load balancer',
      settings: loadBalancer().parse({}),
      backend: service(stack, 'app', ''),
      port: 'http',
      healthPath: '/healthz',
      nodePort: 30_023,
      admits: [],
    });
  });
  const configuration: string = find('ConfigMap', 'lb-config').data['haproxy.cfg'];
  expect(configuration).toMatch(/stats auth "admin:\$\{STATS_PASSWORD\}"/);
  expect(configuration).toContain('server-template pod 1-50 app-pods.test.svc.cluster.local:8000 check');
  expect(find('Service', 'app-pods').spec.clusterIP).toBe('None');
  expect(env(find('Deployment', 'lb').spec.template.spec.containers[0]).STATS_PASSWORD).toBe(
    'haproxy-credentials/stats-password',
  );
  // Its own figures are on a port that the exposed Service does not have.
  expect(find('Service', 'lb').spec.ports.map(({ port }: { port: number }) => port)).toEqual([80]);
});

const isHere = spawnSync('haproxy', ['-v']).status === 0;
test.skipIf(!isHere)(`HAProxy takes its configuration${isHere ? '' : ' (skipped: no haproxy here)'}`, () => {
  const { find } = build((stack) => {
    new LoadBalancer(stack, 'lb', {
      title: 'Load balancer',
      settings: loadBalancer().parse({ maxPods: 3 }),
      backend: service(stack, 'app', ''),
      port: 'http',
      healthPath: '/healthz',
      admits: [],
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, find('ConfigMap', 'lb-config').data['haproxy.cfg']);
  const env = { ...process.env, STATS_PASSWORD: 'secret' };
  const { status, stderr, stdout } = spawnSync('haproxy', ['-c', '-f', file], { env, encoding: 'utf8' });
  expect({ status, told: `${stdout}${stderr}` }).toMatchObject({ status: 0 });
});

test('Locust loads what it is told to, and may reach just that', () => {
  const settings = locust().parse({
    targetHost: 'https://ml.example.com',
    targetAddress: { cidrs: ['192.0.2.0/24'] },
  });
  const { find } = build((stack) => new Locust(stack, 'locust', settings, service(stack, 'app', '').endpoint('http')));
  const [container] = find('Deployment', 'locust-worker').spec.template.spec.containers;
  expect(container.args).toContain('--host=https://ml.example.com');
  const egress = JSON.stringify(find('NetworkPolicy', 'locust-worker').spec.egress);
  expect(egress).toContain('192.0.2.0/24');
  expect(egress).not.toContain('"app"');
});

test('Locust workers find their master, and both the target', () => {
  const { find } = build(
    (stack) => new Locust(stack, 'locust', locust().parse({}), service(stack, 'app', '').endpoint('http')),
  );
  for (const [name, ...args] of [
    ['locust-master', '--master'],
    ['locust-worker', '--worker', '--master-host=locust-master', '--master-port=5557'],
  ]) {
    const [container] = find('Deployment', name ?? '').spec.template.spec.containers;
    expect(container.args).toEqual(expect.arrayContaining(['--host=http://app:8000', ...args]));
  }
});
