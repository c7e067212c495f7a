import { LABELS } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import type { Member } from '../karmada/karmada.ts';
import type { KubeObject, RequestOptions } from '../kube/kube.ts';

/** One container whose output belongs to a job. */
export interface LogSource {
  readonly cluster: string;
  readonly pod: string;
  readonly container: string;
  /** Whether it may still write. */
  readonly ended: boolean;
}

export const keyOf = ({ cluster, pod, container }: Pick<LogSource, 'cluster' | 'pod' | 'container'>): string =>
  `${cluster}/${pod}/${container}`;

/** What part of a job's output is wanted. */
interface LogSelection {
  readonly cluster?: string;
  readonly pod?: string;
  readonly container?: string;
}

export interface LogQuery extends LogSelection {
  /** Of each container. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
}

/** For a member to begin its answer. */
export const MEMBER_TIMEOUT_MS = 10_000;

/** A line of ours among those of the containers. */
export const note = (text: string): string => `-- ${text} --\n`;

/** A thousand workers write much the same; the first of them are enough to see why a job fails. */
export const MAX_SOURCES = 50;

type LoggedJob = Pick<Job, 'id' | 'namespace' | 'objectName' | 'clusters' | 'clusterStates'>;

/** The containers of a job in one member, the driver's output first. */
export async function sourcesIn(member: Member, job: LoggedJob, options: RequestOptions): Promise<LogSource[]> {
  const pods = await podsIn(member, job, options);
  return inReadingOrder(
    pods.flatMap((pod) =>
      containersOf(pod).map((container) => ({
        cluster: member.cluster,
        pod: pod.metadata.name,
        container,
        ended: hasEnded(pod),
      })),
    ),
  );
}

/**
 * Our pod templates carry the job's id. A cluster whose admission rewrites labels still has KubeRay's own: those of the
 * Ray cluster, and on the submitter the name of its Job, which is that of the RayJob.
 */
async function podsIn(member: Member, job: LoggedJob, options: RequestOptions): Promise<KubeObject[]> {
  const list = async (label: string, value: string) =>
    (await member.list('pods', { namespace: job.namespace, labelSelector: `${label}=${value}` }, options)).items;
  const own = await list(LABELS.jobId, job.id);
  if (own.length > 0) return own;
  const rayCluster = job.clusterStates[member.cluster]?.rayCluster;
  const others = await Promise.all([
    list('job-name', job.objectName),
    ...(rayCluster ? [list('ray.io/cluster', rayCluster)] : []),
  ]);
  return others.flat();
}

const containersOf = (pod: KubeObject): string[] => {
  const { containers } = (pod.spec ?? {}) as { containers?: { name?: unknown }[] };
  return Array.isArray(containers) ? containers.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])) : [];
};

function hasEnded(pod: KubeObject): boolean {
  const { phase } = (pod.status ?? {}) as { phase?: unknown };
  return phase === 'Succeeded' || phase === 'Failed';
}

const PROGRAM_CONTAINERS = ['ray-job-submitter', 'training'];
const READING_ORDER = [...PROGRAM_CONTAINERS, 'ray-head', 'ray-worker'];

/** Whether it prints the output of the training program; Ray's own pods go on after the program's end. */
export const isProgram = ({ container }: Pick<LogSource, 'container'>): boolean =>
  PROGRAM_CONTAINERS.includes(container);

export function inReadingOrder<T extends Pick<LogSource, 'cluster' | 'pod' | 'container'>>(sources: readonly T[]): T[] {
  const position = ({ container }: T) => {
    const index = READING_ORDER.indexOf(container);
    return index < 0 ? READING_ORDER.length : index;
  };
  return [...sources].sort(
    (a, b) => a.cluster.localeCompare(b.cluster) || position(a) - position(b) || a.pod.localeCompare(b.pod),
  );
}

export const isSelected = (
  source: Pick<LogSource, 'cluster' | 'pod' | 'container'>,
  selection: LogSelection,
): boolean =>
  (selection.cluster === undefined || selection.cluster === source.cluster) &&
  (selection.pod === undefined || selection.pod === source.pod) &&
  (selection.container === undefined || selection.container === source.container);

/** In front of each line where several containers may speak; with the cluster where there are several of those. */
export function prefixOf(
  job: Pick<Job, 'clusters' | 'kind' | 'request'>,
  selection: LogSelection,
  source: Pick<LogSource, 'cluster' | 'pod'>,
): string {
  const oneContainer = selection.container === 'ray-job-submitter' || selection.container === 'ray-head';
  const onePod = job.kind === 'Job' && job.request.resources.instanceCount === 1;
  const oneCluster = job.clusters.length <= 1 || selection.cluster !== undefined;
  if (selection.pod !== undefined || (oneCluster && (oneContainer || onePod))) return '';
  return oneCluster ? `${source.pod} | ` : `${source.cluster}/${source.pod} | `;
}
