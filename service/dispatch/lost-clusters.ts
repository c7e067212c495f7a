import type { Logger } from 'pino';
import { LABELS } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import { whyItStays } from '../jobs/recovery.ts';
import { loseCluster } from '../jobs/state/index.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import { isNotServed } from '../kube/errors.ts';
import { createLookout, type Lookout } from '../lookout.ts';
import type { Fence, Lease, LeftBehind, MonitorChange, Store } from '../store/store.ts';
import { STILL_WRITE } from './next-attempt.ts';

// A cluster that does not answer may be running its jobs all the same, and nobody can ask it. So a job leaves it only when both hold: it
// has not answered for so long, and an administrator has confirmed that nothing there can write (docs/adr/0044). When it is back, Karmada
// removes what the jobs left behind there; this watches it, and says when it has.

const LOOK_EVERY_MS = 10_000;
const JOBS_AT_ONCE = 500;
const LEFT_AT_ONCE = 60;
/** One replica looks at a time. */
const LEASE = 'jobs of lost clusters';

interface LostClustersOptions {
  readonly karmada: Pick<Karmada, 'member'>;
  readonly store: Pick<Store, 'dispatch' | 'monitor' | 'leases' | 'clusters'>;
  /** 0: none ever is. */
  readonly afterSeconds: number;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

export function createLostClusters(options: LostClustersOptions): Lookout {
  const { afterSeconds, karmada, log, lookEveryMs = Math.min(LOOK_EVERY_MS, afterSeconds * 1000), store } = options;
  async function look(leases: readonly Lease[], signal: AbortSignal): Promise<void> {
    const fences = new Map((await store.clusters.fences()).map((fence) => [fence.cluster, fence]));
    await lookAtJobs(fences, leases);
    for (const { cluster, leftBehind } of fences.values()) if (leftBehind > 0) await lookForLeftovers(cluster, signal);
  }

  async function lookAtJobs(fences: ReadonlyMap<string, Fence>, leases: readonly Lease[]): Promise<void> {
    const fenced = [...fences.keys()];
    let after = '';
    for (;;) {
      const jobs = await store.dispatch.inLostClusters(afterSeconds, fenced, { after, most: JOBS_AT_ONCE });
      const now = new Date();
      const changes = jobs.flatMap((job) => changeOf(job, fences, now));
      if (changes.length > 0) await store.monitor.apply(changes, leases);
      if (jobs.length < JOBS_AT_ONCE) return;
      after = jobs.at(-1)?.id ?? '';
    }
  }

  async function lookForLeftovers(cluster: string, signal: AbortSignal): Promise<void> {
    const left = await store.clusters.leftBehind(cluster, LEFT_AT_ONCE);
    const gone = await goneAmong(karmada.member(cluster), left, signal).catch((error: unknown) => {
      // Of a cluster that does not answer nothing is concluded; one that Karmada no longer knows has nothing that it could remove.
      if (error instanceof KarmadaError && error.failure === 'unknownCluster') return left;
      if (error instanceof KarmadaError) return [];
      throw error;
    });
    if (gone.length === 0) return;
    const message = `Nothing of the attempt that was given up in cluster ${cluster} is left there`;
    await store.clusters.leftoversGone(cluster, gone, message);
  }

  const { start, stop } = createLookout({
    leases: store.leases,
    lease: LEASE,
    everyMs: lookEveryMs,
    look,
    onFailure: (error) => log.warn({ err: error }, 'Could not look after the jobs of lost clusters'),
  });
  return {
    start() {
      if (afterSeconds > 0) start();
    },
    stop,
  };
}

function changeOf(job: Job, fences: ReadonlyMap<string, Fence>, now: Date): MonitorChange[] {
  const cluster = job.clusters.find((name) => job.unreachableSince[name] !== undefined);
  const since = cluster && job.unreachableSince[cluster];
  if (cluster === undefined || since === undefined) return [];
  const fence = fences.get(cluster);
  const stays = whyItStays(job, new Set([cluster, ...fences.keys()]));
  const leaves = fence !== undefined && stays === undefined;
  const message = `Cluster ${cluster} has not answered since ${since}${whatFollows(fence, stays)}`;
  const change = loseCluster(job, { cluster, since, leaves, message }, now);
  return change ? [{ jobId: job.id, readVersion: job.version, under: [LEASE], ...change }] : [];
}

function whatFollows(fence: Fence | undefined, stays: string | undefined): string {
  if (stays !== undefined) return `; the job waits for it: ${stays}`;
  return fence
    ? `, and ${fence.by} has confirmed that nothing there can write any more`
    : '; the job goes on in another one as soon as an administrator has confirmed that nothing there can write any more (mlp fence)';
}

/** Neither its object nor a pod that could still write. */
async function goneAmong(member: Member, left: readonly LeftBehind[], signal: AbortSignal): Promise<LeftBehind[]> {
  const objects = new Set<string>();
  for (const kind of new Set(left.map((each) => each.kind))) {
    const { rows } = await member.table(kind, { signal }).catch((error: unknown) => {
      if (isNotServed(error)) return { rows: [] };
      throw error;
    });
    for (const { name } of rows) objects.add(name);
  }
  const ids = [...new Set(left.map(({ jobId }) => jobId))];
  const query = {
    labelSelector: `${LABELS.jobId} in (${ids.join(',')})`,
    fieldSelector: STILL_WRITE,
    metadataOnly: true,
  };
  const pods = new Set(
    (await member.list('pods', query, { signal })).items.map(({ metadata }) => metadata.labels?.[LABELS.jobId]),
  );
  return left.filter(({ jobId, objectName }) => !objects.has(objectName) && !pods.has(jobId));
}
