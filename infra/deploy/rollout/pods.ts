import { POD } from '../../../service/kube/kinds.ts';
import { type Pod, readPod } from '../../../service/kube/pods/pod.ts';
import { type PodTrouble, troublesOf } from '../../../service/kube/pods/trouble.ts';
import type { Target } from '../target.ts';

export async function podsIn({ management, namespace }: Target, labelSelector?: string): Promise<Pod[]> {
  return (await management.kube.list(POD, { namespace, labelSelector })).items.map(readPod);
}

/** What keeps the pod from coming up, as far as it is worth giving up for. A pod that has failed is not: its controller makes another. */
export function troubleOf(pod: Pod): PodTrouble | undefined {
  if (pod.status.phase === 'Failed') return undefined;
  return troublesOf(pod).find(({ pace }) => pace !== 'passing');
}

/** Pods that a selector's labels match. */
export const matching = (pods: readonly Pod[], labels: Readonly<Record<string, string>>): Pod[] =>
  pods.filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels[key] === value));

/** A Deployment's pods bear the hash of their template, a StatefulSet's that of their revision. */
const VERSION_LABELS = ['pod-template-hash', 'controller-revision-hash'];

const versionOf = ({ metadata }: Pod): string =>
  VERSION_LABELS.map((label) => metadata.labels[label]).find((value) => value !== undefined) ?? '';

/** The pods of the version that is rolled out: that of `version`, or else of the youngest pod. */
export function ofNewVersion(pods: readonly Pod[], version?: string): Pod[] {
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const youngest = [...alive].sort((a, b) => bornAt(b) - bornAt(a))[0];
  const wanted = version ?? (youngest && versionOf(youngest));
  return alive.filter((pod) => versionOf(pod) === wanted || versionOf(pod) === '');
}

const bornAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
