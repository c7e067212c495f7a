import { expect, test } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import type { FaultKind } from '../../../service/local/karmada/faults.ts';
import { leaseName } from '../../../service/monitor/ownership.ts';
import type { TickReport } from '../../../service/monitor/tick.ts';
import { concurrently } from '../../concurrently.ts';
import { eventually, FAILED, RUNNING, setUp, type Ticking } from './world.ts';

const FAULTS: Readonly<Record<string, FaultKind>> = {
  hung: { kind: 'hang' },
  refused: { kind: 'refuse' },
  silent: { kind: 'halfOpen' },
  dropped: { kind: 'lostAnswer' },
  unauthenticated: { kind: 'status', code: 401 },
  forbidden: { kind: 'status', code: 403 },
  unregistered: { kind: 'unknownCluster' },
  broken: { kind: 'status', code: 500 },
  throttled: { kind: 'status', code: 429 },
  truncated: { kind: 'truncate' },
  'cut-clean': { kind: 'truncate', clean: true },
  html: { kind: 'garble', as: 'html' },
  'other-json': { kind: 'garble', as: 'otherJson' },
};

const isUnreachable = ({ unreachableSince }: Job): boolean => Object.keys(unreachableSince).length > 0;

test('clusters that fail in every way keep their jobs as they are, say so, recover by themselves, and hold nobody up', async () => {
  const names = Object.keys(FAULTS);
  const world = await setUp({ clusters: [...names, 'healthy'] });
  const healthy = await world.place(['healthy']);
  const jobs = new Map<string, Job>();
  for (const name of names) jobs.set(name, await world.place([name]));
  for (const job of [healthy, ...jobs.values()]) world.write(job, RUNNING);
  // The grace is short: none of this may count as a lost job.
  let ticks = 0;
  const monitor = await world.monitor({ lostGraceMs: 100, onTick: () => (ticks += 1) });
  for (const job of jobs.values()) await world.until(job.id, ({ status }) => status === 'Running');
  const before = new Map(
    await Promise.all(names.map(async (name) => [name, await world.history(jobs.get(name)?.id ?? '')] as const)),
  );

  for (const [where, fault] of Object.entries(FAULTS)) world.simulated.faults.add({ where, ...fault });
  for (const job of jobs.values()) {
    const told = await world.until(job.id, isUnreachable);
    expect(told).toMatchObject({ status: 'Running', reason: 'Running', message: 'The program of the job runs' });
  }
  const health = await monitor.clusterHealth();
  for (const name of names) {
    expect(health.get(name)?.consecutiveFailures, name).toBeGreaterThanOrEqual(3);
    expect(health.get(name)?.error, name).toBeTruthy();
    expect(health.get(name)?.unreachableSince, name).toBeInstanceOf(Date);
  }
  expect(health.get('healthy')).toMatchObject({ consecutiveFailures: 0, error: null, unreachableSince: null });

  // Many intervals later each job was told once, not at every tick; and the healthy one has its changes as fast as ever.
  const before10Ticks = ticks;
  world.write(healthy, FAILED);
  await world.until(healthy.id, ({ status }) => status === 'Failed');
  expect(ticks).toBeLessThan(before10Ticks + 10);
  for (const [name, job] of jobs) {
    const news = (await world.history(job.id)).slice(before.get(name)?.length);
    expect(
      news.map(({ reason, status }) => [reason, status]),
      name,
    ).toEqual([['ClusterUnreachable', 'Running']]);
  }

  for (const job of jobs.values()) world.write(job, FAILED);
  world.simulated.faults.clear();
  for (const [name, job] of jobs) {
    const back = await world.until(job.id, ({ status }) => status === 'Failed');
    expect(back, name).toMatchObject({ reason: 'AppFailed', message: 'exit code 1', unreachableSince: {} });
  }
});

concurrently('a cluster that is back says what it said before, when nothing changed meanwhile', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  await world.monitor();
  const { message } = await world.until(job.id, ({ status }) => status === 'Running');
  expect(message).not.toBe('');
  const end = world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
  expect((await world.until(job.id, isUnreachable)).message).toBe(message);
  end();
  expect((await world.until(job.id, (now) => !isUnreachable(now))).message).toBe(message);
  const told = (await world.history(job.id)).map(({ reason }) => reason);
  expect(told.slice(-2)).toEqual(['ClusterUnreachable', 'ClusterReachable']);
});

concurrently(
  'of several clusters each is told apart: one that answers takes nothing back of one that does not',
  async () => {
    const world = await setUp();
    const job = await world.place(['member1', 'member2']);
    for (const cluster of job.clusters) world.write(job, RUNNING, cluster);
    const ticks: TickReport[] = [];
    await world.monitor({ onTick: (tick) => ticks.push(tick) });
    await world.until(job.id, ({ status }) => status === 'Running');
    const end = world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
    const told = await world.until(job.id, isUnreachable);
    expect(Object.keys(told.unreachableSince)).toEqual(['member1']);
    const from = ticks.length;
    await eventually(
      () => ticks.length - from,
      (passed) => passed >= 5,
    );
    world.simulated.faults.add({ where: 'member2', kind: 'refuse' });
    await world.until(job.id, ({ unreachableSince }) => unreachableSince.member2 !== undefined);
    end();
    await world.until(job.id, ({ unreachableSince }) => unreachableSince.member1 === undefined);
    const news = (await world.history(job.id)).filter(({ reason }) => /^Cluster(Unr|R)eachable$/.test(reason));
    expect(news.map(({ cluster, reason }) => `${cluster} ${reason}`)).toEqual([
      'member1 ClusterUnreachable',
      'member2 ClusterUnreachable',
      'member1 ClusterReachable',
    ]);
    expect(Object.keys((await world.store.jobs.get(job.id))?.unreachableSince ?? {})).toEqual(['member2']);
  },
);

