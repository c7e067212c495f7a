import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeApi } from './api.ts';
import { type Resources, resourcesOf } from './resources.ts';

/** A cluster that something is deployed to. */
export interface Cluster {
  readonly api: KubeApi;
  readonly resources: Resources;
  /** Ends early, by throwing, when the user gives up. */
  pause(ms: number): Promise<void>;
}

export const clusterFor = (api: KubeApi, namespace: string, signal: AbortSignal): Cluster => ({
  api,
  resources: resourcesOf(api, namespace),
  async pause(ms) {
    await sleep(ms, undefined, { signal }).catch(() => {
      throw signal.reason;
    });
  },
});
