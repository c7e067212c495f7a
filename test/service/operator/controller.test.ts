import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKube } from '../../../service/kube/client.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { CONFIG_MAP, EVENT, PERSISTENT_VOLUME_CLAIM, POD, SERVICE } from '../../../service/local/kube/kinds.ts';
import { pick, timestamp } from '../../../service/local/kube/objects.ts';
import { POD_GROUP, refused, TRAINING_JOB } from './cluster.ts';
import { children, conditionOf, startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const state = (name: string) => () => world.status(name).state;
const attempt = (name: string) => () => Number(world.job(name)?.metadata.labels?.['ml.example.com/attempt']);

describe('a TrainingJob', () => {
  it('gets its objects, runs and completes', async () => {
    await world.operate();
    const { metadata } = world.submit('bert', {
      numWorkers: 2,
      checkpoint: { storage: { type: 'pvc' } },
    });
    await expect.poll(attempt('bert')).toBe(1);
    const made = children(world, 'bert');
    for (const child of [made.job, made.configMap, made.service, made.claim]) {
      expect(child?.metadata.ownerReferences?.[0]?.uid).toBe(metadata.uid);
    }
    await expect.poll(state('bert')).toBe('Pending');
    world.pods('bert', 'Pending');
    await expect.poll(state('bert')).toBe('Initializing');
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    expect(world.status('bert').workers).toMatchObject({ active: 2, pending: 0, summary: '2/2' });
    expect(conditionOf(world.status('bert'), 'Ready')).toBe('True');
    world.succeed('bert');
    await expect.poll(state('bert')).toBe('Completed');
    await world.settled();
    expect(world.events('bert')).toEqual(['Started', 'Initializing', 'Running', 'Completed']);
    expect(world.job('bert')).toBeDefined();
  });

  it('has its Job before anything is told of it, and four writes are all that its beginning takes', async () => {
    await world.operate();
    world.cluster.requests.length = 0;
    world.submit('bert');
    await expect.poll(() => world.events('bert')).toEqual(['Started']);
    await world.settled();
    const writes = world.cluster.requests.filter((title) => !/^(GET|WATCH)/.test(title));
    expect(writes).toEqual([
      'PATCH ml/bert-config configmaps',
      'POST ml jobs',
      'PATCH ml/bert trainingjobs',
      'POST ml events',
    ]);
    expect(world.status('bert')).toMatchObject({ reason: 'CreatingPods', attempt: 1, restartCount: 0, failures: 0 });
    expect(world.status('bert').startTime).toBeDefined();
  });

  it('whose progress changes is not looked at again', async () => {
    const reconciled: unknown[] = [];
    await world.operate({ onReconciled: (report) => reconciled.push(report) });
    world.submit('bert');
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    await world.settled();
    const before = reconciled.length;
    for (const progress of ['10%', '20%', '30%']) {
      const { metadata } = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
      const { name, namespace } = metadata;
      const applied = { apiVersion: 'ml.example.com/v1', kind: 'TrainingJob', metadata: { name, namespace } };
      const writer = { manager: 'trainingjob-progress', subresource: 'status' };
      world.cluster.registry.apply(TRAINING_JOB, { ...applied, status: { progress, currentEpoch: 1 } }, writer, true);
    }
    // What is asked for after them has been seen after them.
    world.submit('next');
    await expect.poll(attempt('next')).toBe(1);
    await world.settled();
    const own = reconciled.length - before;
    expect(own).toBeLessThanOrEqual(4);
    expect(world.status('bert')).toMatchObject({ state: 'Running', progress: '30%' });
  });

  it('that has reported steps and reports no more is found to stall, and to go on', async () => {
    await world.operate();
    world.submit('bert', { failurePolicy: { stall: { factor: 2, minimumSeconds: 1 } } });
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    await world.settled();
    world.reportStep('bert', 0.1);
    const stalled = () => conditionOf(world.status('bert'), 'Stalled');
    await expect.poll(stalled).toBe('True');
    world.reportStep('bert', 1_000);
    await expect.poll(stalled).toBe('False');
  });

  it('is started again as a whole when a worker fails, from its last checkpoint, until its limit', async () => {
    await world.operate();
    world.submit('bert', { numWorkers: 3, failurePolicy: { backoffLimit: 2 } });
    for (const each of [1, 2, 3]) {
      await expect.poll(attempt('bert')).toBe(each);
      world.pods('bert', 'Running');
      await expect.poll(state('bert')).toBe('Running');
      const before = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
      const status = { ...(before.status as object), checkpoint: { latest: `/checkpoints/${each}` } };
      world.cluster.registry.update(
        TRAINING_JOB,
        { ...before, status },
        { manager: 'progress', subresource: 'status' },
      );
      world.fail('bert', 1);
      if (each < 3) await expect.poll(attempt('bert')).toBe(each + 1);
    }
    await expect.poll(state('bert')).toBe('Failed');
    expect(world.status('bert')).toMatchObject({
      failureReason: 'BackoffLimitExceeded',
      attempt: 3,
      restartCount: 2,
      failures: 3,
    });
    const env = pick(world.job('bert'), 'spec', 'template', 'spec', 'containers') as { env: object[] }[];
    expect(env[0]?.env).toContainEqual({ name: 'RESUME_FROM', value: '/checkpoints/2' });
  });

  it('that was disrupted is started again, and that does not count', async () => {
    await world.operate();
    world.submit('bert', { failurePolicy: { backoffLimit: 0 } });
    for (const each of [1, 2, 3]) {
      await expect.poll(attempt('bert')).toBe(each);
      world.pods('bert', 'Running');
      await expect.poll(() => world.status('bert').attempt).toBe(each);
      world.fail('bert', 0, { disrupted: true });
    }
    await expect.poll(attempt('bert')).toBe(4);
    expect(world.status('bert')).toMatchObject({ failures: 0, restartCount: 3 });
  });

  it('is stopped and goes on with suspend', async () => {
    await world.operate();
    world.submit('bert');
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    world.change('bert', { suspend: true, image: 'other', numWorkers: 2 });
    await expect.poll(state('bert')).toBe('Suspended');
    await expect.poll(() => world.job('bert')).toBeUndefined();
    expect(world.cluster.registry.store.list(POD, 'ml')).toEqual([]);
    world.change('bert', { suspend: false });
    await expect.poll(attempt('bert')).toBe(2);
    expect(pick(world.job('bert'), 'spec', 'completions')).toBe(2);
    expect(world.status('bert')).toMatchObject({ attempt: 2, restartCount: 0 });
  });

  it('that is deleted takes its objects along', async () => {
    await world.operate();
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Running');
    world.cluster.registry.delete(TRAINING_JOB, 'ml', 'bert');
    await expect.poll(() => Object.values(children(world, 'bert')).filter(Boolean)).toEqual([]);
    await world.settled();
    expect(world.cluster.registry.store.list(POD, 'ml')).toEqual([]);
  });

  it('whose ConfigMap is refused gets no Job, and says why', async () => {
    let refuse = true;
    world.cluster.fates.add(({ method, path }) =>
      refuse && method === 'PATCH' && path.includes('configmaps')
        ? Promise.resolve(refused(403, 'Forbidden', 'configmaps "bert-config" is forbidden: exceeded quota'))
        : undefined,
    );
    await world.operate();
    world.submit('bert');
    await expect.poll(() => world.status('bert').reason).toBe('CannotCreate');
    expect(world.status('bert').message).toContain('exceeded quota');
    expect(world.job('bert')).toBeUndefined();
    refuse = false;
    await expect.poll(attempt('bert')).toBe(1);
    await expect.poll(() => world.status('bert').reason).toBe('CreatingPods');
    expect(world.events('bert').filter((reason) => reason === 'CannotCreate')).toHaveLength(1);
  });

  it('does not take over a Job of somebody else', async () => {
    const container = { name: 'x', image: 'x' };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    world.cluster.registry.create(
      JOB,
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'bert-training', namespace: 'ml' }, spec: { template } },
      { manager: 'somebody' },
    );
    await world.operate();
    world.submit('bert');
    await expect.poll(() => world.status('bert').reason).toBe('NameTaken');
    expect(world.job('bert')?.metadata.ownerReferences).toBeUndefined();
  });
});

