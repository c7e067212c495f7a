import { onTestFinished } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { kubeconfigOf } from '../dispatch/world.ts';
import { accepted, container, minimal } from '../jobs/requests.ts';
import { runPod, type SimulatedPod } from './pod.ts';

export interface LogWorld {
  readonly simulated: SimulatedKarmada;
  readonly karmada: Karmada;
  /** A pod of the job in a member, with one container that runs. */
  pod(cluster: string, name: string, container: string, labels?: Record<string, string>): SimulatedPod;
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
    pod: (cluster, name, container, labels = { [LABELS.jobId]: JOB_ID }) =>
      runPod(simulated, cluster, { namespace: 'default', name, container, labels }),
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
    unreachableSince: {},
    retryOf: null,
    attempt: 1,
    retryPolicy: null,
    recovery: null,
    attention: null,
    createdBy: null,
    createdAt: at,
    updatedAt: at,
    dispatchedAt: at,
    startedAt: at,
    finishedAt: null,
    ranForMs: 0,
    runningSince: at,
    progress: null,
    utilisation: null,
    volumeRemovedAt: null,
    version: 1,
    ...more,
  };
}

export async function all(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const line of lines) text += line;
  return text;
}
