import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../service/local/free-port.ts';
import { figuresIn, MAX_SERIES } from '../../../service/utilisation/answer.ts';
import { utilisationQuery } from '../../../service/utilisation/query.ts';
import { eventually } from '../../patience.ts';
import { onPath } from '../../tools/on-path.ts';
import { startWorld } from '../karmada/simulation.ts';
import { addService } from './world.ts';

// The query, as a real Prometheus understands it, of series as the kubelet and dcgm-exporter tell them.

/** Comes with Debian's package `prometheus`. */
const prometheus = onPath('prometheus');

/** The workers of one job of Ray and its head, an attempt of another, a Job, a TrainingJob; and pods that are nobody's job. */
const PODS = {
  head: 'first-0123abcd-vn8kx-head-7xk2p',
  worker: 'first-0123abcd-vn8kx-workers-worker-q4b9z',
  attempt: 'run-deadbeef-1-89abcdef-2-x7k2p-workers-worker-zzzzz',
  job: 'third-00000000-0-x7k2p',
  training: 'fourth-11111111-training-3-abcde',
  foreign: ['coredns-5dd5756b68-abcde', 'prometheus-operated-0', 'dcgm-exporter-q4b9z'],
};

const gpu = (uuid: string, pod: string, namespace: string, percent: number, more = '') =>
  `DCGM_FI_DEV_GPU_UTIL{gpu="${uuid.at(-1)}",UUID="GPU-${uuid}",device="nvidia0",Hostname="node-1",container="training",namespace="${namespace}",pod="${pod}"${more}} ${percent}\n`;

const GPUS = [
  gpu('a0', PODS.worker, 'team-a', 100),
  gpu('a1', PODS.worker, 'team-a', 96),
  gpu('a2', PODS.worker, 'team-a', 5),
  gpu('a3', PODS.worker, 'team-a', 0),
  gpu('b0', PODS.worker, 'team-b', 40),
  gpu('c0', PODS.foreign[0] ?? '', 'kube-system', 77),
  'DCGM_FI_DEV_GPU_UTIL{gpu="9",UUID="GPU-d0",Hostname="node-1",namespace="",pod=""} 0\n',
].join('');

/** Seconds of processor by container, which grow at this many cores; the sum over the pod beside them. */
const CORES: readonly [pod: string, container: string, cores: number][] = [
  [PODS.head, 'ray-head', 0.5],
  [PODS.worker, 'ray-worker', 3],
  [PODS.worker, 'sidecar', 0.25],
  [PODS.worker, '', 3.25],
  [PODS.attempt, 'ray-worker', 2],
  [PODS.job, 'training', 1],
  [PODS.training, 'training', 4],
  ...PODS.foreign.map((pod): [string, string, number] => [pod, 'main', 8]),
];
const begin = Date.now();
/** With the time that each is of, as cAdvisor tells it: however late it is read, they grow evenly. */
function processors(): string {
  const now = Date.now();
  return CORES.map(([pod, container, cores]) => {
    const labels = `container="${container}",cpu="total",id="/kubepods/${pod}/${container}",namespace="team-a",pod="${pod}"`;
    return `container_cpu_usage_seconds_total{${labels}} ${(cores * (now - begin)) / 1000} ${now}\n`;
  }).join('');
}

async function exporter(text: () => string): Promise<string> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(text()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where it listens. */
async function startPrometheus(scraped: readonly object[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '500ms' }, scrape_configs: scraped }));
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(prometheus ?? '', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('Server is ready to receive web requests')) resolve();
    });
  });
  await Promise.race([ready, ended.then(() => Promise.reject(new Error('Prometheus ended')))]);
  return port;
}

test.skipIf(prometheus === undefined)(
  `a real Prometheus answers it with a few numbers for each job${prometheus ? '' : ' (skipped: no prometheus on PATH)'}`,
  async () => {
    const [kubelet, dcgm] = [await exporter(processors), await exporter(() => GPUS)];
    // By the target's labels, as a monitor adds them: without honor_labels the pod that a GPU is used by is in exported_pod.
    const target = (job: string, address: string, honor_labels: boolean) => ({
      job_name: job,
      honor_labels,
      static_configs: [{ targets: [address], labels: { namespace: 'gpu-operator', pod: 'dcgm-exporter-q4b9z' } }],
    });
    const port = await startPrometheus([
      target('kubelet', kubelet, true),
      target('dcgm', dcgm, false),
      // The same again, by a second monitor.
      target('dcgm-honored', dcgm, true),
    ]);
    const { simulated, karmada } = await startWorld();
    addService(simulated.member('member1'), port);
    const ask = async () => {
      const service = { namespace: 'monitoring', name: 'prometheus', port: '9090', scheme: 'http' } as const;
      const query = { query: utilisationQuery(5), limit: MAX_SERIES };
      return figuresIn(await karmada.member('member1').ask(service, '/api/v1/query', query));
    };
    // As soon as there are two of each that grow.
    const found = await eventually(
      ask,
      (jobs) => jobs.length === 5 && jobs.filter(({ cpuCores }) => cpuCores !== null).length === 4,
    );
    const told = found
      .map(({ cpuCores, gpuPercent, gpus, idleGpus, namespace, object }) => [
        `${namespace}/${object}`,
        ...[gpuPercent, gpus, idleGpus, cpuCores === null ? null : Math.round(cpuCores * 100) / 100],
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    expect(told).toEqual([
      ['team-a/first-0123abcd', 50.25, 4, 2, 3.75],
      ['team-a/fourth-11111111', null, 0, 0, 4],
      ['team-a/run-deadbeef-1-89abcdef', null, 0, 0, 2],
      ['team-a/third-00000000', null, 0, 0, 1],
      ['team-b/first-0123abcd', 40, 1, 0, null],
    ]);
  },
  120_000,
);
