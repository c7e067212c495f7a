import { KubeError } from '../kube/errors.ts';
import { CLAIM, CONFIG_MAP, EVENT, type Kind, SERVICE } from '../kube/kinds.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import {
  API,
  API_VERSION,
  type Attempt,
  type BatchJob,
  type ControllerStatus,
  childrenOf,
  configHash,
  type Decision,
  decide,
  type Happening,
  isFinal,
  isUnexplained,
  jobName,
  podGroupName,
  type Reading,
  readBatchJob,
  readTrainingJob,
  refuse,
  type Seen,
  type Surroundings,
  specHash,
  type TrainingJob,
  type Trouble,
} from '../trainingjob/index.ts';
import type { Caches } from './caches.ts';
import { ClaimLeavesError, waitForClaim, whyLost } from './claim.ts';
import { BATCH_JOB, POD_GROUP, TRAINING_JOB } from './kinds.ts';
import type { Waiting } from './waiting.ts';
import type { WorkResult } from './work-queue.ts';

/** Who answers for which fields, in managedFields. Progress is written by who receives it: see progress/writer.ts. */
export const FIELD_MANAGER = 'trainingjob-controller';

export interface Reconciler {
  readonly kube: Kube;
  readonly caches: Pick<Caches, 'trainingJobs' | 'batchJob' | 'podsOf' | 'configHash' | 'hasService'>;
  readonly memory: Memory;
  readonly surroundings: (namespace: string) => Promise<Surroundings>;
  readonly waiting: Waiting;
  /** Writes what this replica was told of a job's progress and has not written yet; the object as it is then. */
  readonly flushProgress: (key: string) => Promise<KubeObject | undefined>;
  readonly now: () => Date;
  /** A failure that keeps nothing from being done: an event that could not be written. */
  readonly onTrouble: (error: unknown) => void;
}

/** What this process knows before its caches do. */
export interface Memory {
  /** As the API server answered the last write. */
  readonly written: Map<string, TrainingJob>;
  /** Why the objects of a job could not be made the last time. */
  readonly troubles: Map<string, Trouble>;
}

export const createMemory = (): Memory => ({ written: new Map(), troubles: new Map() });

/** One TrainingJob, from what is seen to what is to be. Every step may be done again. */
export async function reconcile(key: string, reconciler: Reconciler): Promise<WorkResult> {
  const reading = latest(key, reconciler);
  if (!reading || isDeleted(reading)) return forget(key, reconciler);
  if ('problems' in reading) return refuseSpec(reading, reconciler);

  const surroundings = await reconciler.surroundings(reading.job.namespace);
  const seen = await look(key, reading.job, reconciler);
  const job = seen.batchJob?.ending ? await withLastProgress(key, reading.job, reconciler) : reading.job;
  const { decision, isWaiting } = await decideWithReason(key, job, seen, surroundings, reconciler);
  if (isFirstAttempt(job, decision, seen)) return begin(key, job, decision, surroundings, reconciler);
  const written = await writeStatus(key, job, decision.status, reconciler);
  await tell(written, decision.happening, reconciler);
  // When it is gone, with its pods, we are called again.
  if (await removeOutdated(seen.batchJob, decision, written, reconciler)) return {};
  await makeObjects(key, written, decision, seen, surroundings, reconciler);
  const { againAfterMs = Number.POSITIVE_INFINITY } = lookAgain(decision);
  return isWaiting ? { againAfterMs: Math.min(againAfterMs, reconciler.waiting.nextMs(key)) } : lookAgain(decision);
}

/** Where neither Job nor pods say why it waits, events are asked. */
async function decideWithReason(
  key: string,
  job: TrainingJob,
  seen: Seen,
  { podSecurity }: Surroundings,
  { now, waiting }: Reconciler,
): Promise<{ decision: Decision; isWaiting: boolean }> {
  const decision = decide(job, seen, now(), podSecurity);
  const isWaiting = seen.batchJob !== undefined && seen.trouble === undefined && isUnexplained(decision.status);
  if (!isWaiting) {
    waiting.forget(key);
    return { decision, isWaiting };
  }
  const trouble = await waiting.why(key, job.namespace, seen);
  return { decision: trouble ? decide(job, { ...seen, trouble }, now(), podSecurity) : decision, isWaiting };
}

const lookAgain = ({ lookAgainSeconds }: Decision): WorkResult => ({
  againAfterMs: lookAgainSeconds === undefined ? undefined : lookAgainSeconds * 1000,
});

