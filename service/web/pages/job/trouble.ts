import type { JobPods } from '../../api/types.ts';

interface Trouble {
  readonly reason: string;
  readonly message: string;
  /** Which pod or object, in which cluster. */
  readonly where: string;
  /** What to do about it. */
  readonly advice: string | null;
}

/** On the way to running a pod gives these, too: they are no trouble. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

/** The first pod that cannot start, or else the latest warning of a cluster. */
export const firstTrouble = (pods: JobPods | undefined): Trouble | undefined => {
  for (const { cluster, pods: ofCluster, events } of pods?.clusters ?? []) {
    const stuck = ofCluster.find(({ ready, reason }) => !ready && reason !== null && !USUAL.has(reason));
    if (stuck) return trouble(stuck, `${stuck.role} in ${cluster}`);
    const waits = ofCluster.length === 0 || ofCluster.some(({ ready, phase }) => !ready && phase === 'Pending');
    const warning = waits ? events.findLast(({ type }) => type === 'Warning') : undefined;
    if (warning) return trouble(warning, `${warning.object} in ${cluster}`);
  }
  return undefined;
};

type Told = Pick<JobPods['clusters'][number]['pods'][number], 'reason' | 'message' | 'advice'>;

const trouble = ({ advice, message, reason }: Told, where: string): Trouble => ({
  reason: reason ?? '',
  message: message || 'no more is said',
  where,
  advice,
});
