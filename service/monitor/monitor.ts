import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { LOG_LINES } from '../contract.ts';
import type { JobStatus } from '../jobs/job.ts';
import type { TrainingProgress } from '../jobs/progress.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { MonitoredJob, Store } from '../store/store.ts';
import { createBell } from './bell.ts';
import { type Clock, createClock } from './clock.ts';
import { Health, healthFromNote, type ReadClusterHealth } from './health.ts';
import { KnownJobs } from './known-jobs.ts';
import { createLoop } from './loop.ts';
import { createLostJobs } from './lost.ts';
import { createOwnership, LEASE_PREFIX } from './ownership.ts';
import { Progress } from './progress.ts';
import { QuietClusters } from './quiet.ts';
import { createStuckJobs } from './stuck.ts';
import { createTicks, type TickReport } from './tick.ts';
import { createVisit } from './visit.ts';
import { Watches } from './watch.ts';
import { Writer } from './writer.ts';

interface MonitorConfig {
  readonly intervalMs: number;
  readonly mode: 'poll' | 'watch';
  readonly lostGraceMs: number;
  /** A job that has not started after this is asked for by its pods. */
  readonly startGraceMs: number;
  /** How often a cluster is looked at although neither its version nor its watch tells of a change. */
  readonly checkIntervalMs: number;
}

export interface MonitorDependencies {
  readonly config: MonitorConfig;
  readonly store: Pick<Store, 'monitor' | 'leases' | 'progress'>;
  readonly karmada: Karmada;
  readonly log: Logger;
  readonly clock?: Clock;
  /** This replica wrote a change of the job's status. */
  readonly onStatus?: (job: MonitoredJob, before: JobStatus) => void;
  readonly onTick?: (report: TickReport) => void;
  /** Heard how far a training is. */
  readonly onReport?: (jobId: string, cluster: string, progress: TrainingProgress) => void;
}

export interface Monitor {
  start(): Promise<void>;
  /** Hands its clusters over. */
  stop(): Promise<void>;
  readonly clusterHealth: ReadClusterHealth;
  /** How much of what it holds in memory: of jobs that have not ended. */
  remembered(): Readonly<Record<'jobs' | 'rows', number>>;
}

/** Puts the parts together, each from those above it; `tick.ts` tells what they do together. */
export function createMonitor(dependencies: MonitorDependencies): Monitor {
  const { config, store, karmada, log, clock = createClock(), onStatus, onTick, onReport } = dependencies;
  const { intervalMs, checkIntervalMs } = config;
  const holder = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const bell = createBell(clock);
  const known = new KnownJobs();
  const health = new Health(clock, intervalMs);
  const quiet = new QuietClusters(clock, checkIntervalMs);
  const ownership = createOwnership({ holder, store, health, bell, clock, log });
  const writer = new Writer({ store: store.monitor, known, ownership, clock, log, onStatus });
  const progress = new Progress({ store: store.progress, ownership, clock, log, onReport });
  const lost = createLostJobs({ karmada, graceMs: config.lostGraceMs, clock, log });
  const stuck = createStuckJobs({ karmada, graceMs: config.startGraceMs, clock });
  const visit = createVisit({ karmada, known, quiet, lost, writer, progress, clock, log });
  const watches =
    config.mode === 'watch' ? new Watches({ karmada, known, health, writer, progress, clock, log }) : undefined;
  const ticks = createTicks({
    intervalMs,
    store,
    ownership,
    known,
    health,
    quiet,
    lost,
    stuck,
    visit,
    writer,
    progress,
    watches,
    clock,
    log,
    onTick,
  });
  const loop = createLoop(intervalMs, ticks.tick, bell, clock);

  return {
    remembered: () => ({ jobs: known.size, rows: known.rowCount }),
    async start() {
      await ownership.start();
      loop.start();
      log.info(`${LOG_LINES.monitorStarted}${describe(config)}`);
    },
    async stop() {
      ticks.close();
      await loop.stop();
      watches?.stop();
      await writer.close().catch((error: unknown) => log.warn({ err: error }, 'Monitor stops with changes unwritten'));
      await progress.save({ now: true });
      await ownership.stop();
    },
    async clusterHealth() {
      const notes = await store.leases.notes(LEASE_PREFIX);
      // Without active jobs a cluster is not asked, and how long it was not asked tells nothing.
      const all = [...notes]
        .map(([name, note]) => healthFromNote(name.slice(LEASE_PREFIX.length), note))
        .filter(({ cluster }) => ownership.isInUse(cluster));
      const owned = ownership.clusters().map((cluster) => health.of(cluster));
      return new Map([...all, ...owned].map((each) => [each.cluster, each]));
    },
  };
}

function describe({ mode, intervalMs }: MonitorConfig): string {
  const seconds = intervalMs / 1000;
  const every = seconds === 1 ? 'every 1 second' : `every ${seconds} seconds`;
  return mode === 'poll' ? `polling ${every}` : `watching, polling ${every} where no watch stands`;
}
