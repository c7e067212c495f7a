import { adviceFor, type Pace, paceOf } from './advice.ts';
import { type ContainerStatus, isWell, type Pod, unwellContainers } from './pod.ts';

/** One thing that keeps a pod from being well. */
export interface PodTrouble {
  /** The same from look to look while it is the same trouble. */
  readonly key: string;
  /** null when it is the pod's as a whole. */
  readonly container: string | null;
  /** In Kubernetes' own word: ImagePullBackOff, Unschedulable, OOMKilled. */
  readonly reason: string;
  /** What Kubernetes says about it; may be empty. */
  readonly message: string;
  /** What a person can do; empty where nothing is known. */
  readonly advice: string;
  readonly pace: Pace;
}

/** Why a pod is not well, the most telling first: its end, no node, then its containers. */
export function troublesOf(pod: Pod): PodTrouble[] {
  if (isWell(pod)) return [];
  const { metadata, status } = pod;
  const id = metadata.uid ?? metadata.name;
  const ofPod = (reason: string, message: string | undefined, key = reason): PodTrouble =>
    trouble(`${id} ${key}`, null, reason, message);
  const troubles: PodTrouble[] = [];
  if (status.reason) troubles.push(ofPod(status.reason, status.message));
  const unscheduled = status.conditions.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  if (unscheduled) {
    // Whatever the scheduler calls it, nodes may come.
    const told = ofPod(unscheduled.reason ?? 'Unschedulable', unscheduled.message, 'unscheduled');
    troubles.push({ ...told, pace: 'slow' });
  }
  const ofContainers = unwellContainers(pod).flatMap((each) => containerTrouble(id, each) ?? []);
  return [...troubles, ...ofContainers.sort((a, b) => WORST_FIRST.indexOf(a.pace) - WORST_FIRST.indexOf(b.pace))];
}

const WORST_FIRST: readonly Pace[] = ['final', 'lasting', 'slow', 'passing'];

const trouble = (key: string, container: string | null, reason: string, message = ''): PodTrouble => ({
  key,
  container,
  reason,
  message,
  advice: adviceFor(reason, message),
  pace: paceOf(reason),
});

/** Between two crashes a container runs for a while, or waits: its last end says why. */
function containerTrouble(
  id: string,
  { lastState, name, restartCount, state }: ContainerStatus,
): PodTrouble | undefined {
  const key = `${id} ${name}`;
  const { running, terminated, waiting } = state;
  const crash = terminated ?? (restartCount > 0 ? lastState.terminated : undefined);
  const crashed = crash && crash.exitCode !== 0 ? crash : undefined;
  const why = crashed && `ended with exit code ${crashed.exitCode}${crashed.reason ? ` (${crashed.reason})` : ''}`;
  if (waiting && waiting.reason !== 'CrashLoopBackOff') {
    return trouble(key, name, waiting.reason ?? 'ContainerCreating', waiting.message);
  }
  if (waiting && crashed) {
    const told = trouble(key, name, 'CrashLoopBackOff', crashed.message ?? why);
    // What ended it says more than that it ends again and again.
    return { ...told, advice: adviceFor(crashed.reason ?? '', told.message) || told.advice };
  }
  if (waiting) return trouble(key, name, 'CrashLoopBackOff', waiting.message);
  if (crashed) return { ...trouble(key, name, crashed.reason ?? 'Error', crashed.message ?? why), pace: 'lasting' };
  if (running) return trouble(key, name, 'NotReady', 'runs, and its readiness probe does not succeed');
  return undefined;
}
