import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { isFinished } from '../jobs/job.ts';
import { inPlainWords, KarmadaError } from '../karmada/errors.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { saysUnreachable } from './decide.ts';
import type { Health } from './health.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { LostJobs } from './lost.ts';
import { LEASE_PREFIX, leaseName, type Ownership } from './ownership.ts';
import type { Progress } from './progress.ts';
import type { QuietClusters } from './quiet.ts';
import { about } from './rows.ts';
import type { StuckJobs } from './stuck.ts';
import type { Answered, Failed, Findings, Visit } from './visit.ts';
import type { Watches } from './watch.ts';
import type { Writer } from './writer.ts';

/** Clusters whose jobs are read from the store in one go. */
const LOADED_AT_ONCE = 8;
/** Visits at once. The clusters that are slow or failing have slots of their own: however many hang, the others find theirs free. */
const PROMPT_AT_ONCE = 32;
const SLOW_AT_ONCE = 16;
/** Clusters whose pods are asked for at the same time. */
const POD_QUERIES_AT_ONCE = 8;
/** Jobs that are to be deleted, and whose rows may be gone. */
const SEEK_DELETED_EVERY_MS = 2_000;
/** A cluster that was prompt until now and is not any more holds the others up for this part of one tick. */
const MAX_WAIT_SHARE = 0.5;

export interface TickReport {
  readonly durationMs: number;
  /** Clusters that were asked in this tick, and those of them that answered before it ended. */
  readonly asked: number;
  readonly answered: number;
  readonly changes: number;
  readonly written: number;
  readonly jobs: number;
}

interface TickOptions {
  readonly intervalMs: number;
  readonly store: Pick<Store, 'monitor' | 'leases'>;
  readonly ownership: Ownership;
  readonly known: KnownJobs;
  readonly health: Health;
  readonly quiet: QuietClusters;
  readonly lost: LostJobs;
  readonly stuck: StuckJobs;
  readonly visit: Visit;
  readonly writer: Writer;
  readonly progress: Pick<Progress, 'save'>;
  /** None in a mode that only polls. */
  readonly watches: Watches | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onTick?: ((report: TickReport) => void) | undefined;
}

export interface Ticks {
  /** Never rejects: while the store cannot be asked, what was seen waits in the writer. */
  tick(): Promise<void>;
  /** What is answered from now on is no longer heard: connections are being closed under it. */
  close(): void;
}

