import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Health } from './health.ts';
import type { KnownJobs } from './knownJobs.ts';
import type { Ownership } from './ownership.ts';
import type { VisitReport } from './visit.ts';
import type { Writer } from './writer.ts';

/** Queries at once. The clusters that are slow or failing have slots of their own: however many hang, the others find theirs free. */
const PROMPT_AT_ONCE = 32;
const SLOW_AT_ONCE = 16;
/** A cluster that was prompt until now and is not any more holds the others up for this part of one tick. */
const LONGEST_WAIT_SHARE = 0.5;

export interface TickReport {
  readonly durationMs: number;
  /** Clusters that were asked in this tick, and those of them that answered before it ended. */
  readonly asked: number;
  readonly answered: number;
  readonly changes: number;
  readonly written: number;
  readonly jobs: number;
}

export interface PollOptions {
  readonly intervalMs: number;
  /** Brings the memory in line with the store. */
  readonly follow: () => Promise<void>;
  readonly ownership: Pick<Ownership, 'clusters'>;
  readonly known: KnownJobs;
  readonly health: Health;
  readonly writer: Writer;
  readonly visit: (cluster: string) => Promise<VisitReport>;
  /** Looks for jobs of unreachable clusters that Karmada has placed elsewhere. */
  readonly followMoves: () => Promise<void>;
  /** The cluster's watch tells of its changes, so that it need not be asked now. */
  readonly isWatched: (cluster: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onTick?: ((report: TickReport) => void) | undefined;
}

export interface Poll {
  start(): void;
  /** A tick at once, besides the regular ones. */
  wake(): void;
  /** Ends after the tick that is under way. */
  stop(): Promise<void>;
}

export function createPoll(options: PollOptions): Poll {
  const { intervalMs, ownership, known, health, writer, clock, log } = options;
  const promptQueries = pLimit(PROMPT_AT_ONCE);
  const slowQueries = pLimit(SLOW_AT_ONCE);
  const underWay = new Set<string>();

  async function tick(): Promise<void> {
    const startedAt = clock.elapsed();
    await options.follow();
    const mine = ownership.clusters();
    const due = mine.filter(isDue);
    const visits = due.map((cluster) => ({ isPrompt: health.isPrompt(cluster), report: ask(cluster) }));
    const { answered, changes } = await answersInTime(
      visits.filter(({ isPrompt }) => isPrompt).map(({ report }) => report),
    );
    const written = await writer.flush();
    writeWhenAnswered(visits.map(({ report }) => report));
    followMoves();
    logJobs();
    options.onTick?.({
      durationMs: clock.elapsed() - startedAt,
      asked: due.length,
      answered,
      changes,
      written,
      jobs: known.size,
    });
  }

  function isDue(cluster: string): boolean {
    if (underWay.has(cluster) || known.kindsInUse(cluster).length === 0) return false;
    return health.isDue(cluster) && !options.isWatched(cluster);
  }

  async function ask(cluster: string): Promise<VisitReport> {
    const queries = health.isPrompt(cluster) ? promptQueries : slowQueries;
    underWay.add(cluster);
    try {
      return await queries(() => options.visit(cluster));
    } finally {
      underWay.delete(cluster);
    }
  }

  /** Those that answer before the tick must write what it has. */
  async function answersInTime(
    reports: readonly Promise<VisitReport>[],
  ): Promise<{ answered: number; changes: number }> {
    let answered = 0;
    let changes = 0;
    const count = (report: VisitReport): void => {
      if (report.outcome === 'answered') answered += 1;
      changes += report.changed;
    };
    const timeout = new AbortController();
    const all = Promise.all(reports.map((report) => report.then(count)));
    await Promise.race([
      all,
      sleep(LONGEST_WAIT_SHARE * intervalMs, undefined, { signal: timeout.signal }).catch(() => {}),
    ]);
    timeout.abort();
    return { answered, changes };
  }

  /** The slow ones: written as soon as they answer, not at the next tick. A failure to write is told by the next tick's own. */
  function writeWhenAnswered(reports: readonly Promise<VisitReport>[]): void {
    for (const report of reports) report.then(() => writer.flush()).catch(() => {});
  }

  function followMoves(): void {
    options.followMoves().catch((error: unknown) => {
      log.debug({ err: error }, 'Could not ask Karmada where the jobs of unreachable clusters are now');
    });
  }

  let jobsLogged: number | undefined;
  function logJobs(): void {
    if (known.size === jobsLogged) return;
    jobsLogged = known.size;
    log.info(`Monitoring ${jobsLogged} active jobs`);
  }

  let isFailing = false;
  async function tickAndTell(): Promise<void> {
    try {
      await tick();
      if (isFailing) log.info('Monitor works again');
      isFailing = false;
    } catch (error) {
      // Only the database can fail a tick; what was seen waits in the writer.
      if (!isFailing) log.error({ err: error }, 'Monitor cannot use the database; tries again at every tick');
      isFailing = true;
    }
  }

  let isStopping = false;
  let waiting = new AbortController();
  async function run(): Promise<void> {
    const startedAt = clock.elapsed();
    while (!isStopping) {
      waiting = new AbortController();
      await tickAndTell();
      // The next tick of the grid: one that took longer than the interval skips what it has missed.
      const untilNext = intervalMs - ((clock.elapsed() - startedAt) % intervalMs);
      await sleep(untilNext, undefined, { signal: waiting.signal }).catch(() => {});
    }
  }

  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= run();
    },
    wake: () => waiting.abort(),
    async stop() {
      isStopping = true;
      waiting.abort();
      await running;
    },
  };
}
