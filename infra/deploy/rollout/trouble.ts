import { isWell, type Pod, unschedulable, unwellContainers } from './pods.ts';

/** What keeps a pod from coming up, as far as it is worth giving up for. */
export interface Trouble {
  /** The same from look to look while it is the same trouble. */
  readonly key: string;
  /** final: it will not pass by itself. slow: autoscalers and provisioners take their time. */
  readonly pace: 'final' | 'lasting' | 'slow';
}

/** What the kubelet tries no second time, or in vain. */
const FINAL = new Set(['InvalidImageName', 'ErrImageNeverPull']);
/** What it tries again and again: a registry may be away for a moment, a Secret be made by an operator. */
const LASTING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

export function troubleOf(pod: Pod): Trouble | undefined {
  if (isWell(pod)) return undefined;
  const id = pod.metadata.uid ?? pod.metadata.name;
  if (unschedulable(pod) !== undefined) return { key: `${id} unschedulable`, pace: 'slow' };
  for (const { lastState, name, restartCount = 0, state } of unwellContainers(pod)) {
    const reason = state?.waiting?.reason ?? '';
    if (FINAL.has(reason)) return { key: `${id} ${name}`, pace: 'final' };
    // Between two crashes it runs for a while.
    const crashes = restartCount > 0 && lastState?.terminated !== undefined && lastState.terminated.exitCode !== 0;
    if (LASTING.has(reason) || crashes) return { key: `${id} ${name}`, pace: 'lasting' };
  }
  return undefined;
}

const SLOW_FACTOR = 3;

/** Remembers since when each trouble has been there. */
export function createPatience(patienceMs: number, now: () => number = () => performance.now()) {
  let since = new Map<string, number>();
  return {
    /** Those of the troubles that have lasted too long; the others' time goes on. */
    exhausted(troubles: readonly Trouble[]): Trouble[] {
      since = new Map(troubles.map(({ key }) => [key, since.get(key) ?? now()]));
      return troubles.filter(({ key, pace }) => {
        if (pace === 'final') return true;
        const lasted = now() - (since.get(key) ?? now());
        return lasted >= (pace === 'slow' ? SLOW_FACTOR * patienceMs : patienceMs);
      });
    },
  };
}
