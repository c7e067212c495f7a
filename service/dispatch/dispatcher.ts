import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isFinished, type Job } from '../jobs/job.ts';
import { type ManifestSettings, manifestsOf } from '../jobs/manifests/index.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Overview } from '../karmada/karmada.ts';
import { sharedAnswer } from '../shared-answer.ts';
import { withSignals } from '../signals.ts';
import { type Claim, type CommonObstacle, LANES, type Lane, type Store } from '../store/store.ts';
import { createAlarm } from './alarm.ts';
import { createBatch } from './batch.ts';
import { createCandidates } from './candidates.ts';
import { afterFailure, obstacleOf, waitingFor } from './failure.ts';
import { createLeftovers } from './leftovers.ts';
import { guarded, type Pause, Paused } from './outage.ts';
import type { Outcome } from './outcome.ts';
import { retryDelay } from './pacing.ts';
import { reconcile } from './reconcile.ts';
import { createRemains } from './remains.ts';
import type { MakeReportSecret, StepContext } from './step.ts';

export interface DispatcherDependencies {
  readonly store: Pick<Store, 'dispatch' | 'clusters'>;
  readonly karmada: Karmada;
  readonly log: Logger;
  readonly manifests: ManifestSettings;
  /** Puts the logs of the job's pods into the store, for the last time unless it is to be suspended; rejects when a cluster does not give them. */
  keepLogs(job: Job, signal: AbortSignal): Promise<void>;
  readonly finishedRetentionSeconds: number;
  readonly volumeRetentionSeconds: number;
  readonly placementGraceSeconds: number;
  /** Those that were made for jobs, when the last of them has gone. */
  readonly removeNamespaces: boolean;
  /** What jobs shared goes after it was of no use for so long. */
  readonly unusedMs?: number;
  readonly sweepEveryMs?: number;
  /** The clusters that the monitor cannot reach. */
  unreachable(): Promise<ReadonlySet<string>>;
  readonly reportSecret?: MakeReportSecret | undefined;
  /** Told of each job that ends here: refused or cancelled, not finished by its cluster. */
  onFinished?(job: Job): void;
  /** Told of each policy and namespace that no job used any more. */
  onRemoved?(what: 'policy' | 'namespace'): void;
  /** Rounds at a time. Each is a handful of small requests in a row, so a few keep a control plane busy without crowding it. */
  readonly concurrency?: number;
  /** Of jobs that end at a time, whose logs are read. */
  readonly endingsAtOnce?: number;
  /** After this a round of a process that died is begun by another; a living one ends its round well before. */
  readonly claimSeconds?: number;
  /** Of each request; one of ours takes milliseconds, so this long means that it hangs. */
  readonly requestTimeoutMs?: number;
}

export interface Dispatcher {
  start(): void;
  /** While Karmada is known not to answer: what a job that is submitted now has to wait for. */
  obstacle(): CommonObstacle | undefined;
  /** How much of what it holds in memory, which is to stay the same however many jobs have come and gone. */
  remembered(): Readonly<Record<'objects' | 'bindings' | 'gone' | 'onTheWay' | 'rounds', number>>;
  /** Takes no more jobs, lets the rounds under way finish for so long, then gives them back; may be called twice. */
  stop(graceMs?: number): Promise<void>;
}

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_ENDINGS_AT_ONCE = 8;
const DEFAULT_CLAIM_SECONDS = 20;
const DEFAULT_REQUEST_TIMEOUT_MS = 5_000;
/** The rest of the claim's time is for writing the outcome down. */
const ROUND_SHARE_OF_CLAIM = 0.8;
const DEFAULT_GRACE_MS = 5_000;
const LAST_WRITES_MS = 2_000;
const DEFAULT_SWEEP_EVERY_MS = 60_000;
/** A notice of the database may be lost with its connection. */
const MAX_SLEEP_MS = 5_000;
const MAX_DATABASE_PAUSE_SECONDS = 5;
/** While Karmada is down. Jobs that this replica takes in the meantime are told from the start; these are for the others. */
const EXPLAIN_EVERY_MS = 1_000;
const EXPLAINED_AT_ONCE = 1_000;
/** Who has lifted one waits for so long. */
const FENCES_EVERY_MS = 1_000;

/** Many objects change together; their jobs are woken together. */
const WAKE_AFTER_MS = 50;

