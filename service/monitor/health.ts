import type { LeaseNote } from '../store/store.ts';
import { deadlineAfter, restAfter } from './backoff.ts';
import type { Clock } from './clock.ts';

/** How fresh what we know of a member cluster is. Times are the database's, since another replica may be the one that asks it. */
interface ClusterHealth {
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

/** One query may fail by chance; the jobs are told only when it lasts. */
const UNREACHABLE_AFTER_FAILURES = 3;
/** The others wait for a cluster that usually answers within this part of a tick, and for no other. */
const PROMPT_SHARE_OF_TICK = 0.25;

interface Account {
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
  readonly #accounts = new Map<string, Account>();
  readonly #clock: Clock;
  readonly #intervalMs: number;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Starts from what the last owner left, so that "unreachable since" outlives a replica. */
  takeOver(cluster: string, note: LeaseNote | undefined): void {
    this.#accounts.set(cluster, accountOf(note));
  }

  forget(cluster: string): void {
    this.#accounts.delete(cluster);
  }

  note(cluster: string): LeaseNote {
    const { dueAt: _, timeouts: __, ...facts } = this.#account(cluster);
    return { ...facts };
  }

  answered(cluster: string, latencyMs: number): void {
    const allWereFailing = [...this.#accounts.values()].every(({ failures }) => failures > 0);
    Object.assign(this.#account(cluster), {
      lastAnswerAt: this.#clock.now(),
      failingSince: null,
      failures: 0,
      timeouts: 0,
      latencyMs: Math.round(latencyMs),
      error: null,
      dueAt: 0,
    });
    // Nobody answered before: it was the way to the clusters that was broken, so none of them needs its rest any longer.
    if (allWereFailing) for (const account of this.#accounts.values()) account.dueAt = 0;
  }

  /** A watch told something. */
  heard(cluster: string): void {
    this.#account(cluster).lastAnswerAt = this.#clock.now();
  }

  failed(cluster: string, failure: { error: string; timedOut: boolean; retryAfterSeconds: number | null }): void {
    const account = this.#account(cluster);
    account.failures += 1;
    if (failure.timedOut) account.timeouts += 1;
    // Not the last good answer: that may be from long ago, when the cluster last had jobs and was asked at all.
    account.failingSince ??= this.#clock.now();
    account.error = failure.error;
    const rest = Math.max(restAfter(account.failures, this.#intervalMs), (failure.retryAfterSeconds ?? 0) * 1000);
    account.dueAt = this.#clock.elapsed() + rest;
  }

  isDue(cluster: string): boolean {
    return this.#account(cluster).dueAt <= this.#clock.elapsed();
  }

  /** Whether a tick waits for it before writing. */
  isPrompt(cluster: string): boolean {
    const { failures, latencyMs } = this.#account(cluster);
    return failures === 0 && (latencyMs ?? 0) <= PROMPT_SHARE_OF_TICK * this.#intervalMs;
  }

  deadlineMs(cluster: string): number {
    const { timeouts, latencyMs } = this.#account(cluster);
    // Twice what its last answer took: a cluster that needs longer than a tick must not time out every second query.
    return Math.max(deadlineAfter(timeouts, this.#intervalMs), 2 * (latencyMs ?? 0));
  }

  unreachableSince(cluster: string): Date | null {
    return unreachableSince(this.#account(cluster));
  }

  of(cluster: string): ClusterHealth {
    return told(cluster, this.#account(cluster));
  }

  #account(cluster: string): Account {
    if (!this.#accounts.has(cluster)) this.takeOver(cluster, undefined);
    const account = this.#accounts.get(cluster);
    if (!account) throw new Error(`There is no account of the health of cluster ${cluster}.`);
    return account;
  }
}

/** A note as another replica left it, for the reader who asks this one. */
export const healthFromNote = (cluster: string, note: LeaseNote): ClusterHealth => told(cluster, accountOf(note));

function accountOf(note: LeaseNote | undefined): Account {
  const at = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null);
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return {
    lastAnswerAt: at(note?.lastAnswerAt),
    failingSince: at(note?.failingSince),
    failures: number(note?.failures),
    timeouts: 0,
    latencyMs: typeof note?.latencyMs === 'number' ? note.latencyMs : null,
    error: typeof note?.error === 'string' ? note.error : null,
    dueAt: 0,
  };
}

const unreachableSince = ({ failures, failingSince }: Account): Date | null =>
  failures >= UNREACHABLE_AFTER_FAILURES ? failingSince : null;

function told(cluster: string, account: Account): ClusterHealth {
  const { lastAnswerAt, failures, latencyMs, error } = account;
  return {
    cluster,
    lastAnswerAt,
    consecutiveFailures: failures,
    latencyMs,
    error,
    unreachableSince: unreachableSince(account),
  };
}

export const unreachableIn = (health: ReadonlyMap<string, ClusterHealth>): Set<string> =>
  new Set([...health.values()].filter((each) => each.unreachableSince !== null).map(({ cluster }) => cluster));
