import { setMaxListeners } from 'node:events';
import { DRAIN_SECONDS } from '../contract.ts';
import { createApp } from './app.ts';
import { createClusterDirectory } from './clusters.ts';
import type { ApiDependencies } from './dependencies.ts';
import { createHttpServer } from './server.ts';

/** The rest of the drain's time is for what comes after the last answer. */
const REQUESTS_GRACE_MS = (DRAIN_SECONDS - 3) * 1000;

interface Api {
  /** Listens, alive but not ready: the database may not answer yet. */
  listen(): Promise<{ port: number }>;
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
    clusters: createClusterDirectory(dependencies.karmada),
    state: () => state,
    stopping: stopping.signal,
  });
  const server = createHttpServer(app, dependencies.config.host, dependencies.config.port, dependencies.log);
  return {
    listen: server.start,
    open() {
      state = 'open';
    },
    async stop() {
      state = 'stopping';
      stopping.abort();
      await server.stop(REQUESTS_GRACE_MS);
    },
  };
}
