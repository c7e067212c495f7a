import type { ClusterState, Job } from '../../../service/jobs/job.ts';
import { transition } from '../../../service/jobs/state/index.ts';
import type { Store } from '../../../service/store/store.ts';

/** A cluster says that the job has failed there, as the monitor hears it and writes it. */
export async function fails(store: Store, { id }: Job, reason: ClusterState['reason'], message = 'as it was told') {
  const [job] = await store.monitor.read([id]);
  const cluster = job?.clusters[0];
  if (!job || cluster === undefined) throw new Error('The job is in no cluster');
  const lease = `test of ${cluster}`;
  const leases = await store.leases.hold('test', [lease], 1, 60);
  const state = { status: 'Failed', startedAt: new Date(Date.now() - 60_000).toISOString(), finishedAt: null } as const;
  const seen = { ...state, reason, message, columns: 'FAILED' as ClusterState['columns'], rayCluster: null };
  const decision = transition(job, { cluster, state: seen, at: new Date() });
  if (!decision) throw new Error('Nothing follows from it');
  const change = { jobId: id, readVersion: job.version, under: [lease], ...decision };
  const { stale } = await store.monitor.apply([change], leases);
  if (stale.length > 0) throw new Error('It was not written');
}
