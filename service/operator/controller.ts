import { KubeError } from '../kube/errors.ts';
import type { Kube } from '../kube/kube.ts';
import type { Reading, Surroundings } from '../trainingjob/index.ts';
import { type Caches, createCaches } from './caches.ts';
import { fenced, NotLeadingError } from './fence.ts';
import { createMemory, type Reconciler, reconcile } from './reconcile.ts';
import { createWaiting } from './waiting.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

interface ControllerOptions {
  readonly kube: Kube;
  readonly namespaces: readonly string[];
  readonly surroundings: (namespace: string) => Promise<Surroundings>;
  /** See Reconciler. */
  readonly flushProgress?: Reconciler['flushProgress'];
  readonly workers: number;
  /** Asked before each write. */
  readonly isLeading: () => boolean;
  readonly now?: () => Date;
  readonly onReconciled?: (report: { readonly seconds: number; readonly error: unknown }) => void;
  readonly onGone?: (gone: Reading) => void;
  readonly log: ControllerLog;
}

interface ControllerLog {
  warn(details: object, message: string): void;
  debug(details: object, message: string): void;
}

export interface Controller {
  readonly caches: Caches;
  readonly queue: WorkQueue;
  /** Begins to act; before that it only watches. */
  lead(): void;
  /** Something that concerns all jobs has changed. */
  lookAtAll(): void;
  stop(): Promise<void>;
}

/** All TrainingJobs of a cluster: whatever changes about one of them brings its key into the queue. */
export function createController(options: ControllerOptions): Controller {
  const { log, isLeading, now = () => new Date(), onReconciled } = options;
  const kube = fenced(options.kube, isLeading);
  let isActing = false;

  const queue = createWorkQueue({
    workers: options.workers,
    async work(key) {
      const startedAt = performance.now();
      let error: unknown;
      try {
        return await reconcile(key, reconciler);
      } catch (thrown) {
        error = thrown;
        if (thrown instanceof NotLeadingError) return {};
        throw thrown;
      } finally {
        onReconciled?.({ seconds: (performance.now() - startedAt) / 1000, error });
      }
    },
    onFailure(key, error, retryInMs) {
      // Somebody was faster, which is everyday life: what is there by now is read, and decided upon anew.
      const isConflict = error instanceof KubeError && error.failure === 'conflict';
      const details = { trainingJob: key, retryInMs: Math.round(retryInMs) };
      if (isConflict) log.debug(details, (error as Error).message);
      else log.warn({ ...details, err: error }, `TrainingJob ${key}: ${(error as Error).message}`);
    },
  });

  const memory = createMemory();
  const caches = createCaches(options.kube, {
    namespaces: options.namespaces,
    // What the cache has by now need not be remembered beside it.
    isOwnWrite: (key, resourceVersion) =>
      memory.written.get(key)?.resourceVersion === resourceVersion && memory.written.delete(key),
    ...(options.onGone ? { onGone: options.onGone } : {}),
    onChange: (key) => {
      if (isActing) queue.add(key);
    },
    onTrouble: (error, retryInMs) => log.warn({ retryInMs: Math.round(retryInMs) }, (error as Error).message),
  });

  const reconciler: Reconciler = {
    kube,
    caches,
    memory,
    surroundings: options.surroundings,
    waiting: createWaiting({ kube, onTrouble: (error) => log.warn({}, (error as Error).message) }),
    flushProgress: options.flushProgress ?? (async () => undefined),
    now,
    onTrouble: (error) => log.warn({}, (error as Error).message),
  };

  function lookAtAll(): void {
    if (isActing) for (const key of caches.keys()) queue.add(key);
  }

  return {
    caches,
    queue,
    lead() {
      isActing = true;
      lookAtAll();
    },
    lookAtAll,
    async stop() {
      isActing = false;
      await queue.stop();
      await caches.stop();
    },
  };
}
