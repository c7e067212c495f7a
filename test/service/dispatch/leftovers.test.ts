import { pino } from 'pino';
import type { ExpectStatic } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import { createLeftovers } from '../../../service/dispatch/leftovers.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { PROPAGATION_POLICY, RAY_CLUSTER, TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
import { CONFIG_MAP, NAMESPACE, POD } from '../../../service/local/kube/kinds.ts';
import { atEnd, concurrently } from '../../concurrently.ts';
import { objectsOf, setUp, type World } from './world.ts';

const TEAM = 'team-new';

const policiesOf = ({ simulated }: World, namespace = TEAM) =>
  simulated.control.registry.store.list(PROPAGATION_POLICY, namespace).map(({ metadata }) => metadata.name);

/** The control plane and members that have it. */
const whoHas = ({ simulated }: World, namespace = TEAM): string[] => {
  const servers = [
    ['karmada', simulated.control],
    ...[...simulated.members].map(([name, { server }]) => [name, server]),
  ];
  return (servers as [string, typeof simulated.control][])
    .filter(([, { registry }]) => registry.store.get(NAMESPACE, undefined, namespace))
    .map(([name]) => name);
};

const EVERYWHERE = ['karmada', 'member1', 'member2', 'member3'];

async function deleted(world: World, { id }: Job): Promise<void> {
  await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
  await world.until(id, (job) => job === undefined);
}

/** Removes what has been of no use, as if it had been so for long: by the word of watches that have heard of all that there is. */
function sweeper(world: World, expect: ExpectStatic) {
  const removed: string[] = [];
  const clock = { ms: 0 };
  const overview = world.karmada.overview({ onChange: () => undefined, onTrouble: () => undefined });
  const leftovers = createLeftovers({
    karmada: world.karmada,
    log: pino({ level: 'silent' }),
    removeNamespaces: true,
    namespacesWithoutJobs: world.store.dispatch.namespacesWithoutJobs,
    onRemoved: (what) => removed.push(what),
    unusedMs: 1_000,
    now: () => clock.ms,
  });
  atEnd(() => overview.stop());
  return {
    removed,
    async hasHeardOf(job: Job) {
      await expect.poll(() => overview.object(objectsOf(job).workload)).toBeDefined();
    },
    async sweep() {
      await leftovers.sweep(overview, new AbortController().signal);
      clock.ms += 1_000;
    },
  };
}

const submitted = async (world: World, fields = {}) =>
  world.shows((await world.submit({ namespace: TEAM, ...fields })).id, 'Scheduled');

const namespace = (labels = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM, labels } });

concurrently('with the last job its policies go, and the namespace that was made for it', async ({ expect }) => {
  const world = await setUp();
  world.dispatch();
  // Not each cluster has each operator.
  world.simulated.faults.add({ kind: 'status', code: 404, where: 'member2', matching: `/${TEAM}/trainingjobs` });
  const { hasHeardOf, removed, sweep } = sweeper(world, expect);
  const policies = async () => {
    await sweep();
    return policiesOf(world).length;
  };
  const first = await submitted(world, { targetClusters: ['member1'] });
  const second = await submitted(world, { targetClusters: ['member2'] });
  await hasHeardOf(first);
  await hasHeardOf(second);
  expect(await policies()).toBe(2);
  expect(await policies()).toBe(2);
  expect(whoHas(world)).toEqual(EVERYWHERE);

  await deleted(world, first);
  await expect.poll(policies).toBe(1);
  expect(await policies()).toBe(1);
  expect(whoHas(world)).toEqual(EVERYWHERE);

  await deleted(world, second);
  const has = async () => {
    await sweep();
    return whoHas(world);
  };
  await expect.poll(has).toEqual([]);
  expect(policiesOf(world)).toEqual([]);
  expect(removed).toEqual(['policy', 'policy', 'namespace']);
});

/** Nothing of these need run: what waits for somebody is somebody's. */
const THEIRS = [
  { type: POD, apiVersion: 'v1', kind: 'Pod' },
  { type: RAY_CLUSTER, apiVersion: 'ray.io/v1', kind: 'RayCluster', spec: {} },
  {
    type: TRAINING_JOB,
    apiVersion: 'ml.example.com/v1',
    kind: 'TrainingJob',
    spec: { model: 'm', dataset: 'd', suspend: true },
  },
];

