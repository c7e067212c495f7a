import { pino } from 'pino';
import { expect, test } from 'vitest';
import { KarmadaError } from '../../../service/karmada/errors.ts';
import type { Karmada, Member } from '../../../service/karmada/karmada.ts';
import type { KubeObject } from '../../../service/kube/kube.ts';
import { KnownJobs } from '../../../service/monitor/known-jobs.ts';
import { QuietClusters } from '../../../service/monitor/quiet.ts';
import { readNow, toldAgain } from '../../../service/monitor/rows.ts';
import { createVisit } from '../../../service/monitor/visit.ts';
import { monitoredJob } from './some-monitored-jobs.ts';
import { createTestClock } from './test-clock.ts';
import { type RayStatus, RUNNING } from './world.ts';

const CHECK_MS = 30_000;

const object = (version: number, status: RayStatus, name = 'train-1'): KubeObject => ({
  apiVersion: 'ray.io/v1',
  kind: 'RayJob',
  metadata: { name, resourceVersion: String(version) },
  status,
});

const NOT_STARTED = { 'job status': null, 'deployment status': null };
const IS_RUNNING = {
  'job status': 'RUNNING',
  'deployment status': 'Running',
  'ray cluster name': 'rc-1',
  'start time': '2026-11-21T09:00:00Z',
};

/** What a cluster answers; each answer may be changed, or made to throw, by the test. */
function setUpVisit(...names: string[]) {
  const known = new KnownJobs();
  known.remember('a');
  for (const name of names) known.put(monitoredJob({ id: name, objectName: name }));
  const clock = createTestClock();
  const asked: string[] = [];
  const state = { version: '1', cells: NOT_STARTED as Record<string, string | null> };
  const answers: Pick<Member, 'version' | 'table' | 'list' | 'get'> = {
    version: async () => state.version,
    table: async () => ({
      rows: names.map((name) => ({ name, cells: state.cells })),
      resourceVersion: state.version,
    }),
    list: async (_resource, { labelSelector = '' }) => ({
      items: names
        .filter((name) => labelSelector.includes(name))
        .map((name) => object(Number(state.version), state.cells === IS_RUNNING ? RUNNING : {}, name)),
      resourceVersion: state.version,
    }),
    get: async () => undefined,
  };
  const member = new Proxy(answers, {
    get: (target, name: keyof typeof answers | 'cluster') => {
      if (name === 'cluster') return 'a';
      asked.push(name);
      return target[name];
    },
  });
  const visit = createVisit({
    karmada: { member: () => member } as unknown as Karmada,
    known,
    quiet: new QuietClusters(clock, CHECK_MS),
    lost: { confirm: async () => [], findMoves: async () => [] },
    writer: { isUnderWay: () => false },
    progress: { heard: () => undefined },
    clock,
    log: pino({ level: 'silent' }),
  });
  return {
    known,
    clock,
    state,
    answers,
    async visit() {
      asked.length = 0;
      const found = await visit('a', 1_000);
      return { ...found, asked: [...asked] };
    },
  };
}

const row = (known: KnownJobs, name = 'train-1') => {
  const found = known.row('a', 'RayJob', name);
  if (!found) throw new Error(`${name} is not known`);
  return found;
};

test('a watch that repeats what is older than the newest object seen is not believed', () => {
  const { known } = setUpVisit('train-1');
  const told = [
    toldAgain(row(known), object(7, RUNNING)),
    // From Retrying a job may go anywhere, so the order of states would not tell that this one is old.
    toldAgain(row(known), object(6, { jobDeploymentStatus: 'Retrying' })),
    toldAgain(row(known), object(7, RUNNING)),
  ];
  expect(told.map((observation) => observation?.what)).toEqual(['state', undefined, undefined]);
});

