import pLimit from 'p-limit';
import { LABELS } from '../contract.ts';
import { type Job, WORKLOADS } from '../jobs/job.ts';
import { inPlainWords, KarmadaError } from '../karmada/errors.ts';
import type { KubeObject } from '../kube/kube.ts';
import { Paused } from './outage.ts';
import { bindingsLeft, bindingsToEnd, stillThere } from './remove.ts';
import { type Step, type StepContext, titleOf } from './step.ts';

const PARALLEL_MEMBERS = 8;
const LOOKS_BEFORE_ASKING = 2;

interface Remains {
  readonly cluster: string;
  /** It is not only slow: somebody may have to do something. */
  readonly isTrouble?: boolean;
  readonly message: string;
}

/** Each member is asked itself. One that does not answer may still be running the job: it is gone there only if the cluster is fenced. */
export const confirmGone: Step = async (context, job) => {
  const bindings = isFenced(context, job) ? await bindingsToEnd(context) : await bindingsLeft(context, job);
  // What is bound is there, so nobody need ask; unless it takes long, and may be for a cluster that does not answer.
  const isLate = context.attempts >= LOOKS_BEFORE_ASKING;
  const remains = bindings && !isLate ? [] : await remainsInMembers(context, job);
  const trouble = remains.find(({ isTrouble }) => isTrouble);
  if (bindings && !trouble) return stillThere(context, job, { message: bindings });
  const worst = trouble ?? remains[0];
  if (!worst) return undefined;
  return stillThere(context, job, worst, { isTold: false, ...(worst.isTrouble && { isWorthAWord: true }) });
};

async function remainsInMembers(context: StepContext, job: Job): Promise<Remains[]> {
  const known = clustersOf(job);
  const isKnown = known.length > 0 || !job.dispatchedAt;
  const clusters = isKnown ? known : await candidates(context, job);
  const limit = pLimit(PARALLEL_MEMBERS);
  const found = await Promise.all(clusters.map((cluster) => limit(() => remainsIn(context, job, cluster, isKnown))));
  return found.filter((remains) => remains !== undefined);
}

/** Every cluster that it was in. */
const isFenced = ({ fenced }: StepContext, job: Job): boolean => {
  const clusters = clustersOf(job);
  return clusters.length > 0 && clusters.every((cluster) => fenced.has(cluster));
};

const clustersOf = (job: Job): string[] => [...new Set([...job.clusters, ...Object.keys(job.clusterStates)])];

/** It was on Karmada, but nobody saw where it went before it was removed: any that could have got it, and can be asked. */
async function candidates({ karmada, signal }: StepContext, { request: { targetClusters } }: Job): Promise<string[]> {
  const ready = (await karmada.clusters({ signal })).filter((cluster) => cluster.ready).map(({ name }) => name);
  return targetClusters.length > 0 ? ready.filter((name) => targetClusters.includes(name)) : ready;
}

async function remainsIn(
  context: StepContext,
  job: Job,
  cluster: string,
  isKnown: boolean,
): Promise<Remains | undefined> {
  try {
    return await whatIsLeft(context, job, cluster);
  } catch (error) {
    if (!(error instanceof KarmadaError || error instanceof Paused)) throw error;
    // It has left Karmada: nothing of ours can be seen or removed there any more.
    const hasLeft = error instanceof KarmadaError && error.failure === 'unknownCluster';
    if (hasLeft || !isKnown || context.fenced.has(cluster)) return undefined;
    const cause = error instanceof Paused ? error.cause : error;
    const message = `Cluster ${cluster} cannot be asked whether the job is gone there (${inPlainWords(cause)}); it is asked again until it answers`;
    // The words of the servers, with their addresses; once, however often it is asked.
    if (job.message !== message) context.log.warn({ err: cause, job: job.id, cluster }, message);
    return { cluster, message, isTrouble: true };
  }
}

async function whatIsLeft(context: StepContext, job: Job, cluster: string): Promise<Remains | undefined> {
  const { members, objects, signal } = context;
  const workload = await members.remains(cluster, WORKLOADS[job.kind].plural, job.id, signal);
  if (workload) return { cluster, message: `Waiting for cluster ${cluster} to remove ${titleOf(objects.workload)}` };
  if (!objects.volume) return undefined;
  const volume = await members.remains(cluster, 'persistentvolumeclaims', job.id, signal);
  if (!volume || (await isReleased(context, cluster, volume, job))) return undefined;
  return { cluster, message: `Waiting for cluster ${cluster} to remove ${titleOf(objects.volume)}` };
}

/**
 * A claim that is being deleted keeps a finalizer as long as a pod uses it. Without such a pod the deletion can neither be held
 * up nor taken back: the member's own controller takes the finalizer off in its time, and a member without that controller never.
 */
async function isReleased({ karmada, signal }: StepContext, cluster: string, volume: KubeObject, job: Job) {
  if (!volume.metadata.deletionTimestamp) return false;
  const finalizers = volume.metadata.finalizers ?? [];
  if (finalizers.some((finalizer) => finalizer !== 'kubernetes.io/pvc-protection')) return false;
  const query = { namespace: job.namespace, labelSelector: `${LABELS.jobId}=${job.id}`, limit: 1 };
  return (await karmada.member(cluster).list('pods', query, { signal })).items.length === 0;
}
