import type { Reason } from '../contract/reasons.ts';
import type { Trouble } from '../jobs/job.ts';
import { type NoNode, whyNoNode } from '../kube/pods/no-node.ts';
import { type Pod, readPod } from '../kube/pods/pod.ts';
import { type PodTrouble, troublesOf } from '../kube/pods/trouble.ts';

// Of all that a job's pods suffer from, what is to be told of the job.

/**
 * Kubernetes' words by what they come to for a person. Some take turns while nothing changes (ErrImagePull, ImagePullBackOff), and a
 * job is not to change its reason with them. PodStuck is said of a word that is not here.
 */
const REASON_OF: Readonly<Record<string, Reason>> = {
  SchedulingGated: 'PodUnschedulable',
  ErrImagePull: 'ImagePullBackOff',
  ImagePullBackOff: 'ImagePullBackOff',
  ImageInspectError: 'ImagePullBackOff',
  RegistryUnavailable: 'ImagePullBackOff',
  ErrImageNeverPull: 'ImagePullBackOff',
  InvalidImageName: 'InvalidImageName',
  CreateContainerConfigError: 'CreateContainerConfigError',
  CreateContainerError: 'RunContainerError',
  RunContainerError: 'RunContainerError',
  StartError: 'RunContainerError',
  ContainerCannotRun: 'RunContainerError',
  CrashLoopBackOff: 'CrashLoopBackOff',
  Error: 'CrashLoopBackOff',
  OOMKilled: 'OOMKilled',
  Evicted: 'PodEvicted',
  Preempting: 'PodEvicted',
  NodeLost: 'PodEvicted',
  NodeShutdown: 'PodEvicted',
  Terminated: 'PodEvicted',
  ContainerStatusUnknown: 'PodEvicted',
  UnexpectedAdmissionError: 'PodEvicted',
  OutOfcpu: 'PodEvicted',
  OutOfmemory: 'PodEvicted',
  OutOfpods: 'PodEvicted',
};

const REASON_WITHOUT_NODE: Readonly<Record<NoNode, Reason>> = {
  room: 'PodUnschedulable',
  volume: 'VolumeNotReady',
  closed: 'NodesClosed',
  rules: 'NodesClosed',
  tainted: 'NodesClosed',
};

const WORST_FIRST: readonly PodTrouble['pace'][] = ['final', 'lasting', 'slow'];

/** null: nothing that would not pass by itself in a moment. */
export function troubleAmong(objects: readonly unknown[]): Trouble | null {
  const pods = objects.map(readPod).filter(({ metadata }) => !metadata.deletionTimestamp);
  const alive = pods.filter(({ status }) => status.phase !== 'Failed');
  const told = (alive.length > 0 ? alive : pods).flatMap((pod) => {
    const trouble = troublesOf(pod).find(({ pace }) => pace !== 'passing');
    return trouble ? [{ pod, trouble, reason: reasonOf(pod, trouble) }] : [];
  });
  // The same one from look to look, in whatever order the pods come.
  const rankOf = (pace: PodTrouble['pace']) => WORST_FIRST.indexOf(pace);
  const [worst] = told.sort(
    (a, b) => rankOf(a.trouble.pace) - rankOf(b.trouble.pace) || a.pod.metadata.name.localeCompare(b.pod.metadata.name),
  );
  if (!worst) return null;
  const others = told.filter(({ reason }) => reason === worst.reason).length - 1;
  return { reason: worst.reason, message: describe(worst.pod, worst.trouble, others) };
}

/** What ends a container again and again says more than that it does. */
function reasonOf({ status }: Pod, { container, message, reason }: PodTrouble): Reason {
  if (reason === 'Unschedulable') return REASON_WITHOUT_NODE[whyNoNode(message)[0] ?? 'room'];
  const mapped = REASON_OF[reason] ?? 'PodStuck';
  if (mapped !== 'CrashLoopBackOff') return mapped;
  const lastEnd = [...status.initContainerStatuses, ...status.containerStatuses].find(({ name }) => name === container)
    ?.lastState.terminated;
  return lastEnd?.reason === 'OOMKilled' ? 'OOMKilled' : mapped;
}

function describe({ metadata: { name } }: Pod, { container, message, reason }: PodTrouble, others: number): string {
  const said = message === '' ? reason : `${reason}: ${message}`;
  const where = container === null ? `pod ${name}` : `container ${container} of pod ${name}`;
  const more = others === 0 ? '' : others === 1 ? ' and of one more pod' : ` and of ${others} more pods`;
  return `${said} (${where}${more})`;
}
