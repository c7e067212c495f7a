import pLimit from 'p-limit';
import { KubeError } from '../../kube/errors.ts';
import type { Kube } from '../../kube/kube.ts';
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
export const PROGRESS_MANAGER = 'trainingjob-progress';

export interface ProgressWriterOptions {
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
  isUnderWay: boolean;
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

  function schedule(key: string, latest: Latest): void {
    if (latest.isWritten || latest.isUnderWay || latest.cancel) return;
    const waitMs = stopped ? 0 : Math.max(0, latest.writtenAt + WRITE_EVERY_MS - clock.now());
    latest.cancel = clock.after(waitMs, () => {
      latest.cancel = undefined;
      void write(key, latest);
    });
  }

  async function write(key: string, latest: Latest): Promise<void> {
    latest.isUnderWay = true;
    latest.isWritten = true;
    latest.writtenAt = clock.now();
    try {
      await limit(() => apply(kube, key, latest));
      onWritten?.();
    } catch (error) {
      // A job that has gone, or another one by its name, has no use for it; all else is tried again with what is
      // new by then.
      const isPointless =
        error instanceof KubeError && ['conflict', 'refused', 'namespaceMissing'].includes(error.failure);
      if (!isPointless) latest.isWritten = false;
      onTrouble(error);
    }
    latest.isUnderWay = false;
    schedule(key, latest);
    forgetWhenOver(key, latest);
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
        isUnderWay: false,
        writtenAt: Number.NEGATIVE_INFINITY,
        cancel: undefined,
        ...absorbed,
        isWritten: false,
      };
      Object.assign(next, absorbed, { isWritten: false });
      jobs.set(key, next);
      schedule(key, next);
      return undefined;
    },

    async stop() {
      stopped = true;
      const unwritten = [...jobs].filter(([, { isWritten }]) => !isWritten);
      for (const [, latest] of unwritten) latest.cancel?.();
      await Promise.all(unwritten.map(([key, latest]) => write(key, latest)));
      for (const key of [...jobs.keys()]) drop(key);
    },
  };
}

async function apply(kube: Kube, key: string, { status, uid }: Latest): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  const object = { apiVersion: API_VERSION, kind: API.kind, metadata: { name, namespace, uid }, status };
  await kube.apply(TRAINING_JOB, object, { fieldManager: PROGRESS_MANAGER, force: true, subresource: 'status' });
}
