import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { bundle } from '../../infra/images/bundle.ts';
import { JOB } from '../../service/local/kube/job-kind.ts';
import { SECRET } from '../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../service/local/kube/objects.ts';
import { type Cluster, startCluster, TRAINING_JOB } from '../service/operator/cluster.ts';
import { quantile } from './monitor/figures.ts';
import { addRunningJob, draftOf } from './operator/settled.ts';
import { benchCommand, count } from './options.ts';

interface Flags {
  readonly jobs: number;
  readonly perSecond: number;
  readonly created: number;
  readonly reports: number;
  readonly json?: boolean;
}

const command = benchCommand(
  'operator',
  `The operator of TrainingJobs as it runs in its image, against an API server in this process: a restart with so many jobs
and nothing to do; new jobs at a rate, until their Job is there; reports of progress, each with a connection of its own.
The first two beside the least that could do it: the same watches, the same writes, nothing decided.`,
)
  .option('--jobs <n>', 'that run when the operator is started', count, 10_000)
  .option('--created <n>', 'new jobs', count, 500)
  .option('--per-second <n>', 'of them', count, 50)
  .option('--reports <n>', 'of progress', count, 3_000);

export async function run(argv: string[]): Promise<void> {
  const flags = command.parse(argv, { from: 'user' }).opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'bench-operator-'));
  try {
    await bundle(join(folder, 'image'));
    const ours = { title: 'operator', args: [join(folder, 'image/operator.js')] };
    const floor = { title: 'floor', args: [await bundledFloor(join(folder, 'image'))] };
    const results = {
      restart: [await restart(folder, ours, flags), await restart(folder, floor, flags)],
      creation: [await creation(folder, ours, flags), await creation(folder, floor, flags)],
      progress: await progress(folder, ours, flags),
    };
    console.log(flags.json ? JSON.stringify(results) : told(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the operator is in its image: neither pays for a compiler. */
async function bundledFloor(image: string): Promise<string> {
  const outfile = join(image, 'floor.js');
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const entryPoints = [join(import.meta.dirname, 'operator/floor.ts')];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js },
  });
  return outfile;
}

interface Program {
  readonly title: string;
  readonly args: readonly string[];
}

interface Running {
  readonly child: ChildProcess;
  readonly metricsPort: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function start(
  folder: string,
  program: Program,
  cluster: Cluster,
  env: Record<string, string> = {},
): Promise<Running> {
  const kubeconfig = join(folder, 'kubeconfig.json');
  writeFileSync(kubeconfig, kubeconfigOf(cluster.identity.server));
  const metricsPort = await freePort();
  const own = {
    KUBECONFIG: kubeconfig,
    METRICS_PORT: String(metricsPort),
    POD_NAMESPACE: 'operator',
    LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, program.args, {
    env: { ...process.env, LEADER_ELECTION: 'false', ...own, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    metricsPort,
    async stop() {
      const over = once(child, 'exit');
      child.kill('SIGKILL');
      await over;
    },
  };
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: { token: 'x' } }],
  });

