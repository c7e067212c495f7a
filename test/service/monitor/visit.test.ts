import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { KarmadaError } from '../../../service/karmada/errors.ts';
import type { Karmada, Member } from '../../../service/karmada/karmada.ts';
import type { KubeObject } from '../../../service/kube/kube.ts';
import { createClock } from '../../../service/monitor/clock.ts';
import type { Observation } from '../../../service/monitor/decide.ts';
import { Health } from '../../../service/monitor/health.ts';
import { KnownJobs } from '../../../service/monitor/knownJobs.ts';
import { createVisit } from '../../../service/monitor/visit.ts';
import type { MonitoredJob } from '../../../service/store/store.ts';
import { type RayStatus, RUNNING } from './world.ts';

const object = (version: number, status: RayStatus): KubeObject => ({
  apiVersion: 'ray.io/v1',
  kind: 'RayJob',
  metadata: { name: 'train-1', resourceVersion: String(version) },
  status,
});

const job = (objectName: string): MonitoredJob => ({
  id: objectName,
  namespace: 'default',
  kind: 'RayJob',
  objectName,
  status: 'Pending',
  reason: 'Scheduled',
  message: '',
  wanted: 'run',
  clusters: ['a'],
  clusterStates: {},
  unreachableSince: {},
  startedAt: null,
  finishedAt: null,
  version: 1,
});

function setUpVisit(member: Partial<Member>, ...names: string[]) {
  const known = new KnownJobs();
  known.follow('a');
  for (const name of names) known.put(job(name));
  const clock = createClock();
  const observed: Observation[] = [];
  const { visit, seenInList } = createVisit({
    karmada: { member: () => member } as unknown as Karmada,
    known,
    health: new Health(clock, 1_000),
    lost: { confirm: async () => [], followMoves: async () => [] },
    clock,
    log: pino({ level: 'silent' }),
    observe: (observation) => observed.push(observation),
    isUnderWay: () => false,
    listed: () => {},
    incomplete: () => {},
    failed: () => {},
    isStopped: () => false,
  });
  return { known, observed, visit, seenInList };
}

test('a watch that repeats what is older than the newest object seen is not believed', () => {
  const { known, observed, seenInList } = setUpVisit({}, 'train-1');
  const row = known.row('a', 'RayJob', 'train-1');
  if (!row) throw new Error('not known');
  seenInList(row, object(7, RUNNING));
  // From Retrying a job may go anywhere, so the order of states would not tell that this one is old.
  seenInList(row, object(6, { jobDeploymentStatus: 'Retrying' }));
  seenInList(row, object(7, RUNNING));
  expect(observed.map(({ what }) => what)).toEqual(['state']);
});

test('one GET that the cluster did not answer fails the visit, also when a later one is answered', async () => {
  const { observed, visit } = setUpVisit(
    {
      table: async () => ({ rows: ['train-1', 'train-2'].map((name) => ({ name, cells: {} })), resourceVersion: '1' }),
      get: async ({ name }) => {
        if (name === 'train-1') throw new KarmadaError('memberUnavailable', 'no answer', { cluster: 'a' });
        await setImmediate();
        return object(1, RUNNING);
      },
    },
    'train-1',
    'train-2',
  );
  expect(await visit('a')).toMatchObject({ outcome: 'failed' });
  expect(observed.map(({ jobId }) => jobId)).toEqual(['train-2']);
});