concurrently('one failed query alone is not worth a word to the jobs', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const monitor = await world.monitor();
  await world.until(job.id, ({ status }) => status === 'Running');
  const version = (await world.store.jobs.get(job.id))?.version;
  world.simulated.faults.add({ where: 'member1', kind: 'status', code: 503, times: 2 });
  await eventually(
    () => monitor.clusterHealth(),
    (health) => (health.get('member1')?.consecutiveFailures ?? 0) >= 2,
  );
  await eventually(
    () => monitor.clusterHealth(),
    (health) => health.get('member1')?.consecutiveFailures === 0,
  );
  expect((await world.store.jobs.get(job.id))?.version).toBe(version);
});

test('a failing cluster is asked ever more rarely, and at every tick again from its first good answer', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const ticks = await world.ticking({ intervalMs: 5_000 });
  await ticks.until(job.id, ({ status }) => status === 'Running');
  const end = world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
  const whileFailing = (await ticks.pass(40)).filter(({ asked }) => asked === 1).length;
  // In 200 s: at once, after 5, then after 10, 20 and ever again 30 (each at least halved by lot).
  expect(whileFailing).toBeGreaterThanOrEqual(6);
  expect(whileFailing).toBeLessThan(20);
  end();
  const { length: resting } = await restOf(ticks);
  expect(resting).toBeLessThanOrEqual(6);
  // A tick does not wait for one that has failed, and time passes here only as the test says.
  await eventually(
    async () => (await ticks.monitor.clusterHealth()).get('member1')?.consecutiveFailures,
    (failures) => failures === 0,
  );
  expect(await ticks.pass(5)).toMatchObject(Array(5).fill({ asked: 1, answered: 1 }));
});

/** The ticks until a cluster is asked again. */
async function restOf(ticks: Ticking): Promise<TickReport[]> {
  const resting: TickReport[] = [];
  for (;;) {
    const [report] = await ticks.pass(1);
    if (!report || report.asked > 0) return resting;
    resting.push(report);
  }
}

test('a cluster that is merely slow is heard in the end, and skips ticks meanwhile: no second query, and nobody waits for it', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  const prompt = await world.place(['member2']);
  world.write(job, RUNNING);
  world.write(prompt, RUNNING);
  const intervalMs = 500;
  world.simulated.faults.add({ where: 'member1', kind: 'delay', ms: 3 * intervalMs });
  const ticks: TickReport[] = [];
  await world.monitor({ intervalMs, onTick: (tick) => ticks.push(tick) });
  await world.until(prompt.id, ({ status }) => status === 'Running');
  await world.until(job.id, ({ status }) => status === 'Running');
  world.simulated.requests.clear();
  const from = ticks.length;
  await eventually(
    () => ticks.length - from,
    (passed) => passed >= 6,
  );
  const asked = world.simulated.requests.byCluster();
  expect(asked.member1).toBeLessThanOrEqual(3);
  expect(asked.member2).toBeGreaterThan(asked.member1 ?? 0);
  // The ticks that asked it too ended before it had answered; one that a busy machine held up may have heard it.
  const ofBoth = ticks.filter(({ asked: clusters }) => clusters === 2);
  expect(ofBoth.filter(({ answered }) => answered === 2).length).toBeLessThan(ofBoth.length / 2);
});

concurrently(
  'the freshness of a cluster outlives the replica that asked it, and every replica can tell it',
  async () => {
    const world = await setUp();
    const job = await world.place(['member1']);
    world.write(job, RUNNING);
    const first = await world.monitor();
    await world.until(job.id, ({ status }) => status === 'Running');
    world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
    const told = await world.until(job.id, isUnreachable);
    const since = (await first.clusterHealth()).get('member1')?.unreachableSince?.toISOString();
    expect(told.unreachableSince).toEqual({ member1: since });
    await eventually(
      () => world.store.leases.notes('monitor/'),
      (notes) => Number(notes.get(leaseName('member1'))?.failures) >= 3,
    );

    const second = await world.monitor();
    expect((await second.clusterHealth()).get('member1')?.unreachableSince?.toISOString()).toBe(since);
    await first.stop();
    await eventually(
      () => second.clusterHealth(),
      (health) => (health.get('member1')?.consecutiveFailures ?? 0) > 3,
    );
    expect((await second.clusterHealth()).get('member1')?.unreachableSince?.toISOString()).toBe(since);
    expect((await world.store.jobs.get(job.id))?.unreachableSince).toEqual(told.unreachableSince);
  },
);

concurrently('one object that cannot be read does not hold up the others of its cluster', async () => {
  const world = await setUp();
  const bad = await world.place(['member1']);
  const good = await world.place(['member1']);
  const monitor = await world.monitor();
  await world.until(good.id, ({ reason }) => reason === 'Created');
  await world.until(bad.id, ({ reason }) => reason === 'Created');
  world.simulated.faults.add({ where: 'member1', kind: 'garble', as: 'noise', matching: bad.objectName });
  const retrying = { jobDeploymentStatus: 'Retrying', failed: 1, message: 'exit code 1' };
  world.write(bad, retrying);
  world.write(good, retrying);
  await world.until(good.id, ({ reason }) => reason === 'Retrying');
  world.write(good, RUNNING);
  await world.until(good.id, ({ status }) => status === 'Running');
  expect((await monitor.clusterHealth()).get('member1')?.consecutiveFailures).toBe(0);
  expect((await world.store.jobs.get(bad.id))?.reason).toBe('Created');
});
