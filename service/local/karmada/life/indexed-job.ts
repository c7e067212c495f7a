import { JOB } from '../../kube/job-kind.ts';
import { POD } from '../../kube/kinds.ts';
import { isFields, listAt, numberAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { ownerOf, type Pods, randomSuffix } from './pods.ts';
import { changeStatus, firstContainer, latestOf } from './status.ts';
import type { Workers } from './workers.ts';

const NOTICE_SECONDS = 0.3;
const INDEX = 'batch.kubernetes.io/job-completion-index';

/**
 * The Job controller for indexed Jobs: one pod for each index, by a host name that stays; failures counted against backoffLimit
 * and judged by podFailurePolicy; pods of a Job that failed are ended before it is called Failed.
 */
export function createIndexedJobLife(member: Member, pods: Pods, workers: Workers, clock: LifeClock) {
  const { registry } = member.server;
  /** Pods that others deleted before they had ended, by the uid of their Job: they count as failed. */
  const lost = new Map<string, number>();
  /** Deleted by this controller: none of these is lost. */
  const leaving = new Set<string>();
  /** Jobs whose deadline runs. */
  const watched = new Set<string>();
  const setStatus = (job: StoredObject, change: object): void => changeStatus(registry, JOB, job, change);

  const podsOf = ({ metadata: { namespace, uid } }: StoredObject): StoredObject[] =>
    registry.store.list(POD, namespace).filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid);

  function look(job: StoredObject): void {
    if (isFinished(job) || job.metadata.deletionTimestamp) return;
    const all = podsOf(job);
    if (pick(job, 'spec', 'suspend') === true) suspend(job, all);
    else if (textAt(job, 'status', 'startTime') === undefined) begin(job);
    else goOn(job, all);
  }

  function goOn(job: StoredObject, all: readonly StoredObject[]): void {
    watchDeadline(job);
    const reason = targetOf(job) ?? failureOf(job, all);
    if (reason) fail(job, all, reason);
    else if (indexesIn(all, 'Succeeded').length >= numberOf(job, 'completions')) complete(job, all);
    else {
      setStatus(job, counted(job, all));
      for (const pod of all.filter(isActive)) workers.begin(job, pod);
      // Pods come a moment after what calls for them, as from a controller with a queue.
      clock.later(job.metadata.uid, NOTICE_SECONDS, () => {
        const now = latestOf(registry, JOB, job);
        if (now) fill(now);
      });
    }
  }

  function begin(job: StoredObject): void {
    setStatus(job, { startTime: timestamp(), conditions: resumed(job) });
  }

  function watchDeadline(job: StoredObject): void {
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    if (limit === undefined || watched.has(job.metadata.uid)) return;
    watched.add(job.metadata.uid);
    clock.later(`${job.metadata.uid} deadline`, limit, () => {
      const now = latestOf(registry, JOB, job);
      if (now && !isFinished(now)) {
        fail(now, podsOf(now), ['DeadlineExceeded', 'Job was active longer than specified deadline']);
      }
    });
  }

  function endDeadline({ metadata: { uid } }: StoredObject): void {
    clock.cancel(`${uid} deadline`);
    watched.delete(uid);
  }

  function suspend(job: StoredObject, all: readonly StoredObject[]): void {
    clock.cancel(job.metadata.uid);
    endDeadline(job);
    remove(all.filter(isActive));
    const isSuspended = condition('Suspended', 'True', 'JobSuspended', 'Job suspended');
    if (holds(job, 'Suspended')) return;
    setStatus(job, { active: undefined, ready: 0, startTime: undefined, conditions: [isSuspended] });
  }

  /** A pod for each index that has none, as many at a time as `parallelism` says. */
  function fill(job: StoredObject): void {
    if (isFinished(job) || job.metadata.deletionTimestamp || pick(job, 'spec', 'suspend') === true) return;
    const all = podsOf(job);
    if (targetOf(job) || failureOf(job, all)) return;
    const taken = new Set([...indexesIn(all, 'Succeeded'), ...all.filter(isActive).map(indexOf)]);
    let room = numberOf(job, 'parallelism') - all.filter(isActive).length;
    for (let index = 0; index < numberOf(job, 'completions') && room > 0; index += 1) {
      if (taken.has(index)) continue;
      create(job, index);
      room -= 1;
    }
  }

  function create(job: StoredObject, index: number): void {
    const { name, namespace = 'default' } = job.metadata;
    const template = pick(job, 'spec', 'template');
    const labels = pick(template, 'metadata', 'labels');
    const annotations = pick(template, 'metadata', 'annotations');
    const hostname = `${name}-${index}`;
    const pod = pods.create({
      namespace,
      name: `${hostname}-${randomSuffix()}`,
      labels: { ...(isFields(labels) && (labels as Record<string, string>)), [INDEX]: String(index) },
      annotations: { ...(isFields(annotations) && (annotations as Record<string, string>)), [INDEX]: String(index) },
      owner: ownerOf(job),
      spec: { ...(pick(template, 'spec') as object), hostname, containers: withIndex(template) },
    });
    pods.event(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`, 'job-controller');
  }

  function failureOf(job: StoredObject, all: readonly StoredObject[]): Reason | undefined {
    const judged = all.filter(isFailed).map((pod) => judge(job, pod));
    const final = judged.find((verdict) => verdict !== 'count' && verdict !== 'ignore');
    if (final) return final as Reason;
    const failures = judged.filter((verdict) => verdict === 'count').length + (lost.get(job.metadata.uid) ?? 0);
    return failures > numberOf(job, 'backoffLimit')
      ? ['BackoffLimitExceeded', 'Job has reached the specified backoff limit']
      : undefined;
  }

  /** First that it has failed, then its pods end, then it is Failed. */
  function fail(job: StoredObject, all: readonly StoredObject[], [reason, message]: Reason): void {
    clock.cancel(job.metadata.uid);
    endDeadline(job);
    if (!targetOf(job)) {
      setStatus(job, { conditions: [condition('FailureTarget', 'True', reason, message)] });
      return;
    }
    const active = all.filter(isActive);
    if (active.length > 0) {
      remove(active);
      return;
    }
    setStatus(job, {
      ...counted(job, all),
      conditions: [condition('FailureTarget', 'True', reason, message), condition('Failed', 'True', reason, message)],
    });
  }

  function complete(job: StoredObject, all: readonly StoredObject[]): void {
    endDeadline(job);
    const why = ['CompletionsReached', 'Reached expected number of succeeded pods'] as const;
    setStatus(job, {
      ...counted(job, all),
      completionTime: timestamp(),
      conditions: [condition('SuccessCriteriaMet', 'True', ...why), condition('Complete', 'True', ...why)],
    });
  }

  const counted = (job: StoredObject, all: readonly StoredObject[]): object => ({
    active: all.filter(isActive).length || undefined,
    ready: all.filter((pod) => phaseOf(pod) === 'Running').length,
    succeeded: indexesIn(all, 'Succeeded').length || undefined,
    completedIndexes: ranges(indexesIn(all, 'Succeeded')) || undefined,
    failed: all.filter(isFailed).length + (lost.get(job.metadata.uid) ?? 0) || undefined,
  });

  function remove(active: readonly StoredObject[]): void {
    for (const { metadata } of active) {
      leaving.add(metadata.uid);
      registry.delete(POD, metadata.namespace, metadata.name);
    }
  }

  /** The Job of a pod, when it is an indexed one. */
  function jobOf(pod: StoredObject): StoredObject | undefined {
    const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === 'Job');
    const job = owner && registry.store.get(JOB, pod.metadata.namespace, owner.name);
    return job?.metadata.uid === owner?.uid && job && isIndexed(job) ? job : undefined;
  }

  return {
    look,
    podChanged(pod: StoredObject): void {
      const job = jobOf(pod);
      if (job) look(job);
    },
    podGone(pod: StoredObject): void {
      const job = jobOf(pod);
      const isOurs = leaving.delete(pod.metadata.uid);
      if (!job) return;
      if (!isOurs && isActive(pod)) lost.set(job.metadata.uid, (lost.get(job.metadata.uid) ?? 0) + 1);
      look(job);
    },
    gone: (job: StoredObject): void => {
      lost.delete(job.metadata.uid);
      endDeadline(job);
    },
  };
}

export const isIndexed = (job: StoredObject): boolean => pick(job, 'spec', 'completionMode') === 'Indexed';

type Reason = readonly [reason: string, message: string];

/** The first rule of podFailurePolicy that matches a failed pod; without one it counts. */
function judge(job: StoredObject, pod: StoredObject): Reason | 'count' | 'ignore' {
  for (const [index, rule] of listAt(job, 'spec', 'podFailurePolicy', 'rules').entries()) {
    const match = matches(rule, pod);
    if (match === undefined) continue;
    const action = textAt(rule, 'action');
    if (action === 'Ignore') return 'ignore';
    if (action === 'FailJob') return ['PodFailurePolicy', `${match} matching FailJob rule at index ${index}`];
    return 'count';
  }
  return 'count';
}

function matches(rule: unknown, pod: StoredObject): string | undefined {
  const { name, namespace } = pod.metadata;
  const codes = pick(rule, 'onExitCodes');
  if (codes !== undefined) {
    const container = textAt(codes, 'containerName') ?? firstContainer(pod);
    const status = listAt(pod, 'status', 'containerStatuses').find((each) => textAt(each, 'name') === container);
    const code = numberAt(status, 'state', 'terminated', 'exitCode');
    const isIn = listAt(codes, 'values').includes(code);
    if (code === undefined || code === 0 || isIn !== (textAt(codes, 'operator') === 'In')) return undefined;
    return `Container ${container} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const wanted = listAt(rule, 'onPodConditions').find((pattern) =>
    listAt(pod, 'status', 'conditions').some(
      (has) => textAt(has, 'type') === textAt(pattern, 'type') && textAt(has, 'status') === textAt(pattern, 'status'),
    ),
  );
  return wanted === undefined ? undefined : `Pod ${namespace}/${name} has condition ${textAt(wanted, 'type')}`;
}

/** Each container is told its index. */
const withIndex = (template: unknown): object[] =>
  listAt(template, 'spec', 'containers').map((container) => ({
    ...(container as object),
    env: [
      ...listAt(container, 'env'),
      { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${INDEX}']` } } },
    ],
  }));

const phaseOf = (pod: StoredObject): string => textAt(pod, 'status', 'phase') ?? 'Pending';
const isActive = (pod: StoredObject): boolean => ['Pending', 'Running'].includes(phaseOf(pod));
const isFailed = (pod: StoredObject): boolean => phaseOf(pod) === 'Failed';
const indexOf = (pod: StoredObject): number => Number(pod.metadata.annotations?.[INDEX]);
const numberOf = (job: StoredObject, field: string): number => numberAt(job, 'spec', field) ?? 1;

const indexesIn = (all: readonly StoredObject[], phase: string): number[] =>
  [...new Set(all.filter((pod) => phaseOf(pod) === phase).map(indexOf))].sort((a, b) => a - b);

/** 0,1,2,5 -> "0-2,5" */
function ranges(indexes: readonly number[]): string {
  const found: [number, number][] = [];
  for (const index of indexes) {
    const last = found.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else found.push([index, index]);
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

const condition = (type: string, status: 'True' | 'False', reason: string, message: string): object => ({
  type,
  status,
  reason,
  message,
  lastProbeTime: timestamp(),
  lastTransitionTime: timestamp(),
});

const holds = (job: StoredObject, type: string): unknown =>
  listAt(job, 'status', 'conditions').find(
    (each) => textAt(each, 'type') === type && textAt(each, 'status') === 'True',
  );

/** Why it is failing, as soon as that is decided. */
function targetOf(job: StoredObject): Reason | undefined {
  const target = holds(job, 'FailureTarget');
  return target ? [textAt(target, 'reason') ?? '', textAt(target, 'message') ?? ''] : undefined;
}

const resumed = (job: StoredObject): object[] | undefined =>
  holds(job, 'Suspended') ? [condition('Suspended', 'False', 'JobResumed', 'Job resumed')] : undefined;

const isFinished = (job: StoredObject): boolean => Boolean(holds(job, 'Complete') ?? holds(job, 'Failed'));
