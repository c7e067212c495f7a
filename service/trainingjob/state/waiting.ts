import { z } from 'zod';
import type { ControllerStatus } from '../schema/status.ts';
import type { Pod, Seen, Trouble } from './seen.ts';

// Why a job waits, where its pods do not say: a quota that lets none be made, a volume that cannot be mounted. Only events tell.

/** Reasons that say what is being waited for, and not why it takes so long. */
const UNEXPLAINED = new Set(['CreatingPods', 'Scheduling', 'Starting', 'ContainerCreating', 'PodInitializing']);

export const isUnexplained = ({ reason, state }: ControllerStatus): boolean =>
  (state === 'Pending' || state === 'Initializing') && UNEXPLAINED.has(reason ?? '');

/** Whose events may tell: the Job's, and those of the first worker that does not run. */
export function whoseEvents({ batchJob, pods }: Seen): string[] {
  const [stuck] = pods.filter(({ phase }) => phase === 'Pending').sort((a: Pod, b: Pod) => a.rank - b.rank);
  return [batchJob?.uid, stuck?.uid].filter((uid) => uid !== undefined);
}

const TELLING =
  /^(FailedCreate|FailedScheduling|FailedMount|FailedAttachVolume|FailedMapVolume|FailedCreatePodSandBox)$/;

const event = z.object({
  type: z.string().optional(),
  reason: z.string().default(''),
  message: z.string().default(''),
  eventTime: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  series: z.object({ lastObservedTime: z.string().nullish() }).nullish(),
});

const MESSAGE_LENGTH = 500;

/** The newest of those that say why. */
export function troubleIn(events: readonly unknown[]): Trouble | undefined {
  const [newest] = events
    .map((each) => event.safeParse(each).data)
    .filter((each) => each?.type === 'Warning' && TELLING.test(each.reason))
    .map((each) => ({ ...each, at: each?.series?.lastObservedTime ?? each?.lastTimestamp ?? each?.eventTime ?? '' }))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return newest && { reason: newest.reason ?? '', message: (newest.message ?? '').slice(0, MESSAGE_LENGTH) };
}
