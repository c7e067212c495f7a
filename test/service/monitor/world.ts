import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { LABELS } from '../../../service/contract.ts';
import type { Job, JobEvent, JobKind } from '../../../service/jobs/job.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import type { Identity } from '../../../service/kube/identity.ts';
import { DEFAULT_CLUSTERS } from '../../../service/local/karmada/clusters.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { createMonitor, type Monitor, type MonitorDependencies } from '../../../service/monitor/monitor.ts';
import type { TickReport } from '../../../service/monitor/poll.ts';
import type { Store } from '../../../service/store/store.ts';
import { atEnd } from '../../concurrently.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched, newJob } from '../some-jobs.ts';

export type RayStatus = Readonly<Record<string, unknown>>;
export const STARTING: RayStatus = { jobDeploymentStatus: 'Initializing' };
export const SUBMITTED: RayStatus = { jobStatus: 'PENDING', jobDeploymentStatus: 'Running' };
export const RUNNING: RayStatus = {
  jobStatus: 'RUNNING',
  jobDeploymentStatus: 'Running',
  rayClusterName: 'rc-1',
  startTime: '2026-11-21T09:00:00Z',
};
export const SUCCEEDED: RayStatus = {
  ...RUNNING,
  jobStatus: 'SUCCEEDED',
  jobDeploymentStatus: 'Complete',
  endTime: '2026-11-21T09:05:00Z',
};
export const FAILED: RayStatus = {
  ...RUNNING,
  jobStatus: 'FAILED',
  jobDeploymentStatus: 'Failed',
  reason: 'AppFailed',
  message: 'exit code 1',
};

export const kubeconfigFor = (url: string): Identity => ({
  source: 'test',
  server: url,
  settings: async () => ({ server: new URL(url), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => undefined,
});

/** Short enough for a test, long enough for two busy cores. */
export const INTERVAL_MS = 200;
const PATIENCE_MS = 20_000;

export interface World {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly karmada: Karmada;
  readonly simulated: SimulatedKarmada;
  /** Messages that the monitors logged, in order. */
  readonly logged: string[];
  /** Started; stopped when the test ends. */
  monitor(
    options?: Partial<MonitorDependencies['config']> & Partial<Omit<MonitorDependencies, 'config'>>,
  ): Promise<Monitor>;
  /** Stored as dispatch leaves it, and present in its clusters without a status. */
  place(clusters: string[], options?: { kind?: JobKind; inMembers?: boolean; jobName?: string }): Promise<Job>;
  /** As KubeRay would write it in the member. */
  write(job: Job, status: RayStatus, cluster?: string): void;
  /** As someone with rights in the member would. */
  remove(job: Job, cluster?: string): void;
  until(id: string, holds: (job: Job) => boolean): Promise<Job>;
  history(id: string): Promise<JobEvent[]>;
}

export async function eventually<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`Waited in vain; last seen: ${JSON.stringify(seen)}`);
    await sleep(10);
  }
}

export async function setUp({
  clusters = ['member1', 'member2', 'member3'],
  database: given,
  historySize,
}: {
  clusters?: string[];
  database?: TestDatabase;
  historySize?: number;
} = {}): Promise<World> {
  const database = given ?? (await freshDatabase());
  const settings = clusters.map(
    (name, i) => ({ ...DEFAULT_CLUSTERS[i % DEFAULT_CLUSTERS.length], name }) as (typeof DEFAULT_CLUSTERS)[0],
  );
  const simulated = await startSimulatedKarmada({
    clusters: settings,
    speed: 0,
    ...(historySize ? { historySize } : {}),
  });
  const store = database.store({ poolSize: 5 });
  const karmada = createKarmada(kubeconfigFor(simulated.url));
  const monitors: Monitor[] = [];
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });
  atEnd(async () => {
    await Promise.all(monitors.map((monitor) => monitor.stop()));
    await karmada.close();
    await simulated.close();
  });

  const kindOf = (job: Pick<Job, 'kind'>) => (job.kind === 'RayJob' ? RAY_JOB : JOB);
  const only = (job: Job): string => {
    const [cluster = ''] = job.clusters;
    return cluster;
  };

  return {
    database,
    store,
    karmada,
    simulated,
    logged,
    async monitor({ store: otherStore, karmada: otherKarmada, log: otherLog, onStatus, onTick, ...config } = {}) {
      const monitor = createMonitor({
        config: { intervalMs: INTERVAL_MS, mode: 'poll', lostGraceMs: 60_000, checkIntervalMs: 60_000, ...config },
        store: otherStore ?? store,
        karmada: otherKarmada ?? karmada,
        log: otherLog ?? log,
        ...(onStatus ? { onStatus } : {}),
        ...(onTick ? { onTick } : {}),
      });
      monitors.push(monitor);
      await monitor.start();
      return monitor;
    },
    async place(names, { kind = 'RayJob', inMembers = true, jobName = 'train' } = {}) {
      const job = await dispatched(store, names, { ...newJob({ jobName }), kind });
      if (!inMembers) return job;
      for (const name of names) {
        const labels = { [LABELS.managedBy]: LABELS.managedByValue, [LABELS.jobId]: job.id };
        const { registry } = simulated.member(name).server;
        registry.create(kindOf(job), objectOf(job, labels), { manager: 'test' });
      }
      return job;
    },
    write(job, status, cluster = only(job)) {
      const { registry } = simulated.member(cluster).server;
      if (!registry.setStatus(kindOf(job), job.namespace, job.objectName, status)) {
        throw new Error(`${job.objectName} is not in ${cluster}`);
      }
    },
    remove(job, cluster = only(job)) {
      simulated.member(cluster).server.registry.delete(kindOf(job), job.namespace, job.objectName);
    },
    until: (id, holds) =>
      eventually(async () => {
        const job = await store.jobs.get(id);
        if (!job) throw new Error(`There is no job ${id}`);
        return job;
      }, holds),
    history: (id) => store.events.ofJob(id),
  };
}

function objectOf(job: Job, labels: Record<string, string>) {
  const metadata = { name: job.objectName, namespace: job.namespace, labels };
  const container = { name: 'main', image: 'example/image' };
  return job.kind === 'RayJob'
    ? {
        apiVersion: 'ray.io/v1',
        kind: 'RayJob',
        metadata,
        spec: {
          entrypoint: 'python train.py',
          backoffLimit: 5,
          rayClusterSpec: { headGroupSpec: { rayStartParams: {}, template: { spec: { containers: [container] } } } },
        },
      }
    : {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: { completions: 1, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
      };
}

/** What so many whole ticks in a row ask and write. */
export async function counted(world: World, ticks: readonly TickReport[], number: number) {
  const versionsOf = () =>
    world.database.query<{ id: string; version: number }>('select id, version from job order by id');
  const versionsBefore = await versionsOf();
  const nextTick = () => {
    const from = ticks.length;
    return eventually(
      () => ticks.length,
      (length) => length > from,
    );
  };
  await nextTick();
  world.simulated.requests.clear();
  const from = ticks.length;
  await eventually(
    () => ticks.length - from,
    (passed) => passed >= number,
  );
  const passed = ticks.length - from;
  const requests = [...world.simulated.requests.entries()];
  const tables: Record<string, number> = {};
  for (const { cluster, path } of requests) {
    if (cluster && path.endsWith('/rayjobs') && !path.includes('/namespaces/'))
      tables[cluster] = (tables[cluster] ?? 0) + 1;
  }
  return {
    ticks: passed,
    tables,
    gets: requests.filter(({ path }) => path.includes('/namespaces/')),
    versionsBefore,
    versions: await versionsOf(),
  };
}