describe('why it waits', () => {
  const warn = (
    about: { metadata: { uid: string; name: string }; kind: string } | undefined,
    reason: string,
    message: string,
  ) => {
    if (!about) throw new Error('nothing to warn about');
    const { name, uid } = about.metadata;
    world.cluster.registry.create(
      EVENT,
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { generateName: 'event-', namespace: 'ml' },
        type: 'Warning',
        reason,
        message,
        lastTimestamp: timestamp(),
        involvedObject: { kind: about.kind, name, namespace: 'ml', uid },
      },
      { manager: 'kube-controller-manager' },
    );
  };

  it('a quota that lets no pod be made, as the Job is told', async () => {
    await world.operate();
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(attempt('bert')).toBe(1);
    warn(world.job('bert'), 'FailedCreate', 'pods "bert-training-0-x" is forbidden: exceeded quota: gpus');
    await expect.poll(() => world.status('bert').reason).toBe('FailedCreate');
    expect(world.status('bert').message).toContain('exceeded quota: gpus');
    // And no longer when it has passed.
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    expect(world.status('bert').reason).toBe('Running');
    expect(world.events('bert')).toContain('FailedCreate');
  });

  it('a volume that cannot be mounted, as the pod is told; the other pod is of no interest', async () => {
    await world.operate();
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Pending', {
      containerStatuses: [{ name: 'training', state: { waiting: { reason: 'ContainerCreating' } } }],
    });
    const pod = world.cluster.registry.store.list(POD, 'ml')[0];
    warn(pod, 'FailedMount', 'MountVolume.SetUp failed for volume "checkpoints": not found');
    await expect.poll(() => world.status('bert').reason).toBe('FailedMount');
    expect(world.status('bert').state).toBe('Initializing');
    const asked = world.cluster.requests.filter((title) => title === 'GET ml events').length;
    expect(asked).toBeLessThanOrEqual(2);
  });
});

