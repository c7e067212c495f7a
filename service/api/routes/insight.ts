import { z } from 'zod';
import { LABELS } from '../../contract.ts';
import type { Job } from '../../jobs/job.ts';
import { objectsOf } from '../../jobs/manifests/index.ts';
import { inPlainWords } from '../../karmada/errors.ts';
import type { Member } from '../../karmada/karmada.ts';
import { visibleJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { disconnected } from '../disconnect.ts';
import { kubeEventView, podView } from '../pod-view.ts';
import { type Route, route } from '../route.ts';
import { JobPath, JobPodsBody, KubernetesObject } from '../schemas.ts';

const MEMBER_TIMEOUT_MS = 5000;
const MAX_PODS = 500;
/** In one answer, which is parsed in one piece. */
const PAGE = 100;
/** One question each; the first few that do not run tell what is wrong with all. */
const EXPLAINED_PODS = 5;

/** What answers "why is it not running yet". */
export const insightRoutes = ({ store, karmada, config }: ApiDependencies): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/manifest',
    tag: 'Jobs',
    summary: 'The objects of a job as they are applied to Karmada',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'In the order in which they are applied', body: z.array(KubernetesObject) } },
    async handle({ params, caller }) {
      const job = await visibleJob(store, params.id, caller);
      return { body: objectsOf(job, config, job.clusters) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/pods',
    tag: 'Jobs',
    summary: 'Pods of a job with what they wait for, and the Kubernetes events about it, from its clusters',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'By cluster', body: JobPodsBody } },
    async handle({ params, caller, response }) {
      const job = await visibleJob(store, params.id, caller);
      const signal = disconnected(response);
      const look = (cluster: string) => lookInto(karmada.member(cluster), job, signal);
      return { body: { clusters: await Promise.all(job.clusters.map(look)) } };
    },
  }),
];

/** One cluster that does not answer must not hide the others. */
async function lookInto(member: Member, job: Job, signal: AbortSignal) {
  const { cluster } = member;
  try {
    return { cluster, error: null, ...(await podsAndEvents(member, job, signal)) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { cluster, error: inPlainWords(error), pods: [], events: [] };
  }
}

async function podsAndEvents(member: Member, job: Job, signal: AbortSignal) {
  const options = { timeoutMs: MEMBER_TIMEOUT_MS, signal };
  const { namespace } = job;
  const labelSelector = `${LABELS.jobId}=${job.id}`;
  const { items } = await member.list('pods', { namespace, labelSelector, limit: MAX_PODS, page: PAGE }, options);
  const pods = items.map((item) => podView(item, job.kind));
  const stuck = pods.filter(({ ready, phase }) => !ready && phase !== 'Succeeded').slice(0, EXPLAINED_PODS);
  const rayCluster = job.clusterStates[member.cluster]?.rayCluster;
  // RayJob, its submitter's Job and the volume all bear the job's object name.
  const names = [job.objectName, ...(rayCluster ? [rayCluster] : []), ...stuck.map(({ name }) => name)];
  const lists = await Promise.all(
    names.map((name) => member.list('events', { namespace, fieldSelector: `involvedObject.name=${name}` }, options)),
  );
  const events = lists.flatMap((list) => list.items.map(kubeEventView));
  return { pods, events: events.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? '')) };
}
