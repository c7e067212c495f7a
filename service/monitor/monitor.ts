import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { isFinished, type JobStatus } from '../jobs/job.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { MonitoredJob, Store } from '../store/store.ts';
import { createClock } from './clock.ts';
import { Health, healthFromNote, type ReadClusterHealth } from './health.ts';
import { KnownJobs } from './knownJobs.ts';
import { createLostJobs } from './lost.ts';
import { createOwnership, LEASE_PREFIX, leaseName } from './ownership.ts';
import { createPoll, type TickReport } from './poll.ts';
import { createVisit } from './visit.ts';
import { Watches } from './watch.ts';
import { Writer } from './writer.ts';

export interface MonitorConfig {
  readonly intervalMs: number;
  readonly mode: 'poll' | 'watch';
  readonly lostGraceMs: number;
  /** Watch mode: how often the query checks what the watch told. */
  readonly checkIntervalMs: number;
}

export interface MonitorDependencies {
  readonly config: MonitorConfig;
  readonly store: Pick<Store, 'monitor' | 'leases'>;
  readonly karmada: Karmada;
  readonly log: Logger;
  /** This replica wrote a change of the job's status. */
  readonly onStatus?: (job: MonitoredJob, before: JobStatus) => void;
  readonly onTick?: (report: TickReport) => void;
}

export interface Monitor {
  start(): Promise<void>;
  /** Hands its clusters over. */
  stop(): Promise<void>;
  readonly clusterHealth: ReadClusterHealth;
}

/** Clusters whose jobs are read from the store in one go. */
const CLUSTERS_LOADED_AT_ONCE = 8;

export function createMonitor({ config, store, karmada, log, onStatus, onTick }: MonitorDependencies): Monitor {
  const holder = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const clock = createClock();
  const known = new KnownJobs();
  const health = new Health(clock, config.intervalMs);
  const lost = createLostJobs({ karmada, graceMs: config.lostGraceMs, clock, log });
  const unloaded = new Set<string>();
  let isStopped = false;

  const ownership = createOwnership({
    holder,
    leases: store.leases,
    clusters: async () => (await store.monitor.clustersInUse()).keys(),
    note: (cluster) => health.note(cluster),
    gained(clusters) {
      for (const cluster of clusters) unloaded.add(cluster);
      poll.wake();
    },
    lost: forget,
    clock,
    log,
  });
  const writer = new Writer({
    store: store.monitor,
    known,
    leases: ownership.leases,
    clock,
    log,
    onStatus,
    onDropped: (cluster) => watches.check(cluster),
  });
  const { visit, seenInList } = createVisit({
    karmada,
    known,
    health,
    lost,
    clock,
    log,
    observe: (observation) => writer.add(observation),
    isUnderWay: (jobId) => writer.isUnderWay(jobId),
    listed(cluster, kind, resourceVersion) {
      if (config.mode === 'watch' && ownership.owns(cluster)) watches.begin(cluster, kind, resourceVersion);
    },
    incomplete: (cluster) => watches.check(cluster),
    failed: (cluster) => watches.end(cluster),
    isStopped: () => isStopped,
  });
  const watches = new Watches({
    karmada,
    checkIntervalMs: config.checkIntervalMs,
    clock,
    log,
    onSign: (cluster) => health.heard(cluster),
    onObject(cluster, kind, event) {
      const row = known.row(cluster, kind, event.object.metadata.name);
      if (!row) return;
      // The query confirms that it is gone, and for how long.
      if (event.type === 'DELETED') return watches.check(cluster);
      seenInList(row, event.object);
      writer.flushSoon();
    },
  });
  const poll = createPoll({
    intervalMs: config.intervalMs,
    load: loadGained,
    follow,
    ownership,
    known,
    health,
    writer,
    visit,
    followMoves,
    isWatched: (cluster) => watches.tells(cluster, known.kindsInUse(cluster)),
    clock,
    log,
    onTick,
  });

  let mark: string | null = null;
  async function follow(): Promise<void> {
    const { jobs, mark: next } = await store.monitor.changedSince(mark);
    mark = next;
    ownership.needed(jobs.flatMap((job) => (isFinished(job.status) ? [] : job.clusters)));
    remember(jobs);
  }

  /** A job that its cluster's watch may have told of before we knew it is looked for by the query. */
  function remember(jobs: readonly MonitoredJob[]): void {
    for (const job of jobs) for (const cluster of known.put(job)) watches.check(cluster);
  }

  async function loadGained(): Promise<void> {
    // Before anything is loaded, so that no change falls between.
    if (mark === null) ({ mark } = await store.monitor.changedSince(null));
    if (unloaded.size === 0) return;
    const notes = await store.leases.notes(LEASE_PREFIX);
    while (unloaded.size > 0) {
      const clusters = [...unloaded].slice(0, CLUSTERS_LOADED_AT_ONCE);
      // Taken out before, not after: one that is lost and gained again while we read must be read again.
      for (const cluster of clusters) {
        unloaded.delete(cluster);
        known.follow(cluster);
        health.follow(cluster, notes.get(leaseName(cluster)));
      }
      try {
        remember(await store.monitor.active(clusters));
      } catch (error) {
        for (const cluster of clusters) if (ownership.owns(cluster)) unloaded.add(cluster);
        throw error;
      }
    }
  }

  function forget(cluster: string): void {
    unloaded.delete(cluster);
    watches.end(cluster);
    known.forget(cluster);
    health.forget(cluster);
  }

  async function followMoves(): Promise<void> {
    const unreachable = ownership.clusters().filter((cluster) => health.unreachableSince(cluster) !== null);
    if (unreachable.length === 0) return;
    for (const observation of await lost.followMoves(unreachable.flatMap((cluster) => [...known.allRows(cluster)]))) {
      writer.add(observation);
    }
    writer.flushSoon();
  }

  return {
    async start() {
      await ownership.start();
      poll.start();
      log.info(`Job monitor started - ${describe(config)}`);
    },
    async stop() {
      isStopped = true;
      await poll.stop();
      watches.stop();
      await writer.close().catch((error: unknown) => log.warn({ err: error }, 'Monitor stops with changes unwritten'));
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
