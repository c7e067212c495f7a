import type { JobKind } from '../jobs/job.ts';
import type { Clock } from './clock.ts';

/** Versions of a cluster's kinds, as its API server's caches have come to them. */
export type Versions = ReadonlyMap<JobKind, string>;

interface Seen {
  readonly versions: Versions;
  /** Whether they differed from those of the look before. */
  readonly moved: boolean;
  /** In elapsed milliseconds: then all is looked at again, whatever the versions say. */
  readonly checkAt: number;
}

/**
 * Which clusters need not be looked at, because asking for their versions is enough: of a cluster in which nothing moves that is
 * 1 kB instead of all its rows. The rule: after a look that found another version than the look before, the cluster counts as
 * busy and is looked at again at once, for the question would most likely only come on top. After a look that found the same
 * version, the version is asked first. A version is only ever compared for being the same: the API servers of one member may
 * differ, and it may move without a change.
 */
export class QuietClusters {
  readonly #seen = new Map<string, Seen>();
  readonly #clock: Clock;
  readonly #checkIntervalMs: number;

  constructor(clock: Clock, checkIntervalMs: number) {
    this.#clock = clock;
    this.#checkIntervalMs = checkIntervalMs;
  }

  /** All of these kinds were read just now, and had come to these versions. */
  looked(cluster: string, versions: Versions): void {
    const before = this.#seen.get(cluster)?.versions;
    const moved = [...versions].some(([kind, version]) => before?.get(kind) !== version);
    // Not all at the same time: they were all looked at first in the same tick.
    const untilCheck = this.#checkIntervalMs * (0.5 + 0.5 * Math.random());
    this.#seen.set(cluster, { versions, moved, checkAt: this.#clock.elapsed() + untilCheck });
  }

  /** Whether its versions tell enough, if they are still these; undefined: it must be looked at. */
  versionsOf(cluster: string, kinds: readonly JobKind[]): Versions | undefined {
    const seen = this.#seen.get(cluster);
    if (!seen || seen.moved || this.isCheckDue(cluster)) return undefined;
    return kinds.every((kind) => seen.versions.has(kind)) ? seen.versions : undefined;
  }

  /** Whether it must be looked at again although nothing has told of a change. */
  isCheckDue(cluster: string): boolean {
    return (this.#seen.get(cluster)?.checkAt ?? 0) <= this.#clock.elapsed();
  }

  forget(cluster: string): void {
    this.#seen.delete(cluster);
  }
}