describe('PodGroups', () => {
  it('are made before the Job, one an attempt, and the one before goes', async () => {
    const groups = () => world.cluster.registry.store.list(POD_GROUP, 'ml').map(({ metadata }) => metadata.name);
    await world.operate({
      surroundings: async () => ({
        podSecurity: 'restricted',
        progressUrl: undefined,
        progressAuthority: '',
        podGroups: true,
      }),
    });
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(attempt('bert')).toBe(1);
    expect(groups()).toEqual(['bert-attempt-1']);
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
    world.fail('bert', 0);
    await expect.poll(attempt('bert')).toBe(2);
    expect(groups()).toEqual(['bert-attempt-2']);
    world.cluster.registry.delete(TRAINING_JOB, 'ml', 'bert');
    await expect.poll(groups).toEqual([]);
  });

  it('that the cluster does not serve are said to be missing', async () => {
    world.cluster.fates.add(({ path }) =>
      path.includes('podgroups')
        ? Promise.resolve(refused(404, 'NotFound', 'the server could not find the requested resource'))
        : undefined,
    );
    await world.operate({
      surroundings: async () => ({
        podSecurity: 'restricted',
        progressUrl: undefined,
        progressAuthority: '',
        podGroups: true,
      }),
    });
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(() => world.status('bert').reason).toBe('CannotCreate');
    expect(world.job('bert')).toBeUndefined();
  });
});

