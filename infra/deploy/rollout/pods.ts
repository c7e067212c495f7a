/** As much of a pod as tells why it does not come up. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface Ended {
  readonly exitCode?: number;
  readonly reason?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Ended;
    readonly running?: object;
  };
  readonly lastState?: { readonly terminated?: Ended };
}

const holds = ({ status }: Pod, type: string): boolean =>
  status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;

/** Up, or done. */
export const isWell = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || holds(pod, 'Ready');

/** Why no node takes the pod. */
export const unschedulable = ({ status }: Pod): string | undefined => {
  const condition = status?.conditions?.find(({ reason }) => reason === 'Unschedulable');
  return condition && (condition.message ?? condition.reason);
};

/** Those that keep the pod from being ready. */
export const unwellContainers = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []).filter(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0),
  ...(status?.containerStatuses ?? []).filter(
    ({ ready, state }) => !ready && state?.waiting?.reason !== 'PodInitializing',
  ),
];

/** Pods that a selector's labels match. */
export const matching = (pods: readonly Pod[], labels: Readonly<Record<string, string>>): Pod[] =>
  pods.filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value));

/** A Deployment's pods bear the hash of their template, a StatefulSet's that of their revision. */
const VERSION_LABELS = ['pod-template-hash', 'controller-revision-hash'];

const versionOf = ({ metadata }: Pod): string =>
  VERSION_LABELS.map((label) => metadata.labels?.[label]).find((value) => value !== undefined) ?? '';

/** The pods of the version that is rolled out: that of `version`, or else of the youngest pod. */
export function ofNewVersion(pods: readonly Pod[], version?: string): Pod[] {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const youngest = [...alive].sort((a, b) => bornAt(b) - bornAt(a))[0];
  const wanted = version ?? (youngest && versionOf(youngest));
  return alive.filter((pod) => versionOf(pod) === wanted || versionOf(pod) === '');
}

const bornAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
