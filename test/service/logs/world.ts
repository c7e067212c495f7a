import { onTestFinished } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { kubeconfigOf } from '../dispatch/world.ts';
import { accepted, container, minimal } from '../jobs/requests.ts';

export interface LogWorld {
  readonly simulated: SimulatedKarmada;
  readonly karmada: Karmada;
  /** A pod of the job in a member, with one container that runs. */
  pod(cluster: string, name: string, container: string, labels?: Record<string, string>): SimulatedPod;
}

export interface SimulatedPod {
  write(...lines: string[]): void;
  phase(phase: 'Pending' | 'Running' | 'Succeeded'): void;
  remove(): void;
}

export const JOB_ID = 'demo-0a1b2c3d';

export async function setUp(): Promise<LogWorld> {
  const simulated = await startSimulatedKarmada({ speed: 0 });
  const karmada = createKarmada(kubeconfigOf(simulated.url));
  onTestFinished(async () => {
    await karmada.close();
    await simulated.close();
  });
  return {
    simulated,
    karmada,
    pod(cluster, name, containerName, labels = { [LABELS.jobId]: JOB_ID }) {
      const { server, logs } = simulated.member(cluster);
      const spec = { containers: [{ name: containerName, image: 'ray' }] };
      const metadata = { name, namespace: 'default', labels };
      server.registry.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, { manager: 'test' });
      server.registry.setStatus(POD, 'default', name, { phase: 'Running' });
      const stored = (): StoredObject => {
        const found = server.registry.store.get(POD, 'default', name);
        if (!found) throw new Error(`pod ${name} is gone`);
        return found;
      };
      return {
        write: (...lines) => {
          for (const line of lines) logs.write(stored(), containerName, line);
        },
        phase(phase) {
          server.registry.setStatus(POD, 'default', name, { phase });
          if (phase === 'Succeeded') logs.end(stored());
        },
        remove() {
          logs.forget(stored().metadata.uid);
          server.registry.delete(POD, 'default', name);
        },
      };
    },
  };
}

export function jobWith(more: Partial<Job> = {}): Job {
  const at = new Date();
  return {
    id: JOB_ID,
    jobName: 'demo',
    namespace: 'default',
    algorithm: 'xgboost',
    priority: 500,
    kind: 'RayJob',
    request: accepted(more.kind === 'Job' ? container({ runtime: 'job' }) : minimal()),
    status: 'Running',
    reason: 'Running',
    message: '',
    wanted: 'run',
    objectName: JOB_ID,
    clusters: ['member1'],
    clusterStates: {},
    retryOf: null,
    attempt: 1,
    createdBy: null,
    createdAt: at,
    updatedAt: at,
    dispatchedAt: at,
    startedAt: at,
    finishedAt: null,
    version: 1,
    ...more,
  };
}

export async function all(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const line of lines) text += line;
  return text;
}