const isFirstAttempt = (job: TrainingJob, { attempt }: Decision, { batchJob }: Seen): boolean =>
  attempt === 1 && job.status.attempt === undefined && batchJob === undefined;

/**
 * The first attempt has counted nothing that could be counted twice, so its Job need not wait for the status, which then tells
 * of the Job as well: one write in the place of two.
 */
async function begin(
  key: string,
  job: TrainingJob,
  decision: Decision,
  surroundings: Surroundings,
  reconciler: Reconciler,
): Promise<WorkResult> {
  const status = { ...job.status, ...decision.status };
  const attempt: Attempt = {
    ...surroundings,
    job: { ...job, status },
    number: 1,
    resumeFrom: job.spec.checkpoint?.resumeFrom,
    deadlineSeconds: decision.deadlineSeconds,
  };
  try {
    const batchJob = await make(attempt, reconciler);
    reconciler.memory.troubles.delete(key);
    const next = decide(attempt.job, { batchJob, pods: [] }, reconciler.now(), surroundings.podSecurity);
    await tell(await writeStatus(key, job, next.status, reconciler), decision.happening, reconciler);
    return lookAgain(next);
  } catch (error) {
    if (!troubleOf(error)) throw error;
    const written = await writeStatus(key, job, decision.status, reconciler);
    await tell(written, decision.happening, reconciler);
    await explain(key, written, { batchJob: undefined, pods: [] }, error, reconciler);
    throw error;
  }
}

/** The cache, unless it does not have our own last write yet. */
function latest(key: string, { caches, memory }: Reconciler): Reading | undefined {
  const cached = caches.trainingJobs.get(key);
  const written = memory.written.get(key);
  if (!written) return cached;
  const seen = cached && identityOf(cached);
  if (seen?.uid === written.uid && isOlder(seen.resourceVersion, written.resourceVersion)) return { job: written };
  memory.written.delete(key);
  return cached;
}

const identityOf = (reading: Reading) => ('job' in reading ? reading.job : reading.identity);
const isDeleted = (reading: Reading): boolean => identityOf(reading).isDeleted;

/** Kubernetes: versions of one kind are numbers that grow. */
const isOlder = (a: string, b: string): boolean =>
  /^\d+$/.test(a) && /^\d+$/.test(b) ? BigInt(a) < BigInt(b) : a !== b;

/** What it owned is removed by the garbage collector. */
function forget(key: string, { memory, waiting }: Reconciler): WorkResult {
  waiting.forget(key);
  memory.written.delete(key);
  memory.troubles.delete(key);
  return {};
}

async function refuseSpec(
  { identity, problems }: Extract<Reading, { problems: readonly string[] }>,
  { kube, now }: Reconciler,
): Promise<WorkResult> {
  const status = refuse(identity, problems, now());
  if (!isSame(identity.status, status)) await applyStatus(kube, identity, status);
  return {};
}

async function look(key: string, job: TrainingJob, { caches, kube, memory }: Reconciler): Promise<Seen> {
  const pods = caches.podsOf(key);
  const trouble = memory.troubles.get(key);
  const cached = caches.batchJob(key);
  const isMissed = cached === undefined && job.status.jobUid !== undefined && !isFinal(job.status.state);
  // Caches of API servers differ: a Job is not taken for lost on the word of one.
  const batchJob = isMissed ? await readJob(kube, job) : cached;
  return { batchJob, pods, trouble };
}

/** An end is not told before the last that was reported, or who looks at the end would never see it. */
async function withLastProgress(key: string, job: TrainingJob, reconciler: Reconciler): Promise<TrainingJob> {
  const written = isFinal(job.status.state) ? undefined : await reconciler.flushProgress(key);
  if (!written) return job;
  const reading = readTrainingJob(written);
  if (!('job' in reading) || reading.job.uid !== job.uid) return job;
  reconciler.memory.written.set(key, reading.job);
  return reading.job;
}

async function readJob(kube: Kube, { name, namespace }: TrainingJob): Promise<BatchJob | undefined> {
  const found = await kube.get(BATCH_JOB, { namespace, name: jobName(name) });
  return found && readBatchJob(found);
}

/** Guarded by the version that was decided upon: a conflict is tried again, with what is there by then. */
async function writeStatus(
  key: string,
  job: TrainingJob,
  status: ControllerStatus,
  { kube, memory }: Reconciler,
): Promise<TrainingJob> {
  if (isSame(job.status, status)) return job;
  const reading = readTrainingJob(await applyStatus(kube, job, status));
  if ('problems' in reading) throw new Error(`What was written cannot be read: ${reading.problems.join('; ')}`);
  memory.written.set(key, reading.job);
  return reading.job;
}

