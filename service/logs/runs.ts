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
const STILL_WRITES = Number.POSITIVE_INFINITY;

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
    let last = this.#lastRunIn(cluster);
    for (const source of [...fresh].sort((a, b) => startOf(a) - startOf(b))) {
      const endedAt = endOf(source);
      const until = endedAt ?? STILL_WRITES;
      const isUnderWay = last.until > startOf(source);
      last = isUnderWay ? { run: last.run, until: Math.max(last.until, until) } : { run: last.run + 1, until };
      this.#members.set(keyOf(source), { cluster, run: last.run, endedAt });
    }
  }

  of(source: Pick<LogSource, 'cluster' | 'pod' | 'container' | 'restart'>): number {
    return this.#members.get(keyOf(source))?.run ?? 1;
  }

  /** 0 while none is known. */
  get latest(): number {
    let latest = 0;
    for (const { run } of this.#members.values()) latest = Math.max(latest, run);
    return latest;
  }

  /** Looked for once, however many there are: a job may have thousands of pods. */
  #lastRunIn(cluster: string): { readonly run: number; readonly until: number } {
    let last = { run: 0, until: LONG_AGO };
    for (const member of this.#members.values()) {
      if (member.cluster !== cluster || member.run < last.run) continue;
      const until = member.endedAt ?? STILL_WRITES;
      last = { run: member.run, until: member.run > last.run ? until : Math.max(last.until, until) };
    }
    return last;
  }
}

/** One that is still to begin begins after all others. */
const startOf = ({ startedAt }: LogSource): number => startedAt ?? Number.MAX_VALUE;

const endOf = ({ ended, endedAt }: LogSource): number | null => (ended ? (endedAt ?? JUST_NOW) : null);
