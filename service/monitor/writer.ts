import type { Logger } from 'pino';
import type { JobStatus } from '../jobs/job.ts';
import type { MonitorChange, MonitoredJob, MonitorStore } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { decide, type Observation } from './decide.ts';
import type { KnownJobs } from './known-jobs.ts';
import { leaseName, type Ownership } from './ownership.ts';

/** Keeps one statement within some megabytes; a tick of 1,000 changes is far below. */
const MAX_CHANGES_A_STATEMENT = 5_000;
/** A watch's changes are to be stored within tens of milliseconds. */
const GATHER_MS = 5;
/** The store was ahead of us this often in a row for one observation: let the next answer of the cluster decide. */
const MAX_TRIES = 5;
/** While the database is away a watch goes on telling: beyond this only the newest observation of a job is kept. */
const MAX_UNWRITTEN = 50_000;

interface Unwritten {
  readonly observation: Observation;
  readonly tries: number;
}

interface WriterOptions {
  readonly store: Pick<MonitorStore, 'apply' | 'read'>;
  readonly known: KnownJobs;
  readonly ownership: Pick<Ownership, 'leases'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onStatus?: ((job: MonitoredJob, before: JobStatus) => void) | undefined;
}

/**
 * Decides and writes. Observations wait here until the next flush decides what each changes: all in one statement, but of each
 * job only the first, so that its history has every state that was seen, in order. One that could not be stored is not believed
 * to be known: its cluster is looked at again.
 */
export class Writer {
  readonly #options: WriterOptions;
  #queue: Unwritten[] = [];
  /** How many observations of a job have not reached the store yet, those being written included. */
  readonly #underWay = new Map<string, number>();
  #writing: Promise<number> | undefined;
  #isGathering = false;
  readonly #closing = new AbortController();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  add(observation: Observation): void {
    if (this.#queue.length >= MAX_UNWRITTEN) this.#keepNewestOnly();
    this.#queue.push({ observation, tries: 0 });
    this.#underWay.set(observation.jobId, (this.#underWay.get(observation.jobId) ?? 0) + 1);
  }

  /** Whether something of the job is still on its way to the store. */
  isUnderWay(jobId: string): boolean {
    return this.#underWay.has(jobId);
  }

  /**
   * Writes what waits, one statement at a time, and returns the number of jobs changed. Rejects when the store cannot be asked;
   * then everything still waits.
   */
  async flush(): Promise<number> {
    while (this.#writing) await this.#writing.catch(() => {});
    if (this.#queue.length === 0) return 0;
    this.#writing = this.#write(this.#takeBatch());
    try {
      const written = await this.#writing;
      // Further observations of the same jobs, and what came meanwhile.
      if (this.#queue.length > 0) this.flushSoon();
      return written;
    } finally {
      this.#writing = undefined;
    }
  }

  /** What comes one by one is gathered for a moment, so that it does not cost a statement each. */
  flushSoon(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    void this.#options.clock.sleep(GATHER_MS, this.#closing.signal).then(() => {
      this.#isGathering = false;
      // It still waits here; the next tick tries again and says what is wrong.
      if (!this.#closing.signal.aborted) this.flush().catch(() => {});
    });
  }

  /** Writes all that waits, once and for all. */
  async close(): Promise<void> {
    this.#closing.abort();
    do await this.flush();
    while (this.#queue.length > 0);
  }

  async #write(batch: readonly Unwritten[]): Promise<number> {
    const { store, ownership } = this.#options;
    const changes: MonitorChange[] = [];
    const changing = new Map<string, Unwritten>();
    for (const unwritten of batch) {
      const change = this.#changeFor(unwritten.observation);
      if (!change) {
        this.#done(unwritten);
        continue;
      }
      changes.push(change);
      changing.set(change.jobId, unwritten);
    }
    if (changes.length === 0) return 0;
    try {
      const { applied, stale } = await store.apply(changes, ownership.leases());
      for (const job of applied) this.#applied(job, changing);
      if (stale.length > 0) await this.#catchUp(stale, changing);
      return applied.length;
    } catch (error) {
      // Whether it was committed is unknown; if it was, the version has moved on and the second try is stale, not doubled.
      this.#queue = [...changing.values(), ...this.#queue];
      throw error;
    }
  }

  #changeFor(observation: Observation): MonitorChange | undefined {
    const { known, clock } = this.#options;
    const job = known.job(observation.jobId);
    const decision = job && decide(job, observation, clock.now());
    if (!decision) return undefined;
    return { jobId: job.id, readVersion: job.version, under: [leaseName(observation.cluster)], ...decision };
  }

  #applied(job: MonitoredJob, changing: Map<string, Unwritten>): void {
    const { known, log } = this.#options;
    const before = known.job(job.id)?.status;
    known.put(job);
    const unwritten = changing.get(job.id);
    if (unwritten) this.#done(unwritten);
    changing.delete(job.id);
    if (before === undefined || before === job.status) return;
    log.info({ job: job.id, reason: job.reason }, `Job ${job.id} status changed: ${before} -> ${job.status}`);
    this.#options.onStatus?.(job, before);
  }

  /** The store was ahead, or the lease has lapsed: read what is there, and decide again only in the first case. */
  async #catchUp(stale: readonly string[], changing: Map<string, Unwritten>): Promise<void> {
    const { store, known } = this.#options;
    const fresh = new Map((await store.read(stale)).map((job) => [job.id, job]));
    for (const [id, unwritten] of [...changing]) {
      const job = fresh.get(id);
      const moved = job !== undefined && job.version !== known.job(id)?.version;
      if (job) known.put(job);
      else known.remove(id);
      changing.delete(id);
      if (moved && known.job(id) && unwritten.tries < MAX_TRIES) {
        this.#queue.unshift({ observation: unwritten.observation, tries: unwritten.tries + 1 });
      } else {
        known.distrust(id, unwritten.observation.cluster);
        this.#done(unwritten);
      }
    }
  }

  /** The first observation of each job, in the order in which they came. */
  #takeBatch(): Unwritten[] {
    const batch = new Map<string, Unwritten>();
    const rest: Unwritten[] = [];
    for (const unwritten of this.#queue) {
      const { jobId } = unwritten.observation;
      if (batch.has(jobId) || batch.size >= MAX_CHANGES_A_STATEMENT) rest.push(unwritten);
      else batch.set(jobId, unwritten);
    }
    this.#queue = rest;
    return [...batch.values()];
  }

  #keepNewestOnly(): void {
    const newest = new Map<string, Unwritten>();
    for (const unwritten of this.#queue) {
      const key = `${unwritten.observation.jobId} ${unwritten.observation.cluster}`;
      const older = newest.get(key);
      if (older) this.#done(older);
      newest.set(key, unwritten);
    }
    this.#queue = [...newest.values()];
  }

  #done({ observation: { jobId } }: Unwritten): void {
    const left = (this.#underWay.get(jobId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(jobId);
    else this.#underWay.set(jobId, left);
  }
}
