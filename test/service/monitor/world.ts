import { pino } from 'pino';
import { LABELS } from '../../../service/contract.ts';
import type { Job, JobEvent, JobKind } from '../../../service/jobs/job.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import type { Identity } from '../../../service/kube/identity.ts';
import { DEFAULT_CLUSTERS } from '../../../service/local/karmada/clusters.ts';
import { RAY_JOB, TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { createMonitor, type Monitor, type MonitorDependencies } from '../../../service/monitor/monitor.ts';
import type { TickReport } from '../../../service/monitor/tick.ts';
import type { Store } from '../../../service/store/store.ts';
import { atEnd } from '../../concurrently.ts';
import { eventually } from '../../patience.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched, newJob } from '../some-jobs.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

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
const INTERVAL_MS = 200;
/** So long that no tick comes but those that the test lets pass, and nothing is late that a server was asked for. */
const TICKING_MS = 10_000;
const MAX_TICKS = 30;

export { eventually };

type MonitorOptions = Partial<MonitorDependencies['config']> & Partial<Omit<MonitorDependencies, 'config'>>;

export interface Ticking {
  readonly monitor: Monitor;
  readonly clock: TestClock;
  /** So many ticks, one after the other, each begun when the one before it has been written; what each came to. */
  pass(ticks: number): Promise<TickReport[]>;
  /** Ticks until the stored job is so. */
  until(id: string, holds: (job: Job) => boolean): Promise<Job>;
}

export interface World {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly karmada: Karmada;
  readonly simulated: SimulatedKarmada;
  /** Messages that the monitors logged, in order. */
  readonly logged: string[];
  /** Started; stopped when the test ends. */
  monitor(options?: MonitorOptions): Promise<Monitor>;
  /** Started with a clock of its own: time passes for it as the test says. */
  ticking(options?: MonitorOptions): Promise<Ticking>;
  /** Stored as dispatch leaves it, and present in its clusters without a status. */
  place(clusters: string[], options?: { kind?: JobKind; inMembers?: boolean; jobName?: string }): Promise<Job>;
  /** As KubeRay would write it in the member. */
  write(job: Job, status: RayStatus, cluster?: string): void;
  /** As someone with rights in the member would. */
  remove(job: Job, cluster?: string): void;
  until(id: string, holds: (job: Job) => boolean): Promise<Job>;
  history(id: string): Promise<JobEvent[]>;
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

  const kindOf = ({ kind }: Pick<Job, 'kind'>) => ({ RayJob: RAY_JOB, Job: JOB, TrainingJob: TRAINING_JOB })[kind];
  const only = (job: Job): string => {
    const [cluster = ''] = job.clusters;
    return cluster;
  };

  async function get(id: string): Promise<Job> {
    const job = await store.jobs.get(id);
    if (!job) throw new Error(`There is no job ${id}`);
    return job;
  }

  async function startMonitor(options: MonitorOptions = {}): Promise<Monitor> {
    const { store: otherStore, karmada: otherKarmada, log: otherLog, clock, onStatus, onTick, ...config } = options;
    const monitor = createMonitor({
      config: {
        intervalMs: INTERVAL_MS,
        mode: 'poll',
        lostGraceMs: 60_000,
        startGraceMs: 600_000,
        checkIntervalMs: 60_000,
        ...config,
      },
      store: otherStore ?? store,
      karmada: otherKarmada ?? karmada,
      log: otherLog ?? log,
      ...(clock ? { clock } : {}),
      ...(onStatus ? { onStatus } : {}),
      ...(onTick ? { onTick } : {}),
    });
    monitors.push(monitor);
    await monitor.start();
    return monitor;
  }

  return {
    database,
    store,
    karmada,
    simulated,
    logged,
    monitor: startMonitor,
    async ticking({ intervalMs = TICKING_MS, ...options } = {}) {
      const clock = createTestClock();
      const reports: TickReport[] = [];
      const onTick = (report: TickReport): void => {
        // One that was under way when the test let time pass seems to have taken that long.
        if (report.durationMs < intervalMs / 2) reports.push(report);
      };
      const monitor = await startMonitor({ ...options, intervalMs, clock, onTick });
      const until = (number: number) =>
        eventually(
          () => reports.length,
          (length) => length >= number,
        );
      async function pass(ticks: number): Promise<TickReport[]> {
        const from = reports.length;
        while (reports.length - from < ticks) {
          const before = reports.length;
          clock.pass(intervalMs);
          await until(before + 1);
        }
        return reports.slice(from);
      }
      await until(1);
      return {
        monitor,
        clock,
        pass,
        async until(id, holds) {
          for (let ticks = 0; ticks < MAX_TICKS; ticks += 1) {
            const job = await get(id);
            if (holds(job)) return job;
            await pass(1);
          }
          throw new Error(`In ${MAX_TICKS} ticks in vain; last seen: ${JSON.stringify(await get(id))}`);
        },
      };
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
    until: (id, holds) => eventually(() => get(id), holds),
    history: (id) => store.events.ofJob(id),
  };
}

function objectOf(job: Job, labels: Record<string, string>) {
  const metadata = { name: job.objectName, namespace: job.namespace, labels };
  const container = { name: 'main', image: 'example/image' };
  if (job.kind === 'TrainingJob') {
    return { apiVersion: 'ml.example.com/v1', kind: 'TrainingJob', metadata, spec: { model: 'm', dataset: 'd' } };
  }
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
