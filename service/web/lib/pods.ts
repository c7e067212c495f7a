import type { Job, JobPods } from '../api/types.ts';
import { sentence } from './text.ts';

type ClusterPods = JobPods['clusters'][number];
export type Pod = ClusterPods['pods'][number];
export type KubeEvent = ClusterPods['events'][number];

export type PodLook = 'well' | 'trouble' | 'waiting';

/** What ends well says so by its phase and has no complaint: a submitter whose container ended as Error is not well, whatever its phase. */
export const lookOf = ({ ready, phase, reason }: Pod): PodLook => {
  const complains = reason !== null && reason !== 'Completed';
  if (phase === 'Failed' || complains) return 'trouble';
  return ready || phase === 'Succeeded' ? 'well' : 'waiting';
};

/** Of a RayJob, the pod of its batch Job is the one that submits it to Ray and holds the driver's output. */
const roleOf = ({ role }: Pod, kind: Job['kind']): string => {
  if (role === 'job') return kind === 'RayJob' ? 'Driver' : 'Pod';
  return role.charAt(0).toUpperCase() + role.slice(1);
};

/** Pods that say the same, told once. */
export interface PodGroup {
  readonly role: string;
  readonly look: PodLook;
  readonly pods: readonly Pod[];
  /** Said by no group before it. */
  readonly hint: string | undefined;
}

export const groupPods = (pods: readonly Pod[], kind: Job['kind']): PodGroup[] => {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    const { role, ready, phase, reason, message, restarts } = pod;
    // Messages name the pod that they are about.
    const said = message?.replaceAll(pod.name, '') ?? '';
    const key = JSON.stringify([role, ready, phase, reason, said, restarts]);
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  const given = new Set<string>();
  return [...groups.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const look = lookOf(first);
    const hint = look === 'well' ? undefined : once(first.advice, given);
    return [{ role: roleOf(first, kind), look, pods: alike, hint }];
  });
};

interface EventGroup {
  readonly event: KubeEvent;
  readonly objects: readonly string[];
  readonly count: number;
  readonly hint: string | undefined;
}

/** Warnings in the same words about several objects, told once, with hints that `pods` did not give already. */
export const groupWarnings = (events: readonly KubeEvent[], pods: readonly PodGroup[]): EventGroup[] => {
  const groups = new Map<string, KubeEvent[]>();
  for (const event of events) {
    if (event.type === 'Normal') continue;
    const name = event.object.slice(event.object.indexOf('/') + 1);
    const key = JSON.stringify([event.reason, event.message.replaceAll(name, '')]);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const given = new Set(pods.flatMap(({ hint }) => hint ?? []));
  return [...groups.values()].flatMap((alike) => {
    const latest = alike.reduce((one, other) => ((other.at ?? '') > (one.at ?? '') ? other : one));
    return [
      {
        event: latest,
        objects: [...new Set(alike.map(({ object }) => object))],
        count: alike.reduce((sum, { count }) => sum + count, 0),
        hint: once(latest.advice, given),
      },
    ];
  });
};

const once = (advice: string | null, given: Set<string>): string | undefined => {
  const hint = advice === null ? undefined : sentence(advice);
  if (hint === undefined || given.has(hint)) return undefined;
  given.add(hint);
  return hint;
};
