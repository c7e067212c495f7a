import { pino } from 'pino';
import type { RequestReport } from '../../../service/karmada/client.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import { createMonitor, type Monitor } from '../../../service/monitor/monitor.ts';
import type { TickReport } from '../../../service/monitor/tick.ts';
import { parseConnection } from '../../../service/store/connection.ts';
import { createStore } from '../../../service/store/create-store.ts';
import type { Store } from '../../../service/store/store.ts';
import { measureFloor } from './floor.ts';
import { clusterName, jobName, NAMESPACE, stepOf } from './jobs.ts';

// The monitor alone in a process, so that its processor time and memory are its own: `node subject.ts <database> <karmada> <clusters>`.

const [databaseUrl = '', karmadaUrl = '', clusters = '1'] = process.argv.slice(2);

const counts = {
  version: 0,
  table: 0,
  list: 0,
  get: 0,
  watch: 0,
  failed: 0,
  bytes: 0,
  statements: 0,
  leaseStatements: 0,
};
const counted = (report: RequestReport): void => {
  const { verb } = report;
  if (verb === 'version' || verb === 'table' || verb === 'list' || verb === 'get' || verb === 'watch')
    counts[verb] += 1;
  if (report.outcome !== 'ok' && report.outcome !== 'aborted') counts.failed += 1;
  counts.bytes += report.bytes;
};
const kubeconfig = {
  source: 'bench',
  server: karmadaUrl,
  settings: async () => ({ server: new URL(karmadaUrl), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => {},
};
const karmada = createKarmada(kubeconfig, { onRequest: counted });
const log = pino({ level: 'warn' }, process.stderr);
const store = createStore({ connection: parseConnection(databaseUrl), poolSize: 10, log });

/** Every method of these stores is one statement. */
function counting<S extends object>(of: S, count: () => void): S {
  return new Proxy(of, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...values: unknown[]) => unknown;
      return (...values: unknown[]) => {
        count();
        return method.apply(target, values);
      };
    },
  });
}

/** [job's name, step, when its commit was known], of all that was written since the last report. */
let stored: [string, number, number][] = [];
const watched: Pick<Store, 'monitor' | 'leases' | 'progress'> = {
  progress: store.progress,
  leases: counting(store.leases, () => {
    counts.leaseStatements += 1;
  }),
  monitor: counting(
    {
      ...store.monitor,
      apply: async (changes, leases) => {
        const result = await store.monitor.apply(changes, leases);
        const at = performance.timeOrigin + performance.now();
        for (const { id, clusterStates } of result.applied) {
          const rayCluster = Object.values(clusterStates)[0]?.rayCluster;
          if (rayCluster) stored.push([id, stepOf(rayCluster), at]);
        }
        return result;
      },
    },
    () => {
      counts.statements += 1;
    },
  ),
};

let monitor: Monitor | undefined;
let ticks: TickReport[] = [];
let since = { cpu: process.cpuUsage(), at: performance.now() };
let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 100).unref();

const commands = {
  async start({ mode }: { mode: 'poll' | 'watch' }) {
    const config = { intervalMs: 1_000, mode, lostGraceMs: 30_000, startGraceMs: 30_000, checkIntervalMs: 30_000 };
    monitor = createMonitor({ config, store: watched, karmada, log, onTick: (tick) => ticks.push(tick) });
    await monitor.start();
  },
  async stop() {
    await monitor?.stop();
    monitor = undefined;
  },
  /** Begins a window of measurement. */
  async reset() {
    ticks = [];
    stored = [];
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] = 0;
    peakRss = 0;
    since = { cpu: process.cpuUsage(), at: performance.now() };
  },
  async window() {
    const cpu = process.cpuUsage(since.cpu);
    return {
      seconds: (performance.now() - since.at) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      peakRss: Math.max(peakRss, process.memoryUsage.rss()),
      heapUsed: process.memoryUsage().heapUsed,
      ticks,
      counts: { ...counts },
      stored,
    };
  },
  floor: ({ rounds }: { rounds: number }) => measureFloor(karmadaUrl, Number(clusters), rounds),
  async oneByOne({ sample }: { sample: number }) {
    const startedAt = performance.now();
    for (let job = 0; job < sample; job += 1) {
      const reference = { apiVersion: 'ray.io/v1', kind: 'RayJob', namespace: NAMESPACE, name: jobName(job) };
      await karmada.member(clusterName(job % Number(clusters))).get(reference);
    }
    return { ms: performance.now() - startedAt };
  },
  async end() {
    await monitor?.stop();
    await karmada.close();
    await store.close();
    setTimeout(() => process.exit(), 100);
  },
};

process.on(
  'message',
  async ({ id, command, argument }: { id: number; command: keyof typeof commands; argument: never }) => {
    try {
      process.send?.({ id, result: await commands[command](argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  },
);
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
