import type { Reason } from '../contract/reasons.ts';
import type { ClusterState, Job, Trouble } from '../jobs/job.ts';
import { hinder, NO_CELLS, transition } from '../jobs/state/index.ts';
import type { Change, MonitoredJob } from '../store/store.ts';

/** What was learnt about one job on one cluster. Whether it changes anything is decided against the job as stored. */
export type Observation = { readonly jobId: string; readonly cluster: string } & (
  | { readonly what: 'state'; readonly state: ClusterState }
  /** The cluster answers, a GET confirmed that it is not there, and the grace is over. */
  | { readonly what: 'lost' }
  /** Karmada has placed it elsewhere. */
  | { readonly what: 'moved'; readonly clusters: readonly string[] }
  /** What keeps its pods from starting; null: nothing does any more. */
  | { readonly what: 'trouble'; readonly trouble: Trouble | null }
  | { readonly what: 'unreachable'; readonly since: Date; readonly why: string }
  /** The cluster answers again. */
  | { readonly what: 'reachable' }
);

export type Decision = Pick<Change, 'set' | 'event'>;

/** Whether the job already tells that this cluster does not answer. */
export const saysUnreachable = ({ unreachableSince }: Pick<Job, 'unreachableSince'>, cluster: string): boolean =>
  unreachableSince[cluster] !== undefined;

const isToldLost = ({ attention }: MonitoredJob): boolean => attention?.reason === ('ClusterLost' satisfies Reason);

/** undefined: nothing that anybody would want to know, so nothing is written. */
export function decide(job: MonitoredJob, observation: Observation, now: Date): Decision | undefined {
  const { cluster } = observation;
  switch (observation.what) {
    case 'state':
      return transition(job, { cluster, state: observation.state, at: now });
    case 'lost':
      return transition(job, { cluster, state: lostState(job, cluster, now), at: now });
    case 'trouble':
      return hinder(job, { cluster, trouble: observation.trouble, at: now });
    case 'moved':
      return moved(job, cluster, observation.clusters);
    case 'unreachable': {
      if (saysUnreachable(job, cluster)) return undefined;
      const since = observation.since.toISOString();
      const message = `cluster unreachable since ${since} (${cluster}: ${observation.why})`;
      return {
        set: { unreachableSince: { [cluster]: since } },
        event: { cluster, reason: 'ClusterUnreachable', message },
      };
    }
    case 'reachable': {
      if (!saysUnreachable(job, cluster)) return undefined;
      return {
        set: { unreachableSince: { [cluster]: null }, ...(isToldLost(job) && { attention: null }) },
        event: { cluster, reason: 'ClusterReachable', message: `cluster ${cluster} answers again` },
      };
    }
  }
}

function lostState(job: MonitoredJob, cluster: string, now: Date): ClusterState {
  return {
    startedAt: null,
    rayCluster: null,
    ...job.clusterStates[cluster],
    status: 'Failed',
    reason: 'Lost',
    message: `${job.kind} "${job.objectName}" is no longer in cluster ${cluster}, and nobody here removed it.`,
    finishedAt: now.toISOString(),
    columns: NO_CELLS,
  };
}

function moved(job: MonitoredJob, from: string, clusters: readonly string[]): Decision | undefined {
  if (clusters.includes(from) || clusters.length === 0) return undefined;
  const left = job.clusters.filter((cluster) => !clusters.includes(cluster));
  const message = `Karmada moved the job from ${left.join(', ')} to ${clusters.join(', ')}.`;
  return {
    set: { clusters, clusterStates: Object.fromEntries(left.map((cluster) => [cluster, null])), message },
    event: { cluster: clusters[0] ?? null, reason: 'Moved', message },
  };
}
