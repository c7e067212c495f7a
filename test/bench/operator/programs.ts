import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { freePort } from '../../../service/local/free-port.ts';
import type { Cluster } from '../../service/operator/cluster.ts';

// The programs that are measured, as processes of their own.

/** As the operator is in its image: none of them pays for a compiler. */
export async function bundled(source: string, image: string): Promise<string> {
  const outfile = join(image, source.replace(/\.ts$/, '.js'));
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const entryPoints = [join(import.meta.dirname, source)];
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

export interface Program {
  readonly title: string;
  readonly args: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly metricsPort: number;
  stop(): Promise<void>;
}

export async function start(
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
export const peakMiB = (child: ChildProcess): number => Math.round(statusOf(child, 'VmHWM') / 1024);

/** User and system, in clock ticks of 10 ms. */
export function cpuSeconds({ pid }: ChildProcess): number {
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

export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error(`Not within two minutes: ${what}`);
    await sleep(50);
  }
}

export async function ready(running: Running, program: Program, jobs: number): Promise<void> {
  if (program.title === 'operator')
    await until(async () => (await metric(running, RECONCILED)) >= jobs, 'all jobs looked at');
  else await once(running.child.stdout ?? running.child, 'data');
}