/** What keeps a namespace, and how it comes to be. */
type Kept = readonly [string, (world: World, expect: ExpectStatic) => Promise<unknown>];
const KEPT: readonly Kept[] = [
  ['was there before', ({ karmada }) => karmada.apply(namespace())],
  [
    'has lost our mark',
    async (world) => {
      await submitted(world);
      await world.karmada.patch(
        { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: TEAM },
        { metadata: { labels: { [LABELS.madeForJobs]: null } } },
      );
    },
  ],
  ...THEIRS.map(
    (theirs): Kept => [
      `has a ${theirs.kind} of others in a member`,
      async (world: World, expect: ExpectStatic) => {
        await submitted(world);
        await expect.poll(() => whoHas(world)).toEqual(EVERYWHERE);
        const { registry } = world.simulated.member('member3').server;
        const { type, ...object } = theirs;
        registry.create(type, { ...object, metadata: { name: 'theirs', namespace: TEAM } }, { manager: 'somebody' });
      },
    ],
  ),
  [
    'was in a member before',
    async (world) => {
      const made = namespace();
      const { registry } = world.simulated.member('member2').server;
      registry.create(NAMESPACE, made, { manager: 'somebody' });
      const there = registry.read(NAMESPACE, undefined, TEAM);
      const creationTimestamp = '2020-01-01T00:00:00Z';
      registry.store.put(NAMESPACE, { ...there, metadata: { ...there.metadata, creationTimestamp } });
    },
  ],
  [
    'has something else that is propagated',
    async (world) => {
      await submitted(world);
      const metadata = { name: 'keys', namespace: TEAM };
      const { registry } = world.simulated.control;
      registry.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata }, { manager: 'somebody' });
      await world.karmada.apply({
        apiVersion: 'work.karmada.io/v1alpha2',
        kind: 'ResourceBinding',
        metadata: { name: 'keys-configmap', namespace: TEAM },
        spec: { resource: { apiVersion: 'v1', kind: 'ConfigMap', ...metadata } },
      });
    },
  ],
];

for (const [what, bring] of KEPT) {
  concurrently(`a namespace that ${what} stays`, async ({ expect }) => {
    const world = await setUp();
    world.dispatch();
    const { sweep } = sweeper(world, expect);
    await bring(world, expect);
    const other = await world.shows((await world.submit({ namespace: 'team-other' })).id, 'Scheduled');
    for (const { id } of (await world.store.jobs.list(ALL)).jobs) {
      const job = await world.store.jobs.get(id);
      if (job && job.id !== other.id) await deleted(world, job);
    }
    await deleted(world, await submitted(world));
    await deleted(world, other);
    const hasOther = async () => {
      await sweep();
      return whoHas(world, 'team-other');
    };
    // By then the first one has been looked at as well: they are swept together.
    await expect.poll(hasOther).toEqual([]);
    await sweep();
    expect(whoHas(world)).toContain('karmada');
  });
}

const ALL = { sort: 'createdAt', descending: false, limit: 10, withRequests: false } as const;

concurrently('who may not remove namespaces goes on with the rest', async ({ expect }) => {
  const world = await setUp();
  world.simulated.faults.add({
    kind: 'status',
    code: 403,
    where: 'karmada',
    method: 'GET',
    matching: '/api/v1/namespaces?',
  });
  world.dispatch();
  const { sweep } = sweeper(world, expect);
  await deleted(world, await submitted(world));
  const policies = async () => {
    await sweep();
    return policiesOf(world);
  };
  await expect.poll(policies).toEqual([]);
  const next = await submitted(world);
  expect(next.clusters).toHaveLength(1);
  expect(whoHas(world)).toEqual(EVERYWHERE);
});

concurrently('a job whose policy was removed while it was sent is sent again', async ({ expect }) => {
  const world = await setUp();
  world.dispatch();
  const first = await submitted(world);
  const [policy = ''] = policiesOf(world);
  const held = world.gate.hold(/^POST .*\/rayjobs\b/);
  const { id } = await world.submit({ namespace: TEAM, targetClusters: first.request.targetClusters });
  const request = await held;
  for (const name of policiesOf(world))
    await world.karmada.delete({
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      namespace: TEAM,
      name,
    });
  expect(policiesOf(world)).not.toContain(policy);
  await request.forward();
  request.drop();
  expect((await world.shows(id, 'Scheduled')).clusters).toHaveLength(1);
});