/** Everything that happens once a second, from top to bottom. */
export function createTicks(options: TickOptions): Ticks {
  const {
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
  } = options;

  async function tick(): Promise<void> {
    const startedAt = clock.elapsed();
    own();
    await load();
    const asked = ownership.clusters().filter(isDue).map(ask);
    await catchUp();
    const heard = await thoseInTime(asked);
    // Not awaited: while this tick is written the next one may already ask. The writer keeps the order.
    void write(startedAt, asked.length, heard);
    // Not awaited either: it is no part of what happened.
    void progress.save();
    findMoves();
    askWhy();
    tellJobs();
  }

  // 1. Own: which clusters are this replica's to read.

  const unloaded = new Set<string>();

  function own(): void {
    const changes = ownership.takeChanges();
    for (const cluster of changes.lost) {
      unloaded.delete(cluster);
      watches?.end(cluster);
      known.forget(cluster);
      quiet.forget(cluster);
      stuck.forget(cluster);
      health.forget(cluster);
    }
    for (const cluster of changes.gained) unloaded.add(cluster);
  }

  // 2. Load: what the store knows of their jobs, and what others have changed in it since.

  let mark: string | null = null;

  async function load(): Promise<void> {
    // Before anything is loaded, so that no change falls between.
    if (mark === null) ({ mark } = await store.monitor.changedSince(null));
    if (unloaded.size === 0) return;
    const notes = await store.leases.notes(LEASE_PREFIX);
    while (unloaded.size > 0) {
      const clusters = [...unloaded].slice(0, LOADED_AT_ONCE);
      for (const cluster of clusters) {
        known.remember(cluster);
        health.takeOver(cluster, notes.get(leaseName(cluster)));
      }
      for (const job of await store.monitor.active(clusters)) known.put(job);
      for (const cluster of clusters) unloaded.delete(cluster);
    }
  }

  async function catchUp(): Promise<void> {
    const { jobs, mark: next } = await store.monitor.changedSince(mark);
    mark = next;
    ownership.needed(jobs.flatMap((job) => (isFinished(job.status) ? [] : job.clusters)));
    for (const job of jobs) known.put(job);
    await forgetDeleted();
  }

  let deletedSoughtAt = Number.NEGATIVE_INFINITY;

  /** A row that is deleted is not told as changed: it is there no more. */
  async function forgetDeleted(): Promise<void> {
    if (clock.elapsed() - deletedSoughtAt < SEEK_DELETED_EVERY_MS) return;
    deletedSoughtAt = clock.elapsed();
    const leaving = known.leaving();
    if (leaving.length === 0) return;
    for (const id of await store.monitor.ended(leaving)) known.remove(id);
  }

  // 3. Ask: each cluster that is due, while the store tells what others have changed.

  const slots = { prompt: pLimit(PROMPT_AT_ONCE), slow: pLimit(SLOW_AT_ONCE) };
  const underWay = new Set<string>();

  interface Asked {
    readonly isPrompt: boolean;
    /** What it found has been heard by then. */
    readonly findings: Promise<Findings>;
  }

  function isDue(cluster: string): boolean {
    const kinds = known.kindsInUse(cluster);
    if (underWay.has(cluster) || kinds.length === 0 || !health.isDue(cluster)) return false;
    const isTold = watches?.tell(cluster, kinds) ?? false;
    return !isTold || known.isUnsettled(cluster) || quiet.isCheckDue(cluster);
  }

  function ask(cluster: string): Asked {
    const isPrompt = health.isPrompt(cluster);
    const inSlot = isPrompt ? slots.prompt : slots.slow;
    underWay.add(cluster);
    const findings = inSlot(() => visit(cluster, health.deadlineMs(cluster))).then((found) => {
      underWay.delete(cluster);
      if (!isClosed) hear(found);
      return found;
    });
    return { isPrompt, findings };
  }

  /** Waits for those that usually answer before the tick must write. The others are written as soon as they answer. */
  async function thoseInTime(asked: readonly Asked[]): Promise<Findings[]> {
    const heard: Findings[] = [];
    const collect = (found: Findings): unknown => heard.push(found);
    const prompt = asked.filter(({ isPrompt }) => isPrompt).map(({ findings }) => findings.then(collect));
    const late = new AbortController();
    await Promise.race([Promise.all(prompt), clock.sleep(MAX_WAIT_SHARE * intervalMs, late.signal)]);
    late.abort();
    for (const { findings } of asked) void findings.then(() => writer.flushSoon());
    return [...heard];
  }

  // 4. Decide: what an answer says of the jobs. What that changes is decided when it is written, against the job as it is then.

  function hear({ cluster, observations, outcome }: Findings): void {
    for (const observation of observations) writer.add(observation);
    if (outcome.is === 'answered') answered(cluster, outcome);
    else failed(cluster, outcome);
  }

  function answered(cluster: string, { latencyMs, versions, isLook }: Answered): void {
    health.answered(cluster, latencyMs);
    // A cluster that has failed is always looked at, so that one in which nothing moves costs no walk through its jobs.
    if (isLook)
      for (const row of known.allRows(cluster)) {
        if (saysUnreachable(row.job, cluster)) writer.add(about(row, { what: 'reachable' }));
      }
    watch(cluster, versions);
  }

  function failed(cluster: string, { error, timedOut }: Failed): void {
    const retryAfterSeconds = error instanceof KarmadaError ? error.retryAfterSeconds : null;
    const words = error instanceof Error ? error.message : String(error);
    health.failed(cluster, { error: words, timedOut, retryAfterSeconds });
    watches?.end(cluster);
    const { consecutiveFailures, unreachableSince: since } = health.of(cluster);
    const level = consecutiveFailures === 1 ? 'warn' : 'debug';
    log[level]({ cluster, err: error, consecutiveFailures }, 'Cluster did not answer');
    if (!since) return;
    const why = inPlainWords(error);
    for (const row of known.allRows(cluster)) {
      if (!saysUnreachable(row.job, cluster)) writer.add(about(row, { what: 'unreachable', since, why }));
    }
  }

  // 5. Write: all that was seen, in one statement.

  async function write(startedAt: number, asked: number, heard: readonly Findings[]): Promise<void> {
    try {
      const written = await writer.flush();
      options.onTick?.({
        durationMs: clock.elapsed() - startedAt,
        asked,
        answered: heard.filter(({ outcome }) => outcome.is === 'answered').length,
        changes: heard.reduce((sum, { changed }) => sum + changed, 0),
        written,
        jobs: known.size,
      });
    } catch (error) {
      tellStore(error);
    }
  }

  // 6. Watch: from where an answer ended, so that until the next check nothing need be asked.

  function watch(cluster: string, versions: Answered['versions']): void {
    if (!ownership.owns(cluster)) return;
    for (const [kind, version] of versions) watches?.begin(cluster, kind, version);
  }

  /** Jobs of unreachable clusters may have been placed elsewhere by Karmada. */
  function findMoves(): void {
    const unreachable = ownership.clusters().filter((cluster) => health.unreachableSince(cluster) !== null);
    if (unreachable.length === 0) return;
    lost
      .findMoves(unreachable.flatMap((cluster) => [...known.allRows(cluster)]))
      .then((observations) => {
        for (const observation of observations) writer.add(observation);
        writer.flushSoon();
      })
      .catch((error: unknown) => {
        log.debug({ err: error }, 'Could not ask Karmada where the jobs of unreachable clusters are now');
      });
  }

  // 7. Ask why: what keeps those from starting that should have started by now, as their pods tell.

  const podQueries = pLimit(POD_QUERIES_AT_ONCE);

  function askWhy(): void {
    for (const cluster of ownership.clusters()) {
      const { consecutiveFailures, lastAnswerAt } = health.of(cluster);
      if (lastAnswerAt === null || consecutiveFailures > 0 || !stuck.isDue(cluster)) continue;
      podQueries(() => stuck.look(cluster, known.allRows(cluster)))
        .then((observations) => {
          if (isClosed || observations.length === 0) return;
          for (const observation of observations) writer.add(observation);
          writer.flushSoon();
        })
        .catch((error: unknown) => {
          log.debug({ err: error, cluster }, 'Could not ask for the pods of jobs that do not start');
        });
    }
  }

  let jobsTold: number | undefined;
  function tellJobs(): void {
    if (known.size === jobsTold) return;
    jobsTold = known.size;
    log.info(`Monitoring ${jobsTold} active jobs`);
  }

  let isStoreAway = false;
  /** Only the database can fail a tick. */
  function tellStore(error: unknown): void {
    const isAway = error !== undefined;
    if (isAway && !isStoreAway) {
      log.error({ err: error }, 'Monitor cannot use the database; tries again at every tick');
    }
    if (!isAway && isStoreAway) log.info('Monitor can use the database again');
    isStoreAway = isAway;
  }

  let isClosed = false;
  return {
    tick: () => tick().then(() => tellStore(undefined), tellStore),
    close() {
      isClosed = true;
    },
  };
}
