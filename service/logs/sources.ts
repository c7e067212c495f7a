import { LABELS } from '../contract.ts';
import { fieldsOf } from '../jobs/fields.ts';
import type { Job } from '../jobs/job.ts';
import type { KarmadaError } from '../karmada/errors.ts';
import type { Member } from '../karmada/karmada.ts';
import type { KubeObject, RequestOptions } from '../kube/kube.ts';
import type { Line } from './lines.ts';

/** One container whose output belongs to a job. */
export interface LogSource {
  readonly cluster: string;
  readonly pod: string;
  readonly container: string;
  /** How often it had been started again by then. */
  readonly restart: number;
  /** It was started again since: what it wrote before that is asked for apart. */
  readonly isPrevious: boolean;
  /** Whether it writes no more. */
  readonly ended: boolean;
  /** In milliseconds; null where nothing tells. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

type Name = Pick<LogSource, 'cluster' | 'pod' | 'container' | 'restart'>;

export const keyOf = ({ cluster, pod, container, restart }: Name): string =>
  `${cluster}/${pod}/${container}/${restart}`;

/** What part of a job's output is wanted. */
interface LogSelection {
  readonly cluster?: string;
  readonly pod?: string;
  readonly container?: string;
  /** Of the job, from 1 on; all of them when none is named. */
  readonly run?: number;
}

export interface LogQuery extends LogSelection {
  /** Of each container. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Each line begins with the time of its writing, as the kubelet noted it. */
  readonly timestamps?: boolean;
}

/** For a member to begin its answer. */
export const MEMBER_TIMEOUT_MS = 10_000;

/**
 * Whether a failure is told among the lines. That a container has not started or has gone needs no word, and that a cluster does not
 * answer is told beside the log: by the job's unreachableSince, its events and the list of its runs.
 */
export const isWorthALine = ({ failure }: KarmadaError): boolean =>
  !['notReady', 'missing', 'unavailable', 'memberUnavailable', 'unknownCluster'].includes(failure);

/** A line of ours among those of the containers. */
export const note = (text: string): Line => ({ at: '', text: `-- ${text} --` });

/** A thousand workers write much the same; the first of them are enough to see why a job fails. */
export const MAX_SOURCES = 50;
/** Pods in one answer: some milliseconds to parse. */
const PAGE = 250;

type LoggedJob = Pick<Job, 'id' | 'namespace' | 'objectName' | 'clusters' | 'clusterStates'>;

/** The containers of a job in one member, the driver's output first. */
export async function sourcesIn(member: Member, job: LoggedJob, options: RequestOptions): Promise<LogSource[]> {
  const pods = await podsIn(member, job, options);
  return inReadingOrder(
    pods.flatMap((pod) => containersOf(pod).flatMap((container) => startsOf(member.cluster, pod, container))),
  );
}

/**
 * Our pod templates carry the job's id. A cluster whose admission rewrites labels still has KubeRay's own: those of the
 * Ray cluster, and on the submitter the name of its Job, which is that of the RayJob.
 */
async function podsIn(member: Member, job: LoggedJob, options: RequestOptions): Promise<KubeObject[]> {
  const list = async (label: string, value: string) =>
    (await member.list('pods', { namespace: job.namespace, labelSelector: `${label}=${value}`, page: PAGE }, options))
      .items;
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

/** What can be read of a container: as it is, and as it was before it was started again. */
function startsOf(cluster: string, pod: KubeObject, container: string): LogSource[] {
  const { containerStatuses } = fieldsOf(pod.status);
  const statuses = Array.isArray(containerStatuses) ? containerStatuses.map(fieldsOf) : [];
  const { lastState, restartCount, state } = statuses.find(({ name }) => name === container) ?? {};
  const { running, terminated, waiting } = fieldsOf(state);
  const last = fieldsOf(fieldsOf(lastState).terminated);
  const restart = typeof restartCount === 'number' ? restartCount : 0;
  const made = timeOf(pod.metadata.creationTimestamp);
  // Between two starts the kubelet still hands out what the last one wrote.
  const now = fieldsOf(running ?? terminated ?? (waiting === undefined ? undefined : last));
  const name = { cluster, pod: pod.metadata.name, container };
  const ended = hasEnded(pod);
  const current: LogSource = {
    ...name,
    restart,
    isPrevious: false,
    ended,
    startedAt: timeOf(now.startedAt) ?? made,
    endedAt: timeOf(now.finishedAt),
  };
  if (restart === 0 || waiting !== undefined) return [current];
  const endedAt = timeOf(last.finishedAt);
  const startedAt = timeOf(last.startedAt) ?? made;
  return [{ ...name, restart: restart - 1, isPrevious: true, ended: true, startedAt, endedAt }, current];
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function hasEnded(pod: KubeObject): boolean {
  const { phase } = (pod.status ?? {}) as { phase?: unknown };
  return phase === 'Succeeded' || phase === 'Failed';
}

const PROGRAM_CONTAINERS = ['ray-job-submitter', 'training'];
const READING_ORDER = [...PROGRAM_CONTAINERS, 'ray-head', 'ray-worker'];

/** Whether it prints the output of the training program; Ray's own pods go on after the program's end. */
export const isProgram = ({ container }: Pick<LogSource, 'container'>): boolean =>
  PROGRAM_CONTAINERS.includes(container);

/** Names of Kubernetes are ASCII; localeCompare of thousands of pods holds everybody up for tenths of a second. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Run by run; in each of them the program's output first. */
export function inReadingOrder<T extends Name>(sources: readonly T[], runOf: (source: T) => number = () => 1): T[] {
  const position = ({ container }: T) => {
    const index = READING_ORDER.indexOf(container);
    return index < 0 ? READING_ORDER.length : index;
  };
  return [...sources].sort(
    (a, b) =>
      compare(a.cluster, b.cluster) ||
      runOf(a) - runOf(b) ||
      position(a) - position(b) ||
      compare(a.pod, b.pod) ||
      a.restart - b.restart,
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
  const onePod = job.kind !== 'RayJob' && job.request.resources.instanceCount === 1;
  const oneCluster = job.clusters.length <= 1 || selection.cluster !== undefined;
  if (selection.pod !== undefined || (oneCluster && (oneContainer || onePod))) return '';
  return oneCluster ? `${source.pod} | ` : `${source.cluster}/${source.pod} | `;
}
