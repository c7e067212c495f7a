import pLimit from 'p-limit';
import { KubeError } from '../../kube/errors.ts';
import type { Kube, KubeObject } from '../../kube/kube.ts';
import {
  API,
  API_VERSION,
  absorb,
  isFinal,
  type PaceOfSteps,
  type ProgressStatus,
  type Report,
  type TrainingJob,
} from '../../trainingjob/index.ts';
import { type Clock, systemClock } from '../clock.ts';
import { TRAINING_JOB } from '../kinds.ts';

/** Beside the controller's part of the status; both write without regard to each other. */
const PROGRESS_MANAGER = 'trainingjob-progress';

interface ProgressWriterOptions {
  readonly kube: Kube;
  readonly trainingJob: (key: string) => TrainingJob | undefined;
  readonly clock?: Clock;
  readonly now?: () => Date;
  readonly onTrouble: (error: unknown) => void;
  readonly onWritten?: () => void;
}

export interface ProgressWriter {
  /** Taken over, to be written within a second; or why not. */
  take(key: string, attempt: number, report: Report): { readonly ignored: string } | undefined;
  /** Writes at once what is still to be written of this job; the object as it is then, undefined when nothing was written. */
  flush(key: string): Promise<KubeObject | undefined>;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

/** At most one write a job in this time: of what came meanwhile the newest counts. */
const WRITE_EVERY_MS = 1_000;
const PARALLEL_WRITES = 32;

interface Latest {
  readonly uid: string;
  status: ProgressStatus;
  pace: PaceOfSteps | undefined;
  isWritten: boolean;
  /** Settles with the object as it was written. */
  underWay: Promise<KubeObject | undefined> | undefined;
  writtenAt: number;
  cancel: (() => void) | undefined;
}

export function createProgressWriter(options: ProgressWriterOptions): ProgressWriter {
  const { kube, trainingJob, clock = systemClock, now = () => new Date(), onTrouble, onWritten } = options;
  const jobs = new Map<string, Latest>();
  const limit = pLimit(PARALLEL_WRITES);
  let stopped = false;

  function latestOf(key: string, { uid }: TrainingJob): Latest | undefined {
    const latest = jobs.get(key);
    if (latest && latest.uid !== uid) drop(key);
    return jobs.get(key);
  }

  function drop(key: string): void {
    jobs.get(key)?.cancel?.();
    jobs.delete(key);
  }

  function schedule(key: string, latest: Latest, waitMs = latest.writtenAt + WRITE_EVERY_MS - clock.now()): void {
    if (latest.isWritten || latest.underWay || latest.cancel) return;
    latest.cancel = clock.after(stopped ? 0 : Math.max(0, waitMs), () => void write(key, latest));
  }

  function write(key: string, latest: Latest): Promise<KubeObject | undefined> {
    latest.cancel?.();
    latest.cancel = undefined;
    latest.isWritten = true;
    latest.writtenAt = clock.now();
    latest.underWay = attempt(key, latest).finally(() => {
      latest.underWay = undefined;
      schedule(key, latest);
      forgetWhenOver(key, latest);
    });
    return latest.underWay;
  }

  async function attempt(key: string, latest: Latest): Promise<KubeObject | undefined> {
    try {
      const written = await limit(() => apply(kube, key, latest));
      onWritten?.();
      return written;
    } catch (error) {
      // A job that has gone, or another one by its name, has no use for it; all else is tried again with what is
      // new by then.
      const isPointless =
        error instanceof KubeError && ['conflict', 'refused', 'namespaceMissing'].includes(error.failure);
      if (!isPointless) latest.isWritten = false;
      onTrouble(error);
      return undefined;
    }
  }

  function forgetWhenOver(key: string, latest: Latest): void {
    const job = trainingJob(key);
    const isOver = !job || job.uid !== latest.uid || isFinal(job.status.state);
    if (isOver && latest.isWritten && jobs.get(key) === latest) jobs.delete(key);
  }

  return {
    take(key, attempt, report) {
      const job = trainingJob(key);
      if (!job) return { ignored: 'there is no such TrainingJob' };
      const latest = latestOf(key, job);
      const status = latest?.status.progressAttempt === attempt ? { ...job.status, ...latest.status } : job.status;
      const absorbed = absorb({ ...job, status }, report, attempt, latest?.pace, now());
      if ('ignored' in absorbed) return absorbed;
      const next = latest ?? {
        uid: job.uid,
        underWay: undefined,
        writtenAt: Number.NEGATIVE_INFINITY,
        cancel: undefined,
        ...absorbed,
        isWritten: false,
      };
      const isCheckpoint = absorbed.status.checkpoint?.latest !== status.checkpoint?.latest;
      Object.assign(next, absorbed, { isWritten: false });
      jobs.set(key, next);
      // What an attempt after this one begins from does not wait for its second.
      if (isCheckpoint && !next.underWay) void write(key, next);
      else schedule(key, next);
      return undefined;
    },

    async flush(key) {
      const latest = jobs.get(key);
      if (!latest) return undefined;
      const written = await latest.underWay;
      return latest.isWritten ? written : ((await write(key, latest)) ?? written);
    },

    async stop() {
      stopped = true;
      const unwritten = [...jobs].filter(([, { isWritten, underWay }]) => !isWritten && !underWay);
      await Promise.all(unwritten.map(([key, latest]) => write(key, latest)));
      // One that could not be written, or that came while another was, is given up after one more try.
      await Promise.all([...jobs].map(([key]) => this.flush(key)));
      for (const key of [...jobs.keys()]) drop(key);
    },
  };
}

function apply(kube: Kube, key: string, { status, uid }: Latest): Promise<KubeObject> {
  const [namespace = '', name = ''] = key.split('/');
  const object = { apiVersion: API_VERSION, kind: API.kind, metadata: { name, namespace, uid }, status };
  return kube.apply(TRAINING_JOB, object, { fieldManager: PROGRESS_MANAGER, force: true, subresource: 'status' });
}
