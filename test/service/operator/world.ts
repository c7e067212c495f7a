import { JOB } from '../../../service/local/kube/job-kind.ts';
import { CONFIG_MAP, EVENT, PERSISTENT_VOLUME_CLAIM, POD, SERVICE } from '../../../service/local/kube/kinds.ts';
import { listAt, pick, type StoredObject, textAt, timestamp } from '../../../service/local/kube/objects.ts';
import type { ResourceType } from '../../../service/local/kube/resources.ts';
import { type Controller, createController } from '../../../service/operator/controller.ts';
import type { SpecInput, Status } from '../../../service/trainingjob/index.ts';
import { type Cluster, startCluster, TRAINING_JOB } from './cluster.ts';

// The controller against an API server over HTTP, whose Job controller and kubelets are the test.

const NAMESPACE = 'ml';

export interface World {
  readonly cluster: Cluster;
  readonly controllers: Controller[];
  /** Starts another operator; it acts at once. */
  operate(options?: Partial<Parameters<typeof createController>[0]>): Promise<Controller>;
  submit(name: string, spec?: Partial<SpecInput>, labels?: Record<string, string>): StoredObject;
  change(name: string, spec: object): void;
  status(name: string): Status;
  find(type: ResourceType, name: string): StoredObject | undefined;
  job(name: string): StoredObject | undefined;
  /** Pods of the standing Job, made if they are not there yet. */
  pods(name: string, phase: string, more?: object): void;
  /** Worker `rank` ends so, and the Job with it. */
  fail(name: string, rank: number, more?: { exitCode?: number; disrupted?: boolean }): void;
  succeed(name: string): void;
  /** Its first attempt has just made a step, of so many seconds as they usually take. */
  reportStep(name: string, stepSeconds: number): void;
  events(name: string): string[];
  /** Nothing is to be done any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const writer = { manager: 'kube-controller-manager' };

export async function startWorld(options: Parameters<typeof startCluster>[0] = {}): Promise<World> {
  const cluster = await startCluster(options);
  const { registry } = cluster;
  const controllers: Controller[] = [];
  const find = (type: ResourceType, name: string) => registry.store.get(type, NAMESPACE, name);
  const job = (name: string) => find(JOB, `${name}-training`);
  const podsOf = (uid: string) =>
    registry.store.list(POD, NAMESPACE).filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid);

  function makePods(batchJob: StoredObject): StoredObject[] {
    const standing = podsOf(batchJob.metadata.uid);
    if (standing.length > 0) return standing;
    const workers = Number(pick(batchJob, 'spec', 'completions'));
    return Array.from({ length: workers }, (_, rank) =>
      registry.create(
        POD,
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: `${batchJob.metadata.name}-${rank}-${batchJob.metadata.uid.slice(0, 5)}`,
            namespace: NAMESPACE,
            labels: pick(batchJob, 'spec', 'template', 'metadata', 'labels') as Record<string, string>,
            annotations: { 'batch.kubernetes.io/job-completion-index': String(rank) },
            ownerReferences: [
              {
                apiVersion: 'batch/v1',
                kind: 'Job',
                name: batchJob.metadata.name,
                uid: batchJob.metadata.uid,
                controller: true,
              },
            ],
          },
          spec: { ...(pick(batchJob, 'spec', 'template', 'spec') as object), nodeName: 'node-1' },
        },
        writer,
      ),
    );
  }

  const must = (name: string): StoredObject => {
    const found = job(name);
    if (!found) throw new Error(`${name} has no Job`);
    return found;
  };

  const end = (batchJob: StoredObject, type: string, more: object = {}) =>
    registry.setStatus(JOB, NAMESPACE, batchJob.metadata.name, {
      startTime: timestamp(),
      ...more,
      conditions: [{ type, status: 'True', reason: 'Test', message: '', lastTransitionTime: timestamp() }],
    });

  const world: World = {
    cluster,
    controllers,
    find,
    job,
    async operate(more = {}) {
      const controller = createController({
        kube: cluster.kube(),
        namespaces: [],
        surroundings: async () => ({
          podSecurity: 'restricted',
          progressUrl: 'https://progress',
          progressAuthority: 'ca',
        }),
        workers: 4,
        isLeading: () => true,
        log: { warn: () => {}, debug: () => {} },
        ...more,
      });
      controllers.push(controller);
      await controller.caches.synced;
      controller.lead();
      return controller;
    },
    submit: (name, spec = {}, labels = {}) =>
      registry.create(
        TRAINING_JOB,
        {
          apiVersion: 'ml.example.com/v1',
          kind: 'TrainingJob',
          metadata: { name, namespace: NAMESPACE, labels },
          spec: { model: 'm', dataset: 'd', ...spec },
        },
        { manager: 'kubectl' },
      ),
    change(name, spec) {
      const before = registry.read(TRAINING_JOB, NAMESPACE, name);
      registry.update(
        TRAINING_JOB,
        { ...before, spec: { ...(before.spec as object), ...spec } },
        { manager: 'kubectl' },
      );
    },
    status: (name) => (registry.read(TRAINING_JOB, NAMESPACE, name).status ?? {}) as Status,
    pods(name, phase, more = {}) {
      for (const pod of makePods(must(name))) {
        registry.setStatus(POD, NAMESPACE, pod.metadata.name, { phase, ...more });
      }
    },
    fail(name, rank, { exitCode = 1, disrupted = false } = {}) {
      const batchJob = must(name);
      for (const [index, pod] of makePods(batchJob).entries()) {
        const terminated = { exitCode: index === rank ? exitCode : 143, reason: 'Error' };
        const isDisrupted = disrupted && index === rank;
        registry.setStatus(POD, NAMESPACE, pod.metadata.name, {
          phase: 'Failed',
          containerStatuses: [{ name: 'training', state: { terminated } }],
          ...(isDisrupted
            ? { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] }
            : {}),
        });
      }
      end(batchJob, 'Failed');
    },
    succeed(name) {
      const batchJob = must(name);
      world.pods(name, 'Succeeded');
      end(batchJob, 'Complete', { succeeded: pick(batchJob, 'spec', 'completions') });
    },
    reportStep(name, stepSeconds) {
      const object = { apiVersion: 'ml.example.com/v1', kind: 'TrainingJob', metadata: { name, namespace: NAMESPACE } };
      const status = { progressAttempt: 1, stepSeconds, stepTime: new Date().toISOString() };
      const writer = { manager: 'trainingjob-progress', subresource: 'status' };
      registry.apply(TRAINING_JOB, { ...object, status }, writer, true);
    },
    events: (name) =>
      registry.store
        .list(EVENT, NAMESPACE)
        .filter((event) => textAt(event, 'involvedObject', 'name') === name)
        .map((event) => String(event.reason)),
    async settled() {
      for (const controller of controllers) await controller.queue.idle();
    },
    async close() {
      for (const controller of controllers) await controller.stop();
      await cluster.close();
    },
  };
  return world;
}

export const children = (world: World, name: string) => ({
  job: world.job(name),
  configMap: world.find(CONFIG_MAP, `${name}-config`),
  service: world.find(SERVICE, `${name}-headless`),
  claim: world.find(PERSISTENT_VOLUME_CLAIM, `${name}-checkpoints`),
});

export const conditionOf = (status: Status, type: string): string | undefined =>
  textAt(
    listAt(status, 'conditions').find((each) => textAt(each, 'type') === type),
    'status',
  );
