import type { KeptLog } from '../store/store.ts';
import { keyOf, type LogSource } from './sources.ts';

interface Member {
  readonly cluster: string;
  readonly run: number;
  /** In milliseconds; null while it may still write. */
  endedAt: number | null;
}

/** Has ended and gone. */
const LONG_AGO = Number.NEGATIVE_INFINITY;
/** Has ended, nothing tells when, and is still there beside others. */
const JUST_NOW = Number.POSITIVE_INFINITY;

/**
 * Which run of a job each of its containers belongs to. A job is run anew in its cluster when it is resumed after a suspension, when
 * Kubernetes or KubeRay tries it again, and when its container is started again. Nothing tells these apart for all kinds of jobs
 * but time: a run is over when all of it has ended, and what begins after that is the next one. Numbers that were given once stay.
 */
export class Runs {
  readonly #members = new Map<string, Member>();

  constructor(kept: readonly KeptLog[]) {
    for (const log of kept) this.#members.set(keyOf(log), { cluster: log.cluster, run: log.run, endedAt: LONG_AGO });
  }

  /** All that is in a cluster now; what is there no longer has ended. */
  see(cluster: string, sources: readonly LogSource[]): void {
    const now = new Set(sources.map(keyOf));
    for (const [key, member] of this.#members) {
      if (member.cluster === cluster && !now.has(key)) member.endedAt = LONG_AGO;
    }
    for (const source of sources) {
      const member = this.#members.get(keyOf(source));
      if (member) member.endedAt = endOf(source);
    }
    const fresh = sources.filter((source) => !this.#members.has(keyOf(source)));
    for (const source of [...fresh].sort((a, b) => startOf(a) - startOf(b))) {
      const run = this.#runAt(cluster, startOf(source));
      this.#members.set(keyOf(source), { cluster, run, endedAt: endOf(source) });
    }
  }

  of(source: Pick<LogSource, 'cluster' | 'pod' | 'container' | 'restart'>): number {
    return this.#members.get(keyOf(source))?.run ?? 1;
  }

  /** 0 while none is known. */
  get latest(): number {
    return Math.max(0, ...[...this.#members.values()].map(({ run }) => run));
  }

  #runAt(cluster: string, at: number): number {
    const ofCluster = [...this.#members.values()].filter((member) => member.cluster === cluster);
    const latest = Math.max(0, ...ofCluster.map(({ run }) => run));
    const isUnderWay = ofCluster.some(({ run, endedAt }) => run === latest && (endedAt === null || endedAt > at));
    return isUnderWay ? latest : latest + 1;
  }
}

/** One that is still to begin begins after all others. */
const startOf = ({ startedAt }: LogSource): number => startedAt ?? Number.MAX_VALUE;

const endOf = ({ ended, endedAt }: LogSource): number | null => (ended ? (endedAt ?? JUST_NOW) : null);
