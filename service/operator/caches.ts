import { CONFIG_MAP, type Kind, POD, SERVICE } from '../kube/kinds.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { createReflector, type Reflector } from '../kube/reflector/reflector.ts';
import { type Change, keyOf } from '../kube/reflector/store.ts';
import {
  type BatchJob,
  configHash,
  isPaceKnown,
  isStandingStill,
  LABELS,
  ownPart,
  type Pod,
  type Reading,
  readBatchJob,
  readPod,
  readTrainingJob,
  type TrainingJob,
} from '../trainingjob/index.ts';
import { BATCH_JOB, TRAINING_JOB } from './kinds.ts';

/** What is known of the cluster without asking; of each object only what decisions need. */
export interface Caches {
  readonly trainingJobs: Cache<Reading>;
  /** namespace/name of all TrainingJobs. */
  keys(): string[];
  /** By namespace/name of the TrainingJob. */
  batchJob(key: string): BatchJob | undefined;
  podsOf(key: string): readonly Pod[];
  readonly pods: Cache<Pod>;
  /** Hash of its content; undefined: not there. */
  configHash(key: string): string | undefined;
  hasService(key: string): boolean;
  readonly synced: Promise<unknown>;
  stop(): Promise<void>;
}

export interface Cache<T> {
  get(key: string): T | undefined;
  list(): T[];
}

interface CacheOptions {
  /** Empty: all of the cluster. */
  readonly namespaces: readonly string[];
  /** Something about this TrainingJob has changed that may matter to it. */
  readonly onChange: (key: string) => void;
  /** This version of it is our own last write: it brings nothing new. */
  readonly isOwnWrite?: (key: string, resourceVersion: string) => boolean;
  /** It was deleted. */
  readonly onGone?: (gone: Reading) => void;
  readonly onTrouble: (error: unknown, retryInMs: number) => void;
}

export function createCaches(kube: Kube, options: CacheOptions): Caches {
  const { isOwnWrite, namespaces, onChange, onGone, onTrouble } = options;
  const ours = `${LABELS.app}=${LABELS.appValue}`;
  const reflect = <T>(kind: Kind, keep: (object: KubeObject) => T, more: Partial<Options<T>> = {}) =>
    merged(
      (namespaces.length > 0 ? namespaces : [undefined]).map((namespace) =>
        createReflector<T>(kube, kind, { namespace, keep, onTrouble, ...more }),
      ),
    );
  /** Objects are found by the TrainingJob that their label names. */
  const child = <T>(kind: Kind, read: (object: KubeObject) => T, more: Partial<Options<Child<T>>> = {}) =>
    reflect<Child<T>>(kind, (object) => ({ of: jobKeyOf(object), is: read(object) }), {
      labelSelector: ours,
      indexes: { job: ({ of }) => [of] },
      onChange: (change) => onChange(kept(change).of),
      ...more,
    });

  const known = (object: KubeObject): Reading | undefined => trainingJobs.get(keyOf(object));
  const trainingJobs = reflect<Reading>(TRAINING_JOB, (object) => readTrainingJob(object, known(object)), {
    onChange: (change) => {
      if (change.type === 'deleted') onGone?.(change.before);
      const { key } = change;
      if (change.type === 'changed' && !isNews(change.before, change.after)) return;
      if (change.type === 'changed' && isOwnWrite?.(key, versionOf(change.after))) return;
      onChange(key);
    },
  });
  const batchJobs = child(BATCH_JOB, readBatchJob);
  const pods = child(POD, readPod);
  const configMaps = child(CONFIG_MAP, configHash);
  const services = child(SERVICE, () => true, { metadataOnly: true });
  const all = [trainingJobs, batchJobs, pods, configMaps, services];

  return {
    trainingJobs,
    keys: () => trainingJobs.keys(),
    batchJob: (key) => batchJobs.byIndex('job', key)[0]?.is,
    podsOf: (key) => pods.byIndex('job', key).map(({ is }) => is),
    pods: { get: (key) => pods.get(key)?.is, list: () => pods.list().map(({ is }) => is) },
    configHash: (key) => configMaps.byIndex('job', key)[0]?.is,
    hasService: (key) => services.byIndex('job', key).length > 0,
    synced: Promise.all(all.map(({ synced }) => synced)),
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}

type Options<T> = Parameters<typeof createReflector<T>>[2];

interface Child<T> {
  readonly of: string;
  readonly is: T;
}

const kept = <T>(change: Change<T>): T => (change.type === 'deleted' ? change.before : change.after);

const jobKeyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.labels?.[LABELS.job] ?? ''}`;

/** Several namespaces as if they were one. */
function merged<T>(reflectors: readonly Reflector<T>[]) {
  return {
    get: (key: string) => first(reflectors, ({ store }) => store.get(key)),
    keys: () => reflectors.flatMap(({ store }) => [...store.keys()]),
    list: () => reflectors.flatMap(({ store }) => store.list()),
    byIndex: (name: string, value: string) => reflectors.flatMap(({ store }) => store.byIndex(name, value)),
    synced: Promise.all(reflectors.map(({ synced }) => synced)),
    stop: () => Promise.all(reflectors.map((each) => each.stop())),
  };
}

function first<A, B>(list: readonly A[], find: (item: A) => B | undefined): B | undefined {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const versionOf = (reading: Reading): string => ('job' in reading ? reading.job : reading.identity).resourceVersion;

/**
 * Reports of progress change the object every second, and mean something only to who waits for a goal, for a job that stands
 * still to go on, or for the first step, from which on a missing one is noticed.
 */
function isNews(before: Reading, after: Reading): boolean {
  if ('problems' in before || 'problems' in after) return true;
  const [was, is] = [before.job, after.job];
  return (
    was.generation !== is.generation ||
    was.isDeleted !== is.isDeleted ||
    is.spec.successPolicy !== undefined ||
    isStandingStill(is.status) ||
    (isPaceKnown(is.status) && !isPaceKnown(was.status)) ||
    JSON.stringify(was.labels) !== JSON.stringify(is.labels) ||
    controllersPart(was) !== controllersPart(is)
  );
}

/** Progress is written by both: by the controller when the job ends, with its state. */
const controllersPart = ({ status }: TrainingJob): string =>
  JSON.stringify({ ...ownPart(status), progress: undefined });
