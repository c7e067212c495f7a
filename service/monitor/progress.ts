import type { Logger } from 'pino';
import type { TrainingProgress } from '../jobs/progress.ts';
import { putNewest } from '../newest.ts';
import type { MonitoredJob, ProgressEntry, ProgressStore } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { leaseName, type Ownership } from './ownership.ts';

/** A job's progress is written at most this often, however often it is heard. */
const SAVE_EVERY_MS = 1_000;
/** While the database is away: beyond this what was heard first is let go, for it is heard again when it moves on. */
const MAX_WAITING = 100_000;

interface ProgressOptions {
  readonly store: Pick<ProgressStore, 'save'>;
  readonly ownership: Pick<Ownership, 'leases'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Each report, also those that are overtaken before they are written. */
  readonly onReport?: ((jobId: string, cluster: string, progress: TrainingProgress) => void) | undefined;
}

/** How far trainings are, as heard from their clusters: of each the newest waits here until it is written. No part of any history. */
export class Progress {
  readonly #store: ProgressOptions['store'];
  readonly #ownership: ProgressOptions['ownership'];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onReport: ProgressOptions['onReport'];
  #waiting = new Map<string, ProgressEntry>();
  #savedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> | undefined;

  constructor({ store, ownership, clock, log, onReport }: ProgressOptions) {
    this.#store = store;
    this.#ownership = ownership;
    this.#clock = clock;
    this.#log = log;
    this.#onReport = onReport;
  }

  heard(
    { id: jobId, clusters }: Pick<MonitoredJob, 'id' | 'clusters'>,
    cluster: string,
    progress: TrainingProgress,
  ): void {
    const key = `${jobId} ${cluster}`;
    putNewest(this.#waiting, key, { jobId, cluster, progress, under: [leaseName(cluster)] }, MAX_WAITING);
    // Of several copies of one job, in as many clusters, one has its curve drawn.
    if (clusters[0] === cluster) this.#onReport?.(jobId, cluster, progress);
  }

  /** Writes what waits, unless something was written a moment ago. Never rejects. */
  async save({ now = false } = {}): Promise<void> {
    await this.#saving;
    const isEarly = this.#clock.elapsed() - this.#savedAt < SAVE_EVERY_MS;
    if (this.#waiting.size === 0 || (isEarly && !now)) return;
    this.#savedAt = this.#clock.elapsed();
    const entries = this.#waiting;
    this.#waiting = new Map();
    this.#saving = this.#store.save([...entries.values()], this.#ownership.leases()).catch((error: unknown) => {
      this.#log.debug({ err: error }, 'Progress could not be written; it is tried again');
      // What was heard meanwhile is newer.
      this.#waiting = new Map([...entries, ...this.#waiting]);
    });
    await this.#saving;
  }
}