const NOTHING_SEEN: Overview = {
  isComplete: false,
  object: () => undefined,
  hasGone: () => false,
  binding: () => undefined,
  unusedPolicies: () => [],
  sizes: { objects: 0, bindings: 0, gone: 0 },
  isEmpty: () => false,
  stop: async () => undefined,
};

export function createDispatcher(dependencies: DispatcherDependencies): Dispatcher {
  const { store, log } = dependencies;
  const slots: Readonly<Record<Lane, number>> = {
    work: dependencies.concurrency ?? DEFAULT_CONCURRENCY,
    endings: dependencies.endingsAtOnce ?? DEFAULT_ENDINGS_AT_ONCE,
  };
  const claimSeconds = dependencies.claimSeconds ?? DEFAULT_CLAIM_SECONDS;
  const { karmada, pause, throughMembers } = guarded(
    dependencies.karmada,
    dependencies.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
  );
  const fenced = sharedAnswer(
    FENCES_EVERY_MS,
    async () => new Set((await store.clusters.fences()).map(({ cluster }) => cluster)),
  );
  const candidates = createCandidates({ karmada, unreachable: dependencies.unreachable, fenced });
  const members = createRemains(karmada);
  const leftovers = createLeftovers({
    karmada,
    log,
    removeNamespaces: dependencies.removeNamespaces,
    namespacesWithoutJobs: store.dispatch.namespacesWithoutJobs,
    onRemoved: (what) => dependencies.onRemoved?.(what),
    ...(dependencies.unusedMs !== undefined && { unusedMs: dependencies.unusedMs }),
  });
  const alarm = createAlarm();
  let overview: Overview | undefined;
  const underWay = { work: new Set<Promise<void>>(), endings: new Set<Promise<void>>() };
  const givingUp = new AbortController();
  let stopping = false;
  let explainAgainAt = 0;
  let running: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  let sweeping: Promise<void> | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;

  const changes = createBatch(WAKE_AFTER_MS, async (names) => {
    if ((await store.dispatch.wake(names)) > 0) alarm.ring();
  });

  /** What happens on Karmada is told by its watches; while those are being opened each job asks for itself. */
  function overlook(): Overview {
    return dependencies.karmada.overview({
      onChange: changes.add,
      onTrouble: (error, retryInMs) =>
        log.debug({ err: error, retryInMs }, 'A watch of Karmada was cut off; it is opened again'),
    });
  }

  async function run(): Promise<void> {
    let unlisten: (() => Promise<void>) | undefined;
    let failures = 0;
    while (!stopping) {
      try {
        unlisten ??= await store.dispatch.onDue(alarm.ring);
        const sleepMs = await takeJobs();
        failures = 0;
        await alarm.sleep(sleepMs);
      } catch (error) {
        // Nothing is lost: what is due stays due.
        if (failures === 0)
          log.error({ err: error }, 'The database does not say which jobs are due; it is asked again');
        await alarm.sleep(retryDelay(failures, MAX_DATABASE_PAUSE_SECONDS) * 1000);
        failures += 1;
      }
    }
    await unlisten?.().catch((error) => log.warn({ err: error }, 'The dispatcher could not stop listening'));
  }

  function sweep(): void {
    if (!overview || pause()) return;
    sweeping ??= leftovers
      .sweep(overview, givingUp.signal)
      .catch((error) => {
        if (!stopping) log.warn({ err: error }, 'What no job uses any more could not be removed; it is tried again');
      })
      .finally(() => {
        sweeping = undefined;
      });
  }

  /** Returns how long there is nothing to do unless somebody rings. */
  async function takeJobs(): Promise<number> {
    const paused = pause();
    if (paused) return sitOut(paused);
    const open: Lane[] = [];
    for (const lane of LANES) {
      const free = slots[lane] - underWay[lane].size;
      if (free === 0) continue;
      const claims = await store.dispatch.claim(free, claimSeconds, [lane]);
      for (const claim of claims) begin(claim, lane);
      // A full lane rings when it has a slot again.
      if (claims.length < free) open.push(lane);
    }
    if (open.length === 0) return MAX_SLEEP_MS;
    const seconds = await store.dispatch.nextDueInSeconds(open);
    return Math.min(MAX_SLEEP_MS, (seconds ?? Number.POSITIVE_INFINITY) * 1000);
  }

  /** Nothing can be done for any job, so none is claimed; all are told together, now and then for those that come. */
  async function sitOut({ seconds }: Pause): Promise<number> {
    if (Date.now() >= explainAgainAt) {
      explainAgainAt = Date.now() + EXPLAIN_EVERY_MS;
      let paused = pause();
      while (
        paused &&
        (await store.dispatch.explainObstacle(EXPLAINED_AT_ONCE, obstacleOf(paused))) === EXPLAINED_AT_ONCE
      )
        paused = pause();
    }
    return Math.min(seconds * 1000, EXPLAIN_EVERY_MS);
  }

  function begin(claim: Claim, lane: Lane): void {
    const deadline = Date.now() + claimSeconds * 1000;
    const round = decide(claim)
      .then((outcome) => settle(claim, outcome, deadline))
      .catch((error) =>
        log.error(
          { err: error, job: claim.job.id },
          'A round of dispatch could not be written down; it is begun again',
        ),
      )
      .finally(() => {
        underWay[lane].delete(round);
        alarm.ring();
      });
    underWay[lane].add(round);
  }

  async function decide(claim: Claim): Promise<Outcome> {
    const { job, attempts } = claim;
    const timeUp = AbortSignal.timeout(claimSeconds * 1000 * ROUND_SHARE_OF_CLAIM);
    try {
      const fences = await fenced();
      return await withSignals([givingUp.signal, timeUp], (signal) =>
        reconcile(contextFor(claim, fences, signal), job),
      );
    } catch (error) {
      if (givingUp.signal.aborted) return { set: {}, next: { dueInSeconds: 0 } };
      // Others that wait for the same answer are due when it is asked for; a little apart, so that they do not arrive as one.
      if (error instanceof Paused) return waitingFor(job, error.cause, error.seconds + Math.random() * 0.3);
      const reason = timeUp.aborted ? tooSlow(error) : error;
      log.warn(
        { err: reason, job: job.id, attempts },
        `Job ${job.id} could not be brought in line with what is wanted`,
      );
      return afterFailure(job, reason, attempts);
    }
  }

  const contextFor = (
    { job, attempts, volumeKeptFrom }: Claim,
    fences: ReadonlySet<string>,
    signal: AbortSignal,
  ): StepContext => ({
    karmada,
    overview: overview ?? NOTHING_SEEN,
    candidates,
    members,
    fenced: fences,
    objects: manifestsOf(job, dependencies.manifests),
    attempts,
    signal,
    log,
    finishedRetentionSeconds: dependencies.finishedRetentionSeconds,
    volumeRetentionSeconds: dependencies.volumeRetentionSeconds,
    volumeKeptFrom,
    placementGraceSeconds: dependencies.placementGraceSeconds,
    reportSecret: dependencies.reportSecret ?? (() => undefined),
    keepLogs: (of, until) => throughMembers(of.clusters, () => dependencies.keepLogs(of, until)),
  });

  /** A database that restarts is back within seconds: what was done on Karmada is then written down without doing it again. */
  async function settle(claim: Claim, outcome: Outcome, deadline: number): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        const job = await store.dispatch.settle(claim, outcome);
        if (job && outcome.set.status && isFinished(job.status)) dependencies.onFinished?.(job);
        return;
      } catch (error) {
        const pauseMs = retryDelay(failures, 2) * 1000;
        if (stopping || Date.now() + pauseMs > deadline) throw error;
        await setTimeout(pauseMs);
      }
    }
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    clearInterval(sweepTimer);
    alarm.ring();
    const unwatched = overview?.stop();
    const ended = Promise.resolve(running).then(() => Promise.all(LANES.flatMap((lane) => [...underWay[lane]])));
    await within(graceMs, ended);
    givingUp.abort(new Error('The service is stopping'));
    // What a database that hangs keeps from being written down is begun again when its claim has lapsed.
    await within(LAST_WRITES_MS, Promise.all([ended, unwatched, changes.stop(), sweeping]));
  }

  return {
    start() {
      overview ??= overlook();
      running ??= run();
      sweepTimer ??= setInterval(sweep, dependencies.sweepEveryMs ?? DEFAULT_SWEEP_EVERY_MS);
    },
    remembered: () => ({
      ...(overview ?? NOTHING_SEEN).sizes,
      onTheWay: candidates.onTheWay,
      rounds: LANES.reduce((sum, lane) => sum + underWay[lane].size, 0),
    }),
    obstacle() {
      const paused = pause();
      return paused && obstacleOf(paused);
    },
    stop(graceMs = DEFAULT_GRACE_MS) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

const tooSlow = (cause: unknown): KarmadaError =>
  new KarmadaError('unavailable', 'the steps for this job took too long together', { cause });

async function within(milliseconds: number, ended: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([ended, setTimeout(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
