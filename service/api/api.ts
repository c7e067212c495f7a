import { setMaxListeners } from 'node:events';
import { DRAIN_SECONDS } from '../contract.ts';
import { createApp } from './app.ts';
import { createClusterDirectory } from './clusters.ts';
import type { ApiDependencies } from './dependencies.ts';
import { createMetricsApp, metricsEndpoint } from './metrics.ts';
import { createHttpServer } from './server.ts';

/** The rest of the drain's time is for what comes after the last answer. */
const REQUESTS_GRACE_MS = (DRAIN_SECONDS - 3) * 1000;

interface Api {
  /** Listens, alive but not ready: the database may not answer yet. */
  listen(): Promise<{ port: number; metricsPort: number | null }>;
  /** From now on requests are served. */
  open(): void;
  /** Not ready any more; what is in flight is finished. */
  stop(): Promise<void>;
}

export function createApi(dependencies: Omit<ApiDependencies, 'clusters' | 'state' | 'stopping'>): Api {
  let state: 'starting' | 'open' | 'stopping' = 'starting';
  const stopping = new AbortController();
  // One for each answer that goes on.
  setMaxListeners(0, stopping.signal);
  const app = createApp({
    ...dependencies,
    clusters: createClusterDirectory({
      karmada: dependencies.karmada,
      memory: dependencies.store.clusters,
      log: dependencies.log,
    }),
    state: () => state,
    stopping: stopping.signal,
  });
  const { config, log, metrics } = dependencies;
  const server = createHttpServer(app, config.host, config.port, log);
  const { port: metricsPort, tokenFile } = config.metrics;
  const metricsServer =
    metricsPort === null
      ? undefined
      : createHttpServer(createMetricsApp(metricsEndpoint(metrics, tokenFile), log), config.host, metricsPort, log);
  return {
    async listen() {
      const { port } = await server.start();
      return { port, metricsPort: (await metricsServer?.start())?.port ?? null };
    },
    open() {
      state = 'open';
    },
    async stop() {
      state = 'stopping';
      stopping.abort();
      await Promise.all([server.stop(REQUESTS_GRACE_MS), metricsServer?.stop(REQUESTS_GRACE_MS)]);
    },
  };
}
