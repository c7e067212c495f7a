import { CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, POD } from '../../kube/kinds.ts';
import { listAt, type StoredObject, textAt } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { environmentOf, mountedNames, readFile } from './container.ts';
import { type Outcome, outcomeOf, podSpecsOf } from './outcome.ts';
import type { Pods } from './pods.ts';
import { postReport } from './reporter.ts';
import { firstContainer, latestOf } from './status.ts';
import { createTrainingLog, type TrainingLog } from './training-log.ts';
import { createTrainingProgram, type TrainingProgram } from './training-program.ts';

const SECONDS = { notice: 0.1, pullImage: 1.5, lookAgain: 0.5, tick: 0.5 };
/** Of real time, however fast the simulation goes: an endpoint takes a few reports a second from each pod. */
const REPORT_EVERY_MS = 500;

/** Scheduler and kubelet for the pods of indexed Jobs, and the training in them. */
export interface Workers {
  /** Takes a pod from where it stands to its end; one that is under way already is left alone. */
  begin(job: StoredObject, pod: StoredObject): void;
}

interface Training {
  readonly program: TrainingProgram;
  readonly outcome: Outcome;
  readonly log: TrainingLog;
  readonly startedAt: number;
  reportedAt: number;
  isReporting: boolean;
}

export function createWorkers(member: Member, pods: Pods, clock: LifeClock): Workers {
  const { registry } = member.server;
  const underWay = new Set<string>();
  registry.store.onChange(({ type, resource, object }) => {
    if (type === 'DELETED' && resource === POD) underWay.delete(object.metadata.uid);
  });

  const nameOf = ({ metadata: { name, namespace = 'default' } }: StoredObject) => ({ namespace, name });

  function after(seconds: number, pod: StoredObject, step: (now: StoredObject) => void): void {
    clock.later(pod.metadata.uid, seconds, () => {
      const now = latestOf(registry, POD, pod);
      if (now && !now.metadata.deletionTimestamp) step(now);
    });
  }

  const isThere = (pod: StoredObject, type: typeof CONFIG_MAP) => (name: string) =>
    registry.store.get(type, pod.metadata.namespace, name) !== undefined;

  function goOn(pod: StoredObject, outcome: Outcome): void {
    // One that was left by an earlier process has gone on meanwhile.
    const startTime = textAt(pod, 'status', 'startTime');
    if (startTime !== undefined) void train(pod, outcome, Date.parse(startTime));
    else if (textAt(pod, 'spec', 'nodeName') === undefined) schedule(pod, outcome);
    else start(pod, outcome);
  }

  function schedule(pod: StoredObject, outcome: Outcome): void {
    const obstacle = obstacleOf(pod, outcome);
    if (obstacle === undefined) {
      pods.place(nameOf(pod));
      after(SECONDS.pullImage, pod, (now) => start(now, outcome));
      return;
    }
    if (obstacle.message !== unschedulableMessage(pod)) pods.refuse(nameOf(pod), obstacle.message);
    if (obstacle.passes) after(SECONDS.lookAgain, pod, (now) => schedule(now, outcome));
  }

  /** In the scheduler's words. */
  function obstacleOf(pod: StoredObject, { start }: Outcome): { message: string; passes: boolean } | undefined {
    const claims = mountedNames(pod, 'persistentVolumeClaim', 'claimName');
    const missing = claims.find((name) => !isThere(pod, PERSISTENT_VOLUME_CLAIM)(name));
    if (missing !== undefined)
      return { message: pods.unfit(`persistentvolumeclaim "${missing}" not found`), passes: true };
    const isUnbound = (name: string) =>
      textAt(registry.store.get(PERSISTENT_VOLUME_CLAIM, pod.metadata.namespace, name), 'status', 'phase') !== 'Bound';
    if (claims.some(isUnbound)) {
      return { message: pods.unfit('pod has unbound immediate PersistentVolumeClaims'), passes: true };
    }
    if (start !== 'unschedulable') return undefined;
    return { message: pods.unfit(`Insufficient ${pods.lacks([pod.spec]) ?? 'cpu'}`), passes: false };
  }

  function start(pod: StoredObject, outcome: Outcome): void {
    if (outcome.start === 'imageMissing') {
      pods.imageMissing(nameOf(pod));
      return;
    }
    const missing = mountedNames(pod, 'configMap', 'name').find((name) => !isThere(pod, CONFIG_MAP)(name));
    if (missing !== undefined) {
      pods.event(
        pod,
        'Warning',
        'FailedMount',
        `MountVolume.SetUp failed for volume "config" : configmap "${missing}" not found`,
        'kubelet',
      );
      after(SECONDS.lookAgain * 4, pod, (now) => start(now, outcome));
      return;
    }
    pods.run(nameOf(pod));
    void train(pod, outcome, Date.now());
  }

  async function train(pod: StoredObject, outcome: Outcome, startedAt: number): Promise<void> {
    const environment = environmentOf(pod);
    const hyperparameters = await readFile(member, pod, '/etc/training-config/hyperparameters');
    const name = pod.metadata.labels?.['job-name'] ?? pod.metadata.name;
    const program = createTrainingProgram(name, environment, hyperparameters);
    const told = { EPOCHS: String(program.epochs), NUM_WORKER: environment.NUM_WORKERS ?? '1' };
    const log = createTrainingLog(name, told);
    if (program.from > 0) {
      log.until(program.from);
      write(pod, [`INFO  resuming from ${environment.RESUME_FROM}`]);
    }
    const training = { program, outcome, log, startedAt, reportedAt: 0, isReporting: false };
    after(Math.min(SECONDS.tick, outcome.seconds), pod, (now) => tick(now, training));
  }

  function tick(pod: StoredObject, training: Training): void {
    const { log, outcome, program, startedAt } = training;
    const done = (((Date.now() - startedAt) / 1000) * clock.speed) / Math.max(outcome.seconds, 0.001);
    const wrong = misfortuneOf(training);
    const end = wrong === undefined ? 1 : (1 + program.from) / 2;
    // However late it is looked at: what comes over a worker comes at the same step.
    const part = outcome.end === 'never' ? done % 1 : Math.min(end, program.from + done);
    const isOver = outcome.end !== 'never' && part >= end;
    write(pod, log.until(part));
    const secondsLeft = ((1 - part) * outcome.seconds) / clock.speed;
    if (!isOver) {
      const isDue = !training.isReporting && Date.now() - training.reportedAt >= REPORT_EVERY_MS;
      if (isDue) void report(pod, training, part, secondsLeft);
      after(SECONDS.tick, pod, (now) => tick(now, training));
      return;
    }
    // The last report is waited for, as a training does before it ends.
    void report(pod, training, part, secondsLeft).then(() => after(0, pod, (now) => finish(now, training, wrong)));
  }

  async function report(pod: StoredObject, training: Training, part: number, secondsLeft: number): Promise<void> {
    const { program } = training;
    if (program.rank !== 0) return;
    training.reportedAt = Date.now();
    training.isReporting = true;
    const body = program.report(part, new Date(), secondsLeft);
    if (!(await postReport(member, pod, body))) write(pod, [JSON.stringify(body)]);
    training.isReporting = false;
  }

  function finish(pod: StoredObject, { log }: Training, wrong: Misfortune | undefined): void {
    if (wrong === 'evicted') {
      pods.evict(nameOf(pod), 'The node was low on resource: memory.');
      return;
    }
    write(pod, wrong ? log.failure() : log.success());
    pods.finish(nameOf(pod), wrong ? 1 : 0);
  }

  function write(pod: StoredObject, lines: readonly string[]): void {
    for (const line of lines) member.logs.write(pod, firstContainer(pod), line);
  }

  return {
    begin(job, pod) {
      if (underWay.has(pod.metadata.uid)) return;
      underWay.add(pod.metadata.uid);
      const outcome = outcomeOf(job, pods.lacks(podSpecsOf(job)) === undefined);
      after(SECONDS.notice, pod, (now) => goOn(now, outcome));
    },
  };
}

type Misfortune = 'failed' | 'evicted';

/** What comes over this worker half way, if anything: of several workers it is one. */
function misfortuneOf({ outcome, program }: Training): Misfortune | undefined {
  if (program.rank !== 0) return undefined;
  if (outcome.end === 'fail' || program.attempt <= outcome.failures) return 'failed';
  return program.attempt <= outcome.evictions ? 'evicted' : undefined;
}

const unschedulableMessage = (pod: StoredObject): string | undefined =>
  textAt(
    listAt(pod, 'status', 'conditions').find((each) => textAt(each, 'type') === 'PodScheduled'),
    'message',
  );