function applyStatus(
  kube: Kube,
  { name, namespace, uid, resourceVersion }: Pick<TrainingJob, 'name' | 'namespace' | 'uid' | 'resourceVersion'>,
  status: ControllerStatus,
): Promise<KubeObject> {
  const object = {
    apiVersion: API_VERSION,
    kind: API.kind,
    metadata: { name, namespace, uid, resourceVersion },
    status,
  };
  return kube.apply(TRAINING_JOB, object, { fieldManager: FIELD_MANAGER, force: true, subresource: 'status' });
}

/** Whether our part of the status stands as it is to be. */
function isSame(is: TrainingJob['status'], wanted: ControllerStatus): boolean {
  const own = Object.fromEntries(Object.keys(wanted).map((field) => [field, is[field as keyof ControllerStatus]]));
  return canonical(own) === canonical(wanted);
}

/** Neither fields nor conditions have an order: what others write comes between ours. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, field) => {
    if (Array.isArray(field)) return field.toSorted((a, b) => (a.type < b.type ? -1 : 1));
    if (typeof field !== 'object' || field === null) return field;
    return Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** For people: `kubectl describe`. One that is lost is no reason to do anything again. */
async function tell(job: TrainingJob, happening: Happening | undefined, reconciler: Reconciler): Promise<void> {
  if (!happening) return;
  const { kube, now, onTrouble } = reconciler;
  const at = now().toISOString();
  const event = {
    apiVersion: EVENT.apiVersion,
    kind: EVENT.kind,
    metadata: { name: `${job.name}.${job.resourceVersion}.${at.replace(/\D/g, '')}`, namespace: job.namespace },
    involvedObject: {
      apiVersion: API_VERSION,
      kind: API.kind,
      name: job.name,
      namespace: job.namespace,
      uid: job.uid,
    },
    ...happening,
    message: happening.message.slice(0, MAX_EVENT),
    firstTimestamp: `${at.slice(0, 19)}Z`,
    lastTimestamp: `${at.slice(0, 19)}Z`,
    count: 1,
    source: { component: FIELD_MANAGER },
    reportingComponent: FIELD_MANAGER,
  };
  await kube.create(EVENT, event, { fieldManager: FIELD_MANAGER }).catch(onTrouble);
}

/** Of the API server. */
const MAX_EVENT = 1024;

/** A Job of another attempt goes, with its pods first: until they have ended no others begin. */
async function removeOutdated(
  batchJob: BatchJob | undefined,
  { attempt }: Decision,
  job: TrainingJob,
  { kube }: Reconciler,
): Promise<boolean> {
  if (!batchJob || batchJob.owner !== job.uid || (batchJob.attempt === attempt && !batchJob.isBeingDeleted))
    return false;
  if (!batchJob.isBeingDeleted) {
    const { name, namespace, uid } = batchJob;
    await kube.delete(BATCH_JOB, { namespace, name }, { uid, propagationPolicy: 'Foreground' });
  }
  return true;
}

async function makeObjects(
  key: string,
  job: TrainingJob,
  decision: Decision,
  seen: Seen,
  surroundings: Surroundings,
  reconciler: Reconciler,
): Promise<void> {
  const { deadlineSeconds, attempt: number, status } = decision;
  if (number === undefined || isFinal(status.state) || seen.batchJob?.ending) return;
  const attempt: Attempt = { ...surroundings, job, number, resumeFrom: undefined, deadlineSeconds };
  try {
    if (seen.batchJob) await mend(key, attempt, seen, seen.batchJob, reconciler);
    else await make({ ...attempt, resumeFrom: await resumeFrom(key, job, number, reconciler) }, reconciler);
    reconciler.memory.troubles.delete(key);
  } catch (error) {
    await explain(key, job, seen, error, reconciler);
    throw error;
  }
}

