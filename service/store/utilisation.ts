import { IDLE_GPUS, type Idleness, together, type Utilisation } from '../jobs/utilisation.ts';
import type { Queries } from './database.ts';
import { json, statement, storable } from './statement.ts';
import type { ClusterUtilisation, JobFigures, Lease, UtilisationStore } from './store.ts';

const tellUtilisation = statement('tell-utilisation');
const saveUtilisation = statement('save-utilisation');
const forgetUtilisation = statement('forget-utilisation');
const idleJobs = statement('idle-jobs');
const clustersUtilisation = statement('clusters-utilisation');

/** In one statement, some 100 ms: events of others are told only when it has ended. */
const MAX_SAVED_AT_ONCE = 1_000;

/** As it lies beside a job's progress in what a list reads, where no cluster has this name. */
export type StoredUtilisation = readonly [
  '%',
  cluster: string,
  at: string,
  gpuPercent: number | null,
  gpus: number,
  idleGpus: number,
  cpuPercent: number | null,
];

/** Of the clusters that the job is in. */
export const utilisationOf = (stored: readonly StoredUtilisation[], clusters: readonly string[]): Utilisation | null =>
  together(
    stored
      .filter(([, cluster]) => clusters.includes(cluster))
      .map(([, , at, gpuPercent, gpus, idleGpus, cpuPercent]) => ({
        gpuPercent,
        gpus,
        idleGpus,
        cpuPercent,
        at: new Date(at),
      })),
  );

export function createUtilisationStore(database: Queries, readers: Queries): UtilisationStore {
  async function saveFigures(cluster: string, figures: readonly JobFigures[], leases: readonly Lease[]): Promise<void> {
    const [told] = await database.query<{ askedAt: Date }>(tellUtilisation, [cluster, null, json(leases)]);
    if (!told) return;
    for (let at = 0; at < figures.length; at += MAX_SAVED_AT_ONCE) {
      const some = figures.slice(at, at + MAX_SAVED_AT_ONCE);
      await database.query(saveUtilisation, [cluster, json(some), told.askedAt, json(leases)]);
    }
    await database.query(forgetUtilisation, [cluster, told.askedAt, null, json(leases)]);
  }

  return {
    async save(told, leases) {
      if ('figures' in told) return saveFigures(told.cluster, told.figures, leases);
      await database.query(tellUtilisation, [told.cluster, storable(told.why), json(leases)]);
    },
    async forgetOld(seconds, leases) {
      await database.query(forgetUtilisation, [null, null, seconds, json(leases)]);
    },
    idle: (seconds, most) => database.query<Idleness>(idleJobs, [seconds, most, IDLE_GPUS]),
    async ofClusters() {
      const rows = await readers.query<ClusterUtilisation & { readonly cluster: string }>(clustersUtilisation);
      return new Map(rows.map(({ cluster, ...rest }) => [cluster, rest]));
    },
  };
}