test('a list from a cache that lags behind is not believed either, until the cluster has failed meanwhile', async () => {
  const { known, answers, visit } = setUpVisit('train-1');
  expect(readNow(row(known), object(7, RUNNING))).toBeDefined();
  expect(readNow(row(known), object(6, { jobDeploymentStatus: 'Retrying' }))).toBeUndefined();
  answers.table = async () => {
    throw new KarmadaError('memberUnavailable', 'restored from a backup', { cluster: 'a' });
  };
  await visit();
  expect(readNow(row(known), object(3, { jobDeploymentStatus: 'Retrying' }))).toBeDefined();
});

test('a quiet cluster is asked for its version alone; a busy one for its rows at once', async () => {
  const { state, visit } = setUpVisit('train-1');
  // The first look cannot be compared with one before, so a second one tells whether anything moves.
  expect((await visit()).asked).toEqual(['table', 'list']);
  expect((await visit()).asked).toEqual(['table']);
  expect(await visit()).toMatchObject({ asked: ['version'], outcome: { is: 'answered' }, observations: [] });

  state.version = '2';
  state.cells = IS_RUNNING;
  const moved = await visit();
  expect(moved.asked).toEqual(['version', 'table', 'list']);
  expect(moved.observations).toMatchObject([{ jobId: 'train-1', what: 'state', state: { status: 'Running' } }]);
  expect((await visit()).asked).toEqual(['table']);
  expect((await visit()).asked).toEqual(['version']);
  // Another API server of the same member may be behind: not the same is all that counts.
  state.version = '1';
  expect((await visit()).asked).toEqual(['version', 'table']);
});

test('a quiet cluster is looked at when a job is new, when one is distrusted, and every so often', async () => {
  const { known, clock, visit } = setUpVisit('train-1');
  for (let i = 0; i < 3; i += 1) await visit();
  expect((await visit()).asked).toEqual(['version']);
  clock.pass(CHECK_MS);
  expect((await visit()).asked).toEqual(['table']);
  expect((await visit()).asked).toEqual(['version']);
  known.distrust('train-1', 'a');
  expect((await visit()).asked).toEqual(['table', 'list']);
  expect((await visit()).asked).toEqual(['version']);
  known.put(monitoredJob({ id: 'train-2', objectName: 'train-2' }));
  // The cluster does not show it yet, so it is looked for at every tick.
  expect((await visit()).asked).toEqual(['table']);
  expect((await visit()).asked).toEqual(['table']);
});

test('a row that tells all is not read; one of a cache that lags behind is', async () => {
  const { known, state, visit } = setUpVisit('train-1');
  state.version = '7';
  state.cells = { ...IS_RUNNING, 'end time': null };
  expect(await visit()).toMatchObject({ asked: ['table'], observations: [{ state: { status: 'Running' } }] });
  expect(toldAgain(row(known), object(6, { jobDeploymentStatus: 'Retrying' }))).toBeUndefined();
  state.version = '5';
  state.cells = { ...IS_RUNNING, 'job status': '', 'deployment status': 'Suspended', 'end time': null };
  expect(await visit()).toMatchObject({ asked: ['table', 'list'], observations: [] });
});

test('a job that comes to be known while its cluster is being looked at is looked for by the next visit', async () => {
  const { known, answers, visit } = setUpVisit('train-1');
  const { table } = answers;
  for (let i = 0; i < 2; i += 1) await visit();
  known.distrust('train-1', 'a');
  answers.table = async (...of) => {
    const answer = await table(...of);
    known.put(monitoredJob({ id: 'train-2', objectName: 'train-2', kind: 'Job' }));
    return answer;
  };
  await visit();
  answers.table = table;
  expect((await visit()).asked).toContain('table');
});

