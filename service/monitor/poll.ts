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

type Answers = Pick<TickReport, 'answered' | 'changes'>;

export interface PollOptions {
  readonly intervalMs: number;
  /** Reads from the store what this replica has become the owner of. */
  readonly load: () => Promise<void>;
  /** Brings the memory in line with what others changed in the store. */
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
    await options.load();
    const due = ownership.clusters().filter(isDue);
    const visits = due.map((cluster) => ({ isPrompt: health.isPrompt(cluster), report: ask(cluster) }));
    await options.follow();
    const answers = await answersInTime(visits.filter(({ isPrompt }) => isPrompt).map(({ report }) => report));
    // Not awaited: while this tick is written the next one may already ask. The writer keeps the order.
    void write(startedAt, due.length, answers);
    writeWhenAnswered(visits.map(({ report }) => report));
    followMoves();
    logJobs();
  }

  async function write(startedAt: number, asked: number, answers: Answers): Promise<void> {
    try {
      const written = await writer.flush();
      options.onTick?.({ durationMs: clock.elapsed() - startedAt, asked, ...answers, written, jobs: known.size });
    } catch (error) {
      tellFailing(error);
    }
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
  async function answersInTime(reports: readonly Promise<VisitReport>[]): Promise<Answers> {
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

  /** The slow ones: written as soon as they answer, not at the next tick. */
  function writeWhenAnswered(reports: readonly Promise<VisitReport>[]): void {
    for (const report of reports) void report.then(() => writer.flushSoon());
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
  /** Only the database can fail a tick; what was seen waits in the writer. */
  function tellFailing(error: unknown): void {
    if (!isFailing) log.error({ err: error }, 'Monitor cannot use the database; tries again at every tick');
    isFailing = true;
  }

  async function tickAndTell(): Promise<void> {
    try {
      await tick();
      if (isFailing) log.info('Monitor can use the database again');
      isFailing = false;
    } catch (error) {
      tellFailing(error);
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