/** The last checkpoint that was reported: a report may be in the status before it is in the cache. */
async function resumeFrom(
  key: string,
  job: TrainingJob,
  attempt: number,
  reconciler: Reconciler,
): Promise<string | undefined> {
  const { kube, flushProgress } = reconciler;
  const first = job.spec.checkpoint?.resumeFrom;
  if (attempt === 1) return first;
  await flushProgress(key);
  const found = await kube.get(TRAINING_JOB, { namespace: job.namespace, name: job.name });
  const reading = found && readTrainingJob(found);
  const newest = reading && 'job' in reading && reading.job.uid === job.uid ? reading.job : job;
  const { checkpoint } = newest.status;
  if (checkpoint?.latest === undefined) return first;
  const why = await whyLost(kube, newest, checkpoint);
  if (why === undefined) return checkpoint.latest;
  const message = `${why}, and ${checkpoint.latest} went with it: attempt ${attempt} begins ${first ? `from ${first}` : 'anew'}`;
  await tell(newest, { type: 'Warning', reason: 'CheckpointLost', message }, reconciler);
  return first;
}

/** The Job last: its pods find all that they need. */
async function make(attempt: Attempt, { kube }: Reconciler): Promise<BatchJob> {
  const { claim, configMap, podGroup, service } = childrenOf(attempt);
  await Promise.all([
    claim && createUnlessThere(kube, CLAIM, claim),
    apply(kube, CONFIG_MAP, configMap),
    service && apply(kube, SERVICE, service),
    podGroup && createUnlessThere(kube, POD_GROUP, podGroup),
    podGroup && removePodGroupBefore(kube, attempt),
  ]);
  const { job } = childrenOf(attempt);
  // Created, not applied: a Job by this name that is somebody else's is not to become ours.
  const created = await createUnlessThere(kube, BATCH_JOB, job);
  const standing = created ? readBatchJob(created) : await readJob(kube, attempt.job);
  if (standing?.owner === attempt.job.uid) return standing;
  throw new NameTakenError(job.metadata.name);
}

/** Its pods have gone with their Job. */
async function removePodGroupBefore(kube: Kube, { job: { name, namespace }, number }: Attempt): Promise<void> {
  if (number > 1) await kube.delete(POD_GROUP, { namespace, name: podGroupName(name, number - 1) });
}

class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
  constructor(name: string) {
    super(`A Job ${name} is there already and belongs to somebody else: remove it, or rename the TrainingJob`);
  }
}

/** What others have removed or changed beside a Job that stands. */
async function mend(
  key: string,
  attempt: Attempt,
  { pods }: Seen,
  standing: BatchJob,
  { caches, kube }: Reconciler,
): Promise<void> {
  const { claim, configMap, service } = childrenOf(attempt);
  const known = caches.configHash(key);
  // Pods that run keep what they were started with, until an attempt is made from the changed spec.
  const isOfThisSpec = standing.specHash === specHash(attempt.job.spec);
  if (known === undefined || (isOfThisSpec && known !== configHash(configMap)))
    await apply(kube, CONFIG_MAP, configMap);
  if (service && !caches.hasService(key)) await apply(kube, SERVICE, service);
  if (claim && waitForClaim(pods)) await createUnlessThere(kube, CLAIM, claim);
}

const apply = (kube: Kube, kind: Kind, object: KubeObject): Promise<KubeObject> =>
  kube.apply(kind, object, { fieldManager: FIELD_MANAGER, force: true });

/** undefined: there is one of that name. */
async function createUnlessThere(kube: Kube, kind: Kind, object: KubeObject): Promise<KubeObject | undefined> {
  try {
    return await kube.create(kind, object, { fieldManager: FIELD_MANAGER });
  } catch (error) {
    const isThere = error instanceof KubeError && error.failure === 'conflict' && /already exists/.test(error.words);
    if (isThere) return undefined;
    throw error;
  }
}

/** What a refusal means to who waits for the job; a server that does not answer is no business of theirs. */
async function explain(
  key: string,
  job: TrainingJob,
  seen: Seen,
  error: unknown,
  reconciler: Reconciler,
): Promise<void> {
  const trouble = troubleOf(error);
  if (!trouble) return;
  const { memory, now } = reconciler;
  memory.troubles.set(key, trouble);
  const decision = decide(job, { ...seen, trouble }, now());
  const written = await writeStatus(key, job, decision.status, reconciler);
  await tell(written, decision.happening, reconciler);
}

function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof NameTakenError) return { reason: 'NameTaken', message: error.message };
  if (error instanceof ClaimLeavesError) return { reason: 'ClaimLeaves', message: error.message };
  if (!(error instanceof KubeError) || !['refused', 'forbidden', 'namespaceMissing'].includes(error.failure))
    return undefined;
  return { reason: 'CannotCreate', message: error.words || error.message };
}
