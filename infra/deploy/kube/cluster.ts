import { setTimeout as sleep } from 'node:timers/promises';
import { connectTo, type KubeApi } from './api.ts';
import { type Resources, resourcesOf } from './resources.ts';

/** A cluster that something is deployed to. */
export interface Cluster {
  readonly api: KubeApi;
  readonly resources: Resources;
  /** Ends early, by throwing, when the user gives up. */
  pause(ms: number): Promise<void>;
}

export async function openCluster(
  kubeconfig: string,
  namespace: string,
  signal: AbortSignal,
  context?: string,
): Promise<Cluster> {
  const api = await connectTo(kubeconfig, signal, context);
  return {
    api,
    resources: resourcesOf(api, namespace),
    async pause(ms) {
      await sleep(ms, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    },
  };
}