describe('what others do meanwhile', () => {
  beforeEach(async () => {
    await world.operate();
    world.submit('bert', { numWorkers: 2 });
    await expect.poll(attempt('bert')).toBe(1);
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
  });

  it('a ConfigMap or Service that was removed is made again', async () => {
    world.cluster.registry.delete(CONFIG_MAP, 'ml', 'bert-config');
    world.cluster.registry.delete(SERVICE, 'ml', 'bert-headless');
    await expect.poll(() => children(world, 'bert')).toMatchObject({ configMap: {}, service: {} });
    expect(world.status('bert')).toMatchObject({ state: 'Running', attempt: 1 });
  });

  it('a ConfigMap that was changed is put right', async () => {
    const before = world.cluster.registry.read(CONFIG_MAP, 'ml', 'bert-config');
    world.cluster.registry.update(CONFIG_MAP, { ...before, data: { model: 'evil' } }, { manager: 'somebody' });
    await expect.poll(() => pick(children(world, 'bert').configMap, 'data', 'model')).toBe('m');
  });

  it('a Job that was deleted is another attempt', async () => {
    world.cluster.registry.delete(JOB, 'ml', 'bert-training');
    await expect.poll(attempt('bert')).toBe(2);
    expect(world.status('bert')).toMatchObject({ failures: 0, failureReason: 'JobDeleted' });
  });

  const claimOf = (name: string) => children(world, name).claim;
  const resumeFrom = (name: string) => {
    const [container] = pick(world.job(name), 'spec', 'template', 'spec', 'containers') as {
      env: { name: string; value: string }[];
    }[];
    return container?.env.find((each) => each.name === 'RESUME_FROM')?.value;
  };
  const writesCheckpoint = (name: string, latest: string) => {
    const { registry } = world.cluster;
    const before = registry.read(TRAINING_JOB, 'ml', name);
    const status = { ...(before.status as object), checkpoint: { latest, time: new Date().toISOString() } };
    registry.update(TRAINING_JOB, { ...before, status }, { manager: 'progress', subresource: 'status' });
  };

  it('a claim that was deleted before its pods had a node is made again', async () => {
    world.submit('kept', { checkpoint: { storage: {} } });
    await expect.poll(attempt('kept')).toBe(1);
    world.cluster.registry.delete(PERSISTENT_VOLUME_CLAIM, 'ml', 'kept-checkpoints');
    const message = '0/3 nodes are available: persistentvolumeclaim "kept-checkpoints" not found. preemption: none';
    world.pods('kept', 'Pending', {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });
    await expect.poll(() => claimOf('kept')).toBeDefined();
    expect(world.status('kept')).toMatchObject({ attempt: 1 });
  });

  it('a claim that was deleted takes its checkpoint along: the next attempt begins anew, and the one after from its own', async () => {
    world.submit('kept', { checkpoint: { storage: {}, resumeFrom: 's3://models/base' } });
    await expect.poll(attempt('kept')).toBe(1);
    const uid = claimOf('kept')?.metadata.uid;
    writesCheckpoint('kept', '/checkpoints/1');
    world.cluster.registry.delete(PERSISTENT_VOLUME_CLAIM, 'ml', 'kept-checkpoints');
    world.fail('kept', 0);
    await expect.poll(attempt('kept')).toBe(2);
    expect(resumeFrom('kept')).toBe('s3://models/base');
    expect(claimOf('kept')?.metadata.uid).not.toBe(uid);
    await expect.poll(() => world.events('kept')).toContain('CheckpointLost');
    writesCheckpoint('kept', '/checkpoints/2');
    world.fail('kept', 0);
    await expect.poll(attempt('kept')).toBe(3);
    expect(resumeFrom('kept')).toBe('/checkpoints/2');
  });

  it('a claim that was made anew by another has none of the checkpoints', async () => {
    world.submit('kept', { checkpoint: { storage: {} } });
    await expect.poll(attempt('kept')).toBe(1);
    const { registry } = world.cluster;
    const spec = claimOf('kept')?.spec;
    writesCheckpoint('kept', '/checkpoints/1');
    registry.delete(PERSISTENT_VOLUME_CLAIM, 'ml', 'kept-checkpoints');
    const later = new Date(Date.now() + 5_000).toISOString().replace(/\.\d+Z/, 'Z');
    const anew = registry.create(
      PERSISTENT_VOLUME_CLAIM,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'kept-checkpoints', namespace: 'ml' },
        spec,
      },
      { manager: 'somebody' },
    );
    registry.store.put(PERSISTENT_VOLUME_CLAIM, {
      ...anew,
      metadata: { ...anew.metadata, creationTimestamp: later },
    });
    world.fail('kept', 0);
    await expect.poll(attempt('kept')).toBe(2);
    expect(resumeFrom('kept')).toBeUndefined();
  });

  it('a claim that is being deleted is waited for before the next attempt', async () => {
    world.submit('kept', { checkpoint: { storage: {} } });
    await expect.poll(attempt('kept')).toBe(1);
    writesCheckpoint('kept', '/checkpoints/1');
    const { registry } = world.cluster;
    const hold = (finalizers: string[]) => {
      const claim = registry.read(PERSISTENT_VOLUME_CLAIM, 'ml', 'kept-checkpoints');
      registry.update(
        PERSISTENT_VOLUME_CLAIM,
        { ...claim, metadata: { ...claim.metadata, finalizers } },
        { manager: 'kube-controller-manager' },
      );
    };
    hold(['kubernetes.io/pvc-protection']);
    registry.delete(PERSISTENT_VOLUME_CLAIM, 'ml', 'kept-checkpoints');
    world.fail('kept', 0);
    await expect.poll(() => world.status('kept').reason).toBe('ClaimLeaves');
    expect(world.job('kept')).toBeUndefined();
    hold([]);
    await expect.poll(attempt('kept')).toBe(2);
    expect(resumeFrom('kept')).toBeUndefined();
  });

  it('a status that was wiped comes back', async () => {
    const before = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
    world.cluster.registry.update(
      TRAINING_JOB,
      { ...before, status: {} },
      { manager: 'somebody', subresource: 'status' },
    );
    await expect.poll(state('bert')).toBe('Running');
    expect(world.status('bert').attempt).toBe(1);
  });
});