test('all rows that changed are read by one list, not older than the rows; too many for one URL by further ones', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `train-${String(i).padStart(4, '0')}-0a1b2c3d`);
  const { state, answers, visit } = setUpVisit(...names);
  const { table, list } = answers;
  // Of many more objects, so that a list of all of them would be dearer.
  answers.table = async (...of) => {
    const { rows, resourceVersion } = await table(...of);
    const others = Array.from({ length: 10_000 }, (_, i) => ({ name: `other-${i}`, cells: state.cells }));
    return { rows: [...rows, ...others], resourceVersion };
  };
  const selectors: string[] = [];
  answers.list = async (resource, query, options) => {
    selectors.push(`${query.notOlderThan} ${query.labelSelector}`);
    return list(resource, query, options);
  };
  const read: string[] = [];
  for (let visits = 1; read.length < names.length; visits += 1) {
    const { observations, asked, changed } = await visit();
    expect(changed).toBe(names.length - read.length);
    read.push(...observations.map(({ jobId }) => jobId));
    expect(asked.filter((name) => name === 'list')).toHaveLength(1);
    expect(visits).toBeLessThan(5);
  }
  expect(read.sort()).toEqual(names);
  for (const selector of selectors) {
    expect(selector).toMatch(/^1 mlplatform\.io\/job-id in \(/);
    expect(encodeURIComponent(selector).length).toBeLessThan(7_200);
  }
});

test('where more have changed than fit in one URL, and they are a good part of the cluster, all are read', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `train-${String(i).padStart(4, '0')}-0a1b2c3d`);
  const { answers, visit } = setUpVisit(...names);
  const selectors: string[] = [];
  answers.list = async (_resource, { labelSelector = '' }) => {
    selectors.push(labelSelector);
    return { items: names.map((name) => object(1, RUNNING, name)), resourceVersion: '1' };
  };
  expect((await visit()).observations).toHaveLength(names.length);
  expect(selectors).toEqual(['app.kubernetes.io/managed-by=ml-platform']);
});

test('one object that cannot be read costs a few requests, and holds up no other', async () => {
  const names = Array.from({ length: 100 }, (_, i) => `train-${String(i).padStart(4, '0')}`);
  const { clock, known, answers, visit } = setUpVisit(...names);
  const { list } = answers;
  answers.list = async (resource, query, options) => {
    if (query.labelSelector?.includes('train-0042')) throw new KarmadaError('garbled', 'noise', { cluster: 'a' });
    return list(resource, query, options);
  };
  const first = await visit();
  expect(first.outcome.is).toBe('answered');
  expect(first.observations).toHaveLength(99);
  expect(first.asked.filter((name) => name === 'list').length).toBeLessThanOrEqual(16);
  expect(known.isUnsettled('a')).toBe(true);
  // It rests for a while, and is then asked for by itself.
  expect((await visit()).asked).toEqual(['table']);
  clock.pass(5_000);
  answers.list = list;
  expect((await visit()).observations.map(({ jobId }) => jobId)).toEqual(['train-0042']);
});

test('a cluster of which no object can be read is not asked for each of them', async () => {
  const names = Array.from({ length: 100 }, (_, i) => `train-${String(i).padStart(4, '0')}`);
  const { answers, visit } = setUpVisit(...names);
  answers.list = async () => {
    throw new KarmadaError('garbled', 'a page of HTML', { cluster: 'a' });
  };
  const { outcome, asked } = await visit();
  expect(outcome.is).toBe('answered');
  expect(asked.filter((name) => name === 'list')).toHaveLength(16);
});

test('a list that the cluster did not answer fails the visit, and its jobs count as changed again', async () => {
  const { answers, visit } = setUpVisit('train-1', 'train-2');
  const { list } = answers;
  answers.list = async () => {
    throw new KarmadaError('memberUnavailable', 'no answer', { cluster: 'a' });
  };
  expect(await visit()).toMatchObject({ outcome: { is: 'failed', timedOut: false }, observations: [], changed: 2 });
  answers.list = list;
  expect((await visit()).observations.map(({ jobId }) => jobId)).toEqual(['train-1', 'train-2']);
});
