import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Karmada } from '../karmada/karmada.ts';
import type { Clock } from './clock.ts';
import type { Observation } from './decide.ts';
import type { KnownRow } from './known-jobs.ts';
import { readNow, referenceOf } from './rows.ts';

/** A cluster that restarted may show nothing for a moment: so many of the missing are asked for by name in one tick, no more. */
const MAX_CONFIRMED_A_TICK = 50;
const CONFIRMED_AT_ONCE = 8;
/** After a GET found what the list did not show, or while a grace runs. */
const CHECK_AGAIN_MS = 5_000;
/** The bindings of all jobs are read at most this often because of clusters that cannot be reached. */
const FIND_MOVES_EVERY_MS = 30_000;

interface LostOptions {
  readonly karmada: Karmada;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Jobs that a cluster does not show, or that cannot be asked for because it does not answer. */
export interface LostJobs {
  /** What is to be said of jobs that a list did not show: of some that they are gone, of some what is there after all. */
  confirm(missing: readonly KnownRow[], timeoutMs: number): Promise<Observation[]>;
  /** Those that Karmada has meanwhile placed elsewhere. */
  findMoves(unreachable: readonly KnownRow[]): Promise<Observation[]>;
}

/** A job that is to be cancelled or deleted is meant to vanish: dispatch says when it has. */
export const isToBeThere = ({ job }: KnownRow): boolean => job.wanted === 'run' || job.wanted === 'suspend';

export function createLostJobs({ karmada, graceMs, clock, log }: LostOptions): LostJobs {
  let movesFoundAt = Number.NEGATIVE_INFINITY;

  async function confirmOne(row: KnownRow, timeoutMs: number): Promise<Observation | undefined> {
    const now = clock.elapsed();
    row.gone ??= { confirmedAt: null, checkAt: now };
    const { gone } = row;
    gone.checkAt = now + Math.min(CHECK_AGAIN_MS, Math.max(graceMs, 1));
    const object = await karmada.member(row.cluster).get(referenceOf(row.job), { timeoutMs });
    if (object) {
      gone.confirmedAt = null;
      return readNow(row, object);
    }
    const placement = await karmada.placement(referenceOf(row.job), { timeoutMs });
    const about = { jobId: row.job.id, cluster: row.cluster };
    if (placement?.scheduled && !placement.clusters.includes(row.cluster)) {
      return { ...about, what: 'moved', clusters: placement.clusters };
    }
    // Placed here and never seen here: Karmada is still bringing it. Only without a placement is it gone.
    if (placement?.scheduled && row.job.clusterStates[row.cluster] === undefined) return undefined;
    gone.confirmedAt ??= now;
    return clock.elapsed() - gone.confirmedAt >= graceMs ? { ...about, what: 'lost' } : undefined;
  }

  return {
    async confirm(missing, timeoutMs) {
      const now = clock.elapsed();
      const due = missing.filter(({ gone }) => (gone?.checkAt ?? 0) <= now).slice(0, MAX_CONFIRMED_A_TICK);
      const limit = pLimit(CONFIRMED_AT_ONCE);
      const observations = await Promise.all(
        due.map((row) =>
          limit(() =>
            confirmOne(row, timeoutMs).catch((error: unknown) => {
              // Nothing is concluded from a question that was not answered.
              log.debug({ err: error, job: row.job.id, cluster: row.cluster }, 'Could not confirm that a job is gone');
              return undefined;
            }),
          ),
        ),
      );
      return observations.filter((observation) => observation !== undefined);
    },

    async findMoves(rows) {
      if (clock.elapsed() - movesFoundAt < FIND_MOVES_EVERY_MS) return [];
      movesFoundAt = clock.elapsed();
      const kinds = [...new Set(rows.map(({ job }) => job.kind))];
      const placements = new Map(
        (await Promise.all(kinds.map((kind) => karmada.placements(kind)))).flatMap((map) => [...map]),
      );
      return rows.flatMap(({ job, cluster }): Observation[] => {
        const placement = placements.get(job.objectName);
        if (!placement?.scheduled || placement.clusters.includes(cluster)) return [];
        return [{ jobId: job.id, cluster, what: 'moved', clusters: placement.clusters }];
      });
    },
  };
}