const statusOf = ({ pid }: ChildProcess, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
const peakMiB = (child: ChildProcess): number => Math.round(statusOf(child, 'VmHWM') / 1024);

/** User and system, in clock ticks of 10 ms. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function metric({ metricsPort }: Running, pattern: RegExp): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(pattern.exec(text)?.[1] ?? 0);
}

const RECONCILED = /^trainingjob_reconciliation_duration_seconds_count\{result="success"\} (\d+)/m;
const ACCEPTED = /^trainingjob_progress_reports_total\{outcome="accepted"\} (\d+)/m;

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error(`Not within two minutes: ${what}`);
    await sleep(50);
  }
}

async function ready(running: Running, program: Program, jobs: number): Promise<void> {
  if (program.title === 'floor') await once(running.child.stdout ?? running.child, 'data');
  else await until(async () => (await metric(running, RECONCILED)) >= jobs, 'all jobs looked at');
}

async function restart(folder: string, program: Program, { jobs }: Flags) {
  const cluster = await startCluster({ historySize: 100_000 });
  try {
    for (let index = 0; index < jobs; index += 1) addRunningJob(cluster.registry, `job-${index}`);
    const before = cluster.registry.store.version();
    const begun = performance.now();
    const running = await start(folder, program, cluster);
    await ready(running, program, jobs);
    const seconds = (performance.now() - begun) / 1000;
    const result = {
      title: program.title,
      seconds,
      writes: cluster.registry.store.version() - before,
      peakMiB: peakMiB(running.child),
    };
    await running.stop();
    return result;
  } finally {
    await cluster.close();
  }
}

async function creation(folder: string, program: Program, { created, perSecond }: Flags) {
  const cluster = await startCluster({ historySize: 100_000 });
  try {
    const running = await start(folder, program, cluster);
    addRunningJob(cluster.registry, 'first');
    await ready(running, program, 1);
    const begun = new Map<string, number>();
    const latencies: number[] = [];
    cluster.registry.store.onChange(({ type, resource, object }) => {
      const since = begun.get(object.metadata.name.replace(/-training$/, ''));
      if (type === 'ADDED' && resource === JOB && since !== undefined) latencies.push(performance.now() - since);
    });
    const start0 = performance.now();
    for (let index = 0; index < created; index += 1) {
      await sleep(Math.max(0, start0 + (index * 1000) / perSecond - performance.now()));
      begun.set(`new-${index}`, performance.now());
      cluster.registry.create(TRAINING_JOB, draftOf(`new-${index}`), { manager: 'kubectl' });
    }
    await until(async () => latencies.length >= created, 'each new job has its Job');
    await running.stop();
    const [p50 = null, p99 = null, max = null] = [0.5, 0.99, 1].map((part) => quantile(latencies, part));
    return { title: program.title, p50, p99, max };
  } finally {
    await cluster.close();
  }
}

const REPORTERS = 500;
const AT_ONCE = 32;

async function progress(folder: string, program: Program, { reports }: Flags) {
  const cluster = await startCluster({ historySize: 100_000 });
  try {
    const pods = Array.from({ length: REPORTERS }, (_, index) => addRunningJob(cluster.registry, `job-${index}`));
    const port = await freePort();
    const env = { PROGRESS_URL: `https://127.0.0.1:${port}`, PROGRESS_PORT: String(port) };
    const running = await start(folder, program, cluster, env);
    await ready(running, program, REPORTERS);
    const authority = authorityOf(cluster);
    const tokens = await Promise.all(pods.map((pod) => cluster.tokens.tokenFor(pod, 'progress.ml.example.com')));
    const before = { cpu: cpuSeconds(running.child), at: performance.now(), version: cluster.registry.store.version() };
    let next = 0;
    const send = async () => {
      while (next < reports) {
        const index = next % REPORTERS;
        next += 1;
        await post(port, authority, pods[index], tokens[index] ?? '', next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const accepted = await metric(running, ACCEPTED);
    const cpu = cpuSeconds(running.child) - before.cpu;
    const seconds = (performance.now() - before.at) / 1000;
    await running.stop();
    return {
      accepted,
      perSecond: accepted / seconds,
      coresForThousandASecond: (cpu / accepted) * 1000,
      statusWrites: cluster.registry.store.version() - before.version,
    };
  } finally {
    await cluster.close();
  }
}

const authorityOf = ({ registry }: Cluster): string => {
  const [secret] = registry.store.list(SECRET, 'operator');
  const { 'ca.crt': authority = '' } = (secret?.data ?? {}) as Record<string, string>;
  return Buffer.from(authority, 'base64').toString();
};

/** As Python's urllib: a connection for each report. */
function post(port: number, ca: string, pod: StoredObject | undefined, token: string, step: number): Promise<void> {
  const body = JSON.stringify({
    trainerStatus: {
      lastUpdatedTime: new Date().toISOString(),
      progressPercentage: Math.min(100, Math.floor(step / 100)),
      metrics: [
        { name: 'loss', value: '0.5' },
        { name: 'current_step', value: String(step) },
      ],
    },
  });
  const job = pod?.metadata.labels?.['training-job'];
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: `/namespaces/ml/trainingjobs/${job}/status`,
        method: 'POST',
        ca,
        agent: false,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => response.resume().once('end', resolve),
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

interface Results {
  readonly restart: readonly Awaited<ReturnType<typeof restart>>[];
  readonly creation: readonly Awaited<ReturnType<typeof creation>>[];
  readonly progress: Awaited<ReturnType<typeof progress>>;
}

function told({ creation, progress, restart }: Results): string {
  const ms = (value: number | null) => (value === null ? 'none' : `${Math.round(value)} ms`);
  return [
    'restart to all settled',
    ...restart.map(
      ({ peakMiB, seconds, title, writes }) =>
        `  ${title}: ${seconds.toFixed(1)} s, ${writes} writes, ${peakMiB} MiB at most`,
    ),
    'new TrainingJob to its Job',
    ...creation.map(({ max, p50, p99, title }) => `  ${title}: p50 ${ms(p50)}, p99 ${ms(p99)}, at most ${ms(max)}`),
    'progress',
    `  ${progress.accepted} reports accepted, ${Math.round(progress.perSecond)} a second (with the senders on the same machine)`,
    `  1,000 a second need ${progress.coresForThousandASecond.toFixed(2)} cores; ${progress.statusWrites} statuses written`,
  ].join('\n');
}
