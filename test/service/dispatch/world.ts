import { pino } from 'pino';
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherDependencies,
} from '../../../service/dispatch/dispatcher.ts';
import { referenceTo } from '../../../service/dispatch/step.ts';
import { newJobId, objectNameOf } from '../../../service/jobs/ids.ts';
import { type Job, KIND_OF_RUNTIME } from '../../../service/jobs/job.ts';
import { manifestsOf } from '../../../service/jobs/manifests/index.ts';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import type { KubeObject } from '../../../service/kube/kube.ts';
import type { ClusterSettings } from '../../../service/local/karmada/clusters.ts';
import {
  type SimulatedKarmada,
  type SimulationOptions,
  startSimulatedKarmada,
} from '../../../service/local/karmada/simulated-karmada.ts';
import type { Store } from '../../../service/store/store.ts';
import { atEnd } from '../../concurrently.ts';
import { type Gate, startGate } from '../../fault/gate.ts';
import { eventually } from '../../patience.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { kubeconfigOf, MANIFESTS } from './settings.ts';

export { kubeconfigOf, MANIFESTS };

export interface World {
  readonly database: TestDatabase;
  readonly store: Store;
  /** Between the service and Karmada. */
  readonly gate: Gate;
  readonly simulated: SimulatedKarmada;
  /** Asks the simulated Karmada directly, past the gate. */
  readonly karmada: Karmada;
  /** Started; stopped when the test ends. */
  dispatch(dependencies?: Partial<DispatcherDependencies>): Dispatcher;
  /** Stores a job as the API does. */
  submit(request?: Record<string, unknown>): Promise<Job>;
  /** The job as soon as this holds; undefined stands for a row that is gone. */
  until(id: string, holds: (job: Job | undefined) => boolean): Promise<Job | undefined>;
  /** As `until`, for a reason to be shown. */
  shows(id: string, reason: string): Promise<Job>;
}

export async function setUp(simulation: SimulationOptions = {}): Promise<World> {
  const database = await freshDatabase();
  // Speed 0: in the members nothing happens by itself.
  const simulated = await startSimulatedKarmada({
    speed: 0,
    propagationDelayMs: 10,
    notReadyAfterMs: 0,
    clusters: ['member1', 'member2', 'member3'].map(cluster),
    ...simulation,
  });
  const gate = await startGate(simulated.url);
  const store = database.store();
  const direct = createKarmada(kubeconfigOf(simulated.url));
  const gated = createKarmada(kubeconfigOf(gate.url));
  const dispatchers: Dispatcher[] = [];
  atEnd(async () => {
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop(0)));
    await Promise.all([direct.close(), gated.close()]);
    await gate.close();
    await simulated.close();
  });

  const until = (id: string, holds: (job: Job | undefined) => boolean): Promise<Job | undefined> =>
    eventually(() => store.jobs.get(id), holds);

  return {
    database,
    store,
    gate,
    simulated,
    karmada: direct,
    until,
    dispatch(dependencies = {}) {
      const dispatcher = createDispatcher({
        store,
        karmada: gated,
        log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
        manifests: MANIFESTS,
        keepLogs: async () => undefined,
        finishedRetentionSeconds: 3_600,
        volumeRetentionSeconds: 7 * 86_400,
        removeNamespaces: true,
        placementGraceSeconds: 300,
        unreachable: async () => new Set(),
        ...dependencies,
      });
      dispatchers.push(dispatcher);
      dispatcher.start();
      return dispatcher;
    },
    async submit(fields = {}) {
      const parsed = parseJobRequest({ jobName: 'train', algorithm: { algorithmName: 'xgboost' }, ...fields });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const id = newJobId(parsed.request.jobName);
      const inserted = await store.jobs.insert({
        id,
        objectName: objectNameOf(id),
        kind: KIND_OF_RUNTIME[parsed.request.runtime],
        algorithm: parsed.request.algorithm.algorithmName,
        request: parsed.request,
        retryOf: null,
        createdBy: 'tester',
      });
      if (inserted.outcome !== 'created') throw new Error(inserted.outcome);
      return inserted.job;
    },
    async shows(id, reason) {
      const job = await until(id, (each) => each?.reason === reason);
      if (!job) throw new Error('The job is gone');
      return job;
    },
  };
}

/** All alike: with nothing else to tell them apart, the first by name is chosen. */
const cluster = (name: string): ClusterSettings => ({
  name,
  region: 'here',
  zone: 'here-1',
  nodes: 4,
  node: { cpu: 64, memoryGi: 512, gpus: 8 },
});

/** The objects of a job, by what they are. */
export function objectsOf(job: Job) {
  const { namespace, volume, workload, earlier } = manifestsOf(job, MANIFESTS);
  const reference = (object: KubeObject | undefined) => {
    if (!object) throw new Error('The job has no such object');
    return referenceTo(object);
  };
  return {
    namespace: reference(namespace),
    volume: reference(volume),
    earlierVolumePolicy: reference(earlier.volumePolicy([])),
    earlierPolicy: reference(earlier.policy),
    workload: reference(workload),
  };
}

/** What is left of a job on the control plane and in its members: `control plane: Kind`, `member1: Kind`. */
export async function remainsOf({ karmada }: World, job: Job): Promise<string[]> {
  const { namespace: _shared, ...objects } = objectsOf(job);
  const found: string[] = [];
  for (const reference of Object.values(objects)) {
    if (await karmada.get(reference)) found.push(`control plane: ${reference.kind}`);
  }
  for (const { name } of await karmada.clusters()) {
    for (const reference of [objects.workload, objects.volume]) {
      if (await karmada.member(name).get(reference)) found.push(`${name}: ${reference.kind}`);
    }
  }
  return found;
}
