import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeApi } from '../flow/kube-api.ts';
import { eventually } from '../patience.ts';

/** As much of a pod as is played with. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly env: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

/**
 * Scheduler and kubelet of a member that has no nodes: pods get a node and run when they are told to, and go when they are deleted.
 * All else is the member's own: the Job controller makes them, the API server signs their tokens, the garbage collector takes them.
 */
export function playKubelet(api: KubeApi, namespace: string, patienceMs: number) {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const stop = new AbortController();
  const list = async (labelSelector: string): Promise<Pod[]> => {
    const { body } = await api.get(`${pods}?labelSelector=${encodeURIComponent(labelSelector)}`);
    const all: readonly Pod[] = body.items ?? [];
    return all.filter(({ metadata }) => !metadata.deletionTimestamp);
  };

  async function say(pod: Pod, status: object): Promise<void> {
    const answer = await api.patch(`${pods}/${pod.metadata.name}/status`, { status });
    if (answer.status !== 200) throw new Error(`The pod's status was not taken: ${JSON.stringify(answer.body)}`);
  }

  const ofContainer = (state: object, ready = false) => [
    { name: 'training', image: 'busybox', imageID: '', ready, restartCount: 0, state },
  ];

  const reaping = (async () => {
    while (!stop.signal.aborted) {
      const { body } = await api.get(pods).catch(() => ({ body: {} }));
      for (const { metadata } of (body.items ?? []) as readonly Pod[]) {
        if (metadata.deletionTimestamp) await api.delete(`${pods}/${metadata.name}?gracePeriodSeconds=0`);
      }
      await sleep(250, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();

  return {
    list,
    /** As soon as the Job controller has made that many. */
    async run(labelSelector: string, count: number): Promise<Pod[]> {
      const made = await eventually(
        () => list(labelSelector),
        (found) => found.length === count,
        { what: `${count} pods with ${labelSelector}`, patienceMs },
      );
      for (const pod of made) {
        if (pod.spec.nodeName === undefined) {
          const { name } = pod.metadata;
          const target = { apiVersion: 'v1', kind: 'Node', name: 'node-1' };
          await api.post(`${pods}/${name}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target });
        }
        await say(pod, {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: ofContainer({ running: {} }, true),
        });
      }
      return made;
    },
    end(pod: Pod, exitCode: number): Promise<void> {
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      return say(pod, {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: ofContainer({ terminated: { exitCode, reason } }),
      });
    },
    /** The token that is mounted into the pod. */
    async token({ metadata: { name, uid }, spec }: Pod, audience: string): Promise<string> {
      const account = spec.serviceAccountName ?? 'default';
      const answer = await api.post(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
      });
      if (answer.status !== 201) throw new Error(`No token for ${name}: ${JSON.stringify(answer.body)}`);
      return answer.body.status.token;
    },
    async stop(): Promise<void> {
      stop.abort();
      await reaping;
    },
  };
}
