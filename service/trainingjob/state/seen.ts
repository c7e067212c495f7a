import { z } from 'zod';
import { COMPLETION_INDEX, CONTAINER, LABELS, SPEC_HASH } from '../names.ts';

// What the cluster shows of an attempt, reduced to what decisions need: this is all that is kept in memory of each
// object.

export interface BatchJob {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** uid of the TrainingJob that it belongs to; undefined: somebody else's Job by the same name. */
  readonly owner: string | undefined;
  readonly attempt: number;
  readonly specHash: string | undefined;
  readonly isBeingDeleted: boolean;
  /** By us or by a queue: none of its pods may run. */
  readonly isSuspended: boolean;
  readonly startTime: string | undefined;
  readonly succeeded: number;
  readonly ending: Ending | undefined;
}

export interface Ending {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
  readonly time: string;
}

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly jobUid: string | undefined;
  readonly job: string;
  readonly attempt: number;
  readonly rank: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly isScheduled: boolean;
  /** Why it does not run, in Kubernetes' words. */
  readonly waits: { readonly reason: string; readonly message: string } | undefined;
  readonly exitCode: number | undefined;
  /** Of the container's end or the pod's: OOMKilled, Evicted, Error. */
  readonly endReason: string | undefined;
  /** Why others ended it; undefined: it ended by itself. */
  readonly disruption: { readonly reason: string; readonly message: string } | undefined;
}

export interface Seen {
  readonly batchJob: BatchJob | undefined;
  readonly pods: readonly Pod[];
  /** Why its objects, or its pods, could not be made. */
  readonly trouble?: Trouble | undefined;
}

export interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/** Go writes a time that was never set as null. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const number = z.number().optional();
const strings = z.record(z.string(), z.string()).default({});
const conditions = z
  .array(z.object({ type: z.string(), status: text, reason: text, message: text, lastTransitionTime: text }))
  .default([]);

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  labels: strings,
  annotations: strings,
  deletionTimestamp: text,
  ownerReferences: z
    .array(z.object({ kind: z.string(), uid: z.string(), controller: z.boolean().optional() }))
    .default([]),
});

const batchJob = z.object({
  metadata,
  spec: z.object({ suspend: z.boolean().optional() }).default({}),
  status: z.object({ startTime: text, succeeded: number, conditions }).prefault({}),
});

const attemptOf = (labels: Readonly<Record<string, string>>): number => {
  const attempt = Number(labels[LABELS.attempt]);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 0;
};

const ownerOf = (owners: z.output<typeof metadata>['ownerReferences'], kind: string): string | undefined =>
  owners.find((owner) => owner.controller && owner.kind === kind)?.uid;

export function readBatchJob(object: unknown): BatchJob {
  const { metadata: about, spec, status } = batchJob.parse(object);
  // FailureTarget comes first, while pods still end; Failed when all have.
  const ending = status.conditions.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  return {
    name: about.name,
    namespace: about.namespace,
    uid: about.uid,
    owner: ownerOf(about.ownerReferences, 'TrainingJob'),
    attempt: attemptOf(about.labels),
    specHash: about.annotations[SPEC_HASH],
    isBeingDeleted: about.deletionTimestamp !== undefined,
    isSuspended: spec.suspend === true,
    startTime: status.startTime,
    succeeded: status.succeeded ?? 0,
    ending: ending && {
      type: ending.type as Ending['type'],
      reason: ending.reason ?? '',
      message: ending.message ?? '',
      time: ending.lastTransitionTime ?? '',
    },
  };
}

const containerState = z.object({
  waiting: z.object({ reason: text, message: text }).optional(),
  running: z.unknown().optional(),
  terminated: z.object({ exitCode: number, reason: text, message: text }).optional(),
});

const pod = z.object({
  metadata,
  spec: z.object({ nodeName: text }).prefault({}),
  status: z
    .object({
      phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).catch('Unknown'),
      reason: text,
      message: text,
      conditions,
      containerStatuses: z.array(z.object({ name: z.string(), state: containerState.default({}) })).default([]),
    })
    .prefault({ phase: 'Pending' }),
});

/**
 * Of pods that the kubelet itself turned out or refused; evictions by others come with the condition
 * DisruptionTarget.
 */
const DISRUPTIONS =
  /^(Evicted|Preempting|NodeLost|NodeShutdown|Shutdown|Terminated|NodeAffinity|UnexpectedAdmissionError|OutOf\w+)$/;

export function readPod(object: unknown): Pod {
  const { metadata: about, spec, status } = pod.parse(object);
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  const state = status.containerStatuses.find(({ name }) => name === CONTAINER)?.state;
  const target = condition('DisruptionTarget');
  const scheduled = condition('PodScheduled');
  const { terminated, waiting } = state ?? {};
  const isTurnedOut = status.reason !== undefined && DISRUPTIONS.test(status.reason);
  return {
    name: about.name,
    namespace: about.namespace,
    uid: about.uid,
    jobUid: ownerOf(about.ownerReferences, 'Job'),
    job: about.labels[LABELS.job] ?? '',
    attempt: attemptOf(about.labels),
    rank: Number(about.annotations[COMPLETION_INDEX] ?? about.labels[COMPLETION_INDEX] ?? 0),
    phase: status.phase,
    isScheduled: spec.nodeName !== undefined,
    waits:
      status.phase !== 'Pending'
        ? undefined
        : waiting?.reason
          ? { reason: waiting.reason, message: short(waiting.message) }
          : scheduled?.status === 'False'
            ? { reason: scheduled.reason ?? 'Unschedulable', message: short(scheduled.message) }
            : undefined,
    exitCode: terminated?.exitCode,
    endReason: terminated?.reason ?? status.reason,
    disruption:
      target?.status === 'True'
        ? { reason: target.reason ?? 'DisruptionTarget', message: short(target.message) }
        : isTurnedOut
          ? { reason: status.reason ?? '', message: short(status.message) }
          : undefined,
  };
}

const MESSAGE_LENGTH = 500;
const short = (message: string | undefined): string => (message ?? '').slice(0, MESSAGE_LENGTH);