describe('a restart of the operator', () => {
  it('writes nothing when nothing has changed, and counts no failure again', async () => {
    const first = await world.operate();
    world.submit('failed', { failurePolicy: { backoffLimit: 0 } });
    world.submit('running', { numWorkers: 2 });
    world.submit('suspended', { suspend: true });
    await expect.poll(attempt('failed')).toBe(1);
    await expect.poll(attempt('running')).toBe(1);
    world.fail('failed', 0);
    world.pods('running', 'Running');
    await expect.poll(state('failed')).toBe('Failed');
    await expect.poll(state('running')).toBe('Running');
    await expect.poll(state('suspended')).toBe('Suspended');
    await world.settled();
    await first.stop();
    const before = world.cluster.registry.store.version();
    world.cluster.requests.length = 0;
    await world.operate();
    await world.settled();
    expect(world.cluster.requests.filter((request) => !/^(GET|WATCH)/.test(request))).toEqual([]);
    expect(world.cluster.registry.store.version()).toBe(before);
  });

  it('goes on wherever the one before ended', async () => {
    // Ended after each of its writes in turn, as if killed then: the next one has to finish the work.
    for (let writes = 0; writes < 8; writes += 1) {
      const name = `bert-${writes}`;
      let left = writes;
      const dying = await world.operate({ isLeading: () => left-- > 0 });
      world.submit(name, { numWorkers: 2, checkpoint: { storage: {} } });
      await dying.queue.idle();
      await dying.stop();
      const next = await world.operate();
      await expect.poll(attempt(name)).toBe(1);
      world.pods(name, 'Running');
      await expect.poll(state(name)).toBe('Running');
      expect(world.status(name)).toMatchObject({ attempt: 1, restartCount: 0 });
      await next.stop();
    }
  });
});

describe('an API server that', () => {
  /** A third of all writes, in an order that has no rhythm and is the same each time. */
  const chance = () => {
    let seed = 1;
    return () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647 < 1 / 3;
    };
  };
  const faults = {
    'answers 409': () => refused(409, 'Conflict', 'the object has been modified'),
    'answers 429': () => refused(429, 'TooManyRequests', 'try later'),
    'answers 500': () => refused(500, 'InternalError', 'etcd is gone'),
    'drops connections': () => 'drop' as const,
  };
  it.each(Object.entries(faults))('%s keeps nothing from being done, and nothing twice', async (_title, fault) => {
    const strikes = chance();
    world.cluster.fates.add(({ method }) => (method !== 'GET' && strikes() ? Promise.resolve(fault()) : undefined));
    await lifeOf('bert');
  });

  it('answers that somebody was faster is asked again, and no word of it is in the log', async () => {
    const warned: string[] = [];
    let conflicts = 0;
    world.cluster.fates.add(({ method, path }) => {
      if (method !== 'PATCH' || path.at(-1) !== 'status' || conflicts === 3) return undefined;
      conflicts += 1;
      return Promise.resolve(refused(409, 'Conflict', 'the object has been modified'));
    });
    await lifeOf('bert', { log: { warn: (_details, message) => warned.push(message), debug: () => {} } });
    expect(conflicts).toBe(3);
    expect(warned).toEqual([]);
  });

  it('loses its answers does not make it do anything twice', async () => {
    const strikes = chance();
    world.cluster.fates.add(({ method }, answer) =>
      method !== 'GET' && strikes() ? answer().then(() => 'drop' as const) : undefined,
    );
    await lifeOf('bert');
  });

  it('does not answer in time keeps nothing from being done, and nothing twice', async () => {
    const strikes = chance();
    const kube = createKube(world.cluster.identity, { userAgent: 'impatient', timeoutMs: 300 });
    world.cluster.fates.add(({ method, signal }, answer) => {
      if (method === 'GET' || !strikes()) return undefined;
      // The write arrives, its answer comes when nobody waits for it any more.
      const hungUp = once(signal, 'abort');
      return answer().then((reply) => hungUp.then(() => reply));
    });
    await lifeOf('bert', { kube });
    await world.controllers[0]?.stop();
    await kube.close();
  });

  it('forgets its history is listed anew', async () => {
    await world.operate();
    world.submit('bert');
    await expect.poll(attempt('bert')).toBe(1);
    world.cluster.server.watches.disconnect();
    world.cluster.registry.store.compact();
    world.pods('bert', 'Running');
    await expect.poll(state('bert')).toBe('Running');
  });

  /** Created, failed once, run to its end. */
  async function lifeOf(name: string, options: Parameters<typeof world.operate>[0] = {}): Promise<void> {
    await world.operate(options);
    const made: string[] = [];
    world.cluster.registry.store.onChange(({ type, resource, object }) => {
      if (type === 'ADDED' && resource === JOB) made.push(String(object.metadata.labels?.['ml.example.com/attempt']));
    });
    world.submit(name, { numWorkers: 2 });
    await expect.poll(attempt(name)).toBe(1);
    world.pods(name, 'Running');
    await expect.poll(state(name)).toBe('Running');
    world.fail(name, 0);
    await expect.poll(attempt(name)).toBe(2);
    world.pods(name, 'Running');
    await expect.poll(state(name)).toBe('Running');
    world.succeed(name);
    await expect.poll(state(name)).toBe('Completed');
    expect(made).toEqual(['1', '2']);
    expect(world.status(name)).toMatchObject({ failures: 1, restartCount: 1, attempt: 2 });
  }
});

