import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { freePort } from '../../../service/local/free-port.ts';
import { eventually } from '../../patience.ts';
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
        dns_sd_configs: ['A', 'AAAA'].map((type) => ({ names: ['loud-pods'], type, port: 8000 })),
      },
    ],
  });
  expect(find('Service', 'loud-pods').spec.clusterIP).toBe('None');
  expect(find('NetworkPolicy', 'prometheus').spec.egress).toHaveLength(1);
  const [container] = find('StatefulSet', 'prometheus').spec.template.spec.containers;
  expect(container.args).toContain('--storage.tsdb.retention.time=3d');
  // 0.0.0.0 is what it takes by itself.
  expect(container.args).toContain('--web.listen-address=:9090');
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
      outside: { nodePorts: { http: 30_023 } },
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
const hasIpv6 = existsSync('/proc/net/if_inet6');

/** The load balancer as its pod starts it, with this machine's ports and a folder in the place of the container's. */
async function startBalancer(addresses: string, change: (configuration: string) => string = (text) => text) {
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
  const [container] = find('Deployment', 'lb').spec.template.spec.containers;
  expect(env(container).POD_ADDRESSES).toBe('status.podIPs');
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  const [traffic, own] = [await freePort(), await freePort()];
  const configuration: string = find('ConfigMap', 'lb-config').data['haproxy.cfg'];
  const here = configuration.replace(':8080" v4v6', `:${traffic}" v4v6`).replace(':8404" v4v6', `:${own}" v4v6`);
  writeFileSync(join(folder, 'haproxy.cfg'), change(here));
  const script: string = container.command.at(-1).replaceAll('/usr/local/etc/haproxy', folder);
  const variables = { ...process.env, STATS_PASSWORD: 'secret', POD_ADDRESSES: addresses };
  const server = spawn('sh', ['-euc', script], { env: variables });
  const ended = once(server, 'exit');
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (said += chunk));
  onTestFinished(async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  });
  const status = (url: string) =>
    fetch(url).then(
      (response) => response.status,
      () => said || 'no answer',
    );
  return {
    isAlive: (host: string) => status(`http://${host}:${own}/alive`),
    pass: () => status(`http://127.0.0.1:${traffic}/`),
  };
}

const onBoth = hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
test.skipIf(!isHere).each([
  { addresses: '10.0.0.7', answersAt: ['127.0.0.1'], silentAt: ['[::1]'] },
  { addresses: '10.0.0.7,fd00::7', answersAt: onBoth, silentAt: [] },
  { addresses: 'fd00::7', answersAt: onBoth, silentAt: [] },
])(
  `HAProxy takes its configuration, and listens on what a pod with $addresses has${isHere ? '' : ' (skipped: no haproxy here)'}`,
  async ({ addresses, answersAt, silentAt }) => {
    const { isAlive } = await startBalancer(addresses);
    for (const host of answersAt) {
      await eventually(
        () => isAlive(host),
        (answer) => answer === 200,
      );
    }
    for (const host of silentAt) expect(await isAlive(host)).not.toBe(200);
  },
);

const QUESTION = 12;
const FAMILIES = {
  A: { type: 1, loopback: '127.0.0.1', bytes: [127, 0, 0, 1] },
  AAAA: { type: 28, loopback: '::1', bytes: [...Array<number>(15).fill(0), 1] },
} as const;

/** A DNS in which every name has one address of one family, and none of the other. */
async function startDns(family: keyof typeof FAMILIES): Promise<number> {
  const { bytes, type } = FAMILIES[family];
  const dns = createSocket('udp4');
  dns.on('message', (query, from) => {
    const end = query.indexOf(0, QUESTION) + 5;
    const isKnown = query.readUInt16BE(end - 4) === type;
    const header = Buffer.from(query.subarray(0, QUESTION));
    header.writeUInt16BE(0x8180, 2);
    // One question, the answers, and nothing else.
    header.set([0, 1, 0, isKnown ? 1 : 0, 0, 0, 0, 0], 4);
    const answer = [0xc0, QUESTION, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes];
    const reply = [header, query.subarray(QUESTION, end), Buffer.from(isKnown ? answer : [])];
    dns.send(Buffer.concat(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void dns.close());
  return dns.address().port;
}

test.skipIf(!isHere).each(hasIpv6 ? (['A', 'AAAA'] as const) : (['A'] as const))(
  `HAProxy finds pods whose name has %s records alone${isHere ? '' : ' (skipped: no haproxy here)'}`,
  async (family) => {
    const pod = createServer((_request, response) => response.end('well'));
    await new Promise<void>((resolve) => pod.listen(0, FAMILIES[family].loopback, resolve));
    onTestFinished(() => void pod.close().closeAllConnections());
    const dns = await startDns(family);
    const { pass } = await startBalancer('10.0.0.7', (configuration) =>
      configuration
        .replace('parse-resolv-conf', `nameserver test 127.0.0.1:${dns}`)
        .replace(':8000 check', `:${(pod.address() as AddressInfo).port} check`),
    );
    await eventually(pass, (answer) => answer === 200);
  },
);

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
