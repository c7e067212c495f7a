import { text } from 'node:stream/consumers';
import { KubeError } from '../../kube/errors.ts';
import type { Kube } from '../../kube/kube.ts';
import { CONTAINER, findReport, type Pod, type TrainingJob } from '../../trainingjob/index.ts';
import type { Caches } from '../caches.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ProgressWriter } from './writer.ts';

interface LogReaderOptions {
  readonly kube: Kube;
  readonly caches: Pick<Caches, 'trainingJobs' | 'podsOf'>;
  readonly writer: Pick<ProgressWriter, 'take'>;
  /** One replica reads. */
  readonly isLeading: () => boolean;
  readonly clock?: Clock;
  readonly now?: () => Date;
  readonly onTrouble: (error: unknown) => void;
}

export interface LogReader {
  /** The last that this job's worker 0 has written, before its end is told. */
  read(key: string): Promise<void>;
  stop(): Promise<void>;
}

// However many jobs there are, kubelets and API server are asked for so many logs a second, and no job more often than this.
const LOGS_PER_SECOND = 5;
const EVERY_MS = 10_000;
const TIMEOUT_MS = 5_000;
/** Who calls does so every 5 s. */
const SILENT_MS = 30_000;

/** A training that logs more than this between two reports is found out about later. */
const TAIL = { tailLines: 100, limitBytes: 256 * 1024 };

/** Progress of images that cannot call: the newest line in worker 0's log that is a report, for jobs from which none has come otherwise. */
export function createLogReader(options: LogReaderOptions): LogReader {
  const { caches, clock = systemClock, isLeading, kube, now = () => new Date(), onTrouble, writer } = options;
  const jobs = new Map<string, { readonly uid: string; readAt: number; line: string | undefined }>();
  let round: Promise<void> = Promise.resolve();
  let cancel = (): void => {};
  let stopped = false;

  const jobOf = (key: string): TrainingJob | undefined => {
    const reading = caches.trainingJobs.get(key);
    return reading && 'job' in reading ? reading.job : undefined;
  };

  /** Nothing of this attempt, or nothing but what was read here, by us or before we were started. */
  const isSilent = ({ status }: TrainingJob, line: string | undefined): boolean =>
    status.progressAttempt !== status.attempt ||
    line !== undefined ||
    now().getTime() - Date.parse(status.progressTime ?? '') > SILENT_MS;

  function due(): string[] {
    const candidates = caches.trainingJobs
      .list()
      .flatMap((reading) => ('job' in reading && reading.job.status.state === 'Running' ? [reading.job] : []))
      .map((job) => ({ job, key: `${job.namespace}/${job.name}` }))
      .map(({ job, key }) => ({ job, key, known: jobs.get(key) }))
      .filter(({ job, known }) => isSilent(job, known?.line) && clock.now() - (known?.readAt ?? -EVERY_MS) >= EVERY_MS)
      .sort((a, b) => (a.known?.readAt ?? 0) - (b.known?.readAt ?? 0));
    return candidates.slice(0, LOGS_PER_SECOND).map(({ key }) => key);
  }

  async function read(key: string): Promise<void> {
    const job = jobOf(key);
    const pod = job && workerZero(caches.podsOf(key), job);
    if (!pod) return;
    const before = jobs.get(key);
    const known = before?.uid === pod.uid ? before : { uid: pod.uid, readAt: 0, line: undefined };
    if (!isSilent(job, known.line)) return;
    known.readAt = clock.now();
    jobs.set(key, known);
    try {
      const log = await kube.logs({ namespace: pod.namespace, name: pod.name, container: CONTAINER }, TAIL, {
        timeoutMs: TIMEOUT_MS,
      });
      const found = findReport(await text(log));
      if (!found || found.line === known.line) return;
      known.line = found.line;
      writer.take(key, pod.attempt, found.report);
    } catch (error) {
      const isEveryday = error instanceof KubeError && ['missing', 'notReady'].includes(error.failure);
      if (!isEveryday) onTrouble(error);
    }
  }

  function plan(): void {
    if (stopped) return;
    cancel = clock.after(1_000, () => {
      for (const key of jobs.keys()) if (!jobOf(key)) jobs.delete(key);
      round = Promise.all(isLeading() ? due().map(read) : []).then(plan);
    });
  }
  plan();

  return {
    read,
    async stop() {
      stopped = true;
      cancel();
      await round;
    },
  };
}

const workerZero = (pods: readonly Pod[], { status }: TrainingJob): Pod | undefined =>
  pods.find(({ attempt, phase, rank }) => rank === 0 && attempt === status.attempt && phase !== 'Pending');
