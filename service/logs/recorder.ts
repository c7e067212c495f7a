import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { withSignals } from '../signals.ts';
import type { LogStore } from '../store/store.ts';
import { keepLogsSoFar, type LogKeeper } from './keep.ts';

/** Each job that runs is read about this often. */
const EVERY_SECONDS = 60;
const LOOK_EVERY_MS = 5_000;
/** With the time above: 240 jobs a minute and replica; of more, each is read more rarely. */
const MAX_JOBS_A_LOOK = 20;
const AT_ONCE = 4;
const MAX_READ_MS = 15_000;

export interface LogRecorder {
  stop(): Promise<void>;
}

interface Recorded extends LogKeeper {
  readonly store: LogKeeper['store'] & Pick<LogStore, 'claimRunning'>;
}

/**
 * Keeps what jobs write while they run, so that it is there when their cluster is away, and after KubeRay or Kubernetes has taken
 * the pods of a try that failed. Replicas share the jobs out through the store.
 */
export function startLogRecorder(keeper: Recorded, log: Logger, lookEveryMs = LOOK_EVERY_MS): LogRecorder {
  if (keeper.keepBytes === 0) return { stop: async () => undefined };
  const stopping = new AbortController();
  const limit = pLimit(AT_ONCE);
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const jobs = await keeper.store.claimRunning(MAX_JOBS_A_LOOK, EVERY_SECONDS);
    await Promise.all(
      jobs.map((job) =>
        limit(async () => {
          const patience = AbortSignal.timeout(MAX_READ_MS);
          await withSignals([stopping.signal, patience], (signal) => keepLogsSoFar(keeper, job, signal)).catch(
            (error: unknown) => log.debug({ err: error, job: job.id }, 'Could not keep what a job has written so far'),
          );
        }),
      ),
    );
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.debug({ err: error }, 'Could not look for jobs whose output is to be kept'))
      .finally(() => {
        looking = undefined;
      });
  }, lookEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await looking;
    },
  };
}