describe('two versions of the operator', () => {
  /** What a version before this one has left: other variables, no hash of the spec, a status with less in it. */
  async function leftByAnother(): Promise<void> {
    const owner = world.submit('bert', { numWorkers: 2 });
    const { registry } = world.cluster;
    const { name, uid } = owner.metadata;
    const labels = { app: 'training-job', 'training-job': 'bert', 'ml.example.com/attempt': '2' };
    const container = { name: 'training', image: 'old', env: [{ name: 'OLD', value: '1' }] };
    const ownerReferences = [{ apiVersion: 'ml.example.com/v1', kind: 'TrainingJob', name, uid, controller: true }];
    registry.create(
      JOB,
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'bert-training', namespace: 'ml', labels, ownerReferences },
        spec: {
          completionMode: 'Indexed',
          completions: 2,
          parallelism: 2,
          backoffLimit: 0,
          template: { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } },
        },
      },
      { manager: 'trainingjob-controller' },
    );
    world.pods('bert', 'Running');
    statusOfTheOther();
  }

  /** Fields that it does not know it does not own, and those of ours that it leaves out go. */
  function statusOfTheOther(): void {
    const jobUid = world.job('bert')?.metadata.uid;
    world.cluster.registry.apply(
      TRAINING_JOB,
      {
        apiVersion: 'ml.example.com/v1',
        kind: 'TrainingJob',
        metadata: { name: 'bert', namespace: 'ml' },
        status: { state: 'Running', attempt: 2, jobUid, failures: 1, startTime: '2026-11-28T09:00:00Z' },
      },
      { manager: 'trainingjob-controller', subresource: 'status' },
      true,
    );
  }

  it('take over from each other without starting a training again, or forgetting what was counted', async () => {
    await leftByAnother();
    const uid = world.job('bert')?.metadata.uid;
    for (let turn = 0; turn < 3; turn += 1) {
      const controller = await world.operate();
      await expect.poll(() => world.status('bert').workers?.summary).toBe('2/2');
      await world.settled();
      expect(world.status('bert')).toMatchObject({ state: 'Running', attempt: 2, failures: 1 });
      expect(world.status('bert').startTime).toBe('2026-11-28T09:00:00Z');
      await controller.stop();
      world.controllers.length = 0;
      statusOfTheOther();
    }
    expect(world.job('bert')?.metadata.uid).toBe(uid);
    await world.operate();
    world.fail('bert', 0);
    await expect.poll(attempt('bert')).toBe(3);
    expect(world.status('bert')).toMatchObject({ failures: 2, attempt: 3 });
    expect(pick(world.job('bert'), 'spec', 'template', 'spec', 'containers')).not.toMatchObject([{ image: 'old' }]);
  });
});

it('two operators at once make nothing twice', async () => {
  await world.operate();
  await world.operate();
  const made: string[] = [];
  world.cluster.registry.store.onChange(({ type, resource, object }) => {
    if (type === 'ADDED' && resource === JOB) made.push(object.metadata.name);
  });
  const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
  for (const name of names) world.submit(name);
  for (const name of names) await expect.poll(attempt(name)).toBe(1);
  for (const name of names) world.pods(name, 'Running');
  for (const name of names) await expect.poll(state(name)).toBe('Running');
  expect(made.sort()).toEqual(names.map((name) => `${name}-training`).sort());
});
