import type { LeaseNote } from '../store/store.ts';
import { deadlineAfter, restAfter } from './backoff.ts';
import { type Clock, createClock } from './clock.ts';

/** How fresh what we know of a member cluster is. Times are the database's, since another replica may be the one that asks it. */
export interface ClusterHealth {
  readonly cluster: string;
  /** null when it has not answered yet */
  readonly lastAnswerAt: Date | null;
  readonly consecutiveFailures: number;
  readonly latencyMs: number | null;
  /** Why the last query failed; null when it did not. */
  readonly error: string | null;
  /** Since when it counts as unreachable; null when it does not. */
  readonly unreachableSince: Date | null;
}

/** What the API, the metrics and the page are told; the monitor answers for all replicas. */
export type ReadClusterHealth = () => Promise<ReadonlyMap<string, ClusterHealth>>;

/** One failed query is weather; the jobs are told only when it lasts. */
const UNREACHABLE_AFTER_FAILURES = 3;
/** The others wait for a cluster that usually answers within this part of a tick, and for no other. */
const PROMPT_SHARE_OF_TICK = 0.25;

interface Record {
  lastAnswerAt: Date | null;
  failingSince: Date | null;
  failures: number;
  timeouts: number;
  latencyMs: number | null;
  error: string | null;
  /** In elapsed milliseconds. */
  dueAt: number;
}

/** The freshness of the clusters that this replica owns, and when each may be asked again. */
export class Health {
  readonly #records = new Map<string, Record>();
  readonly #clock: Clock;
  readonly #intervalMs: number;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Starts from what the last owner left, so that "unreachable since" outlives a replica. */
  follow(cluster: string, note: LeaseNote | undefined): void {
    const at = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null);
    const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
    this.#records.set(cluster, {
      lastAnswerAt: at(note?.lastAnswerAt),
      failingSince: at(note?.failingSince),
      failures: number(note?.failures),
      timeouts: 0,
      latencyMs: typeof note?.latencyMs === 'number' ? note.latencyMs : null,
      error: typeof note?.error === 'string' ? note.error : null,
      dueAt: 0,
    });
  }

  forget(cluster: string): void {
    this.#records.delete(cluster);
  }

  note(cluster: string): LeaseNote {
    const { dueAt: _, timeouts: __, ...facts } = this.#record(cluster);
    return { ...facts };
  }

  answered(cluster: string, latencyMs: number): void {
    const allWereFailing = [...this.#records.values()].every(({ failures }) => failures > 0);
    Object.assign(this.#record(cluster), {
      lastAnswerAt: this.#clock.now(),
      failingSince: null,
      failures: 0,
      timeouts: 0,
      latencyMs: Math.round(latencyMs),
      error: null,
      dueAt: 0,
    });
    // Nobody answered before: it was the way to the clusters that was broken, so none of them needs its rest any longer.
    if (allWereFailing) for (const record of this.#records.values()) record.dueAt = 0;
  }

  /** A watch told something. */
  heard(cluster: string): void {
    this.#record(cluster).lastAnswerAt = this.#clock.now();
  }

  failed(cluster: string, failure: { error: string; timedOut: boolean; retryAfterSeconds: number | null }): void {
    const record = this.#record(cluster);
    record.failures += 1;
    if (failure.timedOut) record.timeouts += 1;
    // Not the last good answer: that may be from long ago, when the cluster last had jobs and was asked at all.
    record.failingSince ??= this.#clock.now();
    record.error = failure.error;
    const rest = Math.max(restAfter(record.failures, this.#intervalMs), (failure.retryAfterSeconds ?? 0) * 1000);
    record.dueAt = this.#clock.elapsed() + rest;
  }

  isDue(cluster: string): boolean {
    return this.#record(cluster).dueAt <= this.#clock.elapsed();
  }

  /** Whether a tick waits for it before writing. */
  isPrompt(cluster: string): boolean {
    const { failures, latencyMs } = this.#record(cluster);
    return failures === 0 && (latencyMs ?? 0) <= PROMPT_SHARE_OF_TICK * this.#intervalMs;
  }

  deadlineMs(cluster: string): number {
    const { timeouts, latencyMs } = this.#record(cluster);
    // Twice what its last answer took: a cluster that needs longer than a tick must not time out every second query.
    return Math.max(deadlineAfter(timeouts, this.#intervalMs), 2 * (latencyMs ?? 0));
  }

  unreachableSince(cluster: string): Date | null {
    const { failures, failingSince } = this.#record(cluster);
    return failures >= UNREACHABLE_AFTER_FAILURES ? failingSince : null;
  }

  of(cluster: string): ClusterHealth {
    const { lastAnswerAt, failures, latencyMs, error } = this.#record(cluster);
    return {
      cluster,
      lastAnswerAt,
      consecutiveFailures: failures,
      latencyMs,
      error,
      unreachableSince: this.unreachableSince(cluster),
    };
  }

  #record(cluster: string): Record {
    if (!this.#records.has(cluster)) this.follow(cluster, undefined);
    const record = this.#records.get(cluster);
    if (!record) throw new Error(`No health record of cluster ${cluster}.`);
    return record;
  }
}

/** A note as another replica left it, for the reader who asks this one. */
export function healthFromNote(cluster: string, note: LeaseNote): ClusterHealth {
  const health = new Health(createClock(), 0);
  health.follow(cluster, note);
  return health.of(cluster);
}
