import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Karmada, KubeObject } from '../../../service/karmada/karmada.ts';
import { createClock } from '../../../service/monitor/clock.ts';
import type { Observation } from '../../../service/monitor/decide.ts';
import { Health } from '../../../service/monitor/health.ts';
import { KnownJobs } from '../../../service/monitor/knownJobs.ts';
import { createVisit } from '../../../service/monitor/visit.ts';
import { type RayStatus, RUNNING } from './world.ts';

const object = (version: number, status: RayStatus): KubeObject => ({
  apiVersion: 'ray.io/v1',
  kind: 'RayJob',
  metadata: { name: 'train-1', resourceVersion: String(version) },
  status,
});

test('a watch that repeats what is older than the newest object seen is not believed', () => {
  const known = new KnownJobs();
  known.follow('a');
  known.put({
    id: 'train-1',
    namespace: 'default',
    kind: 'RayJob',
    objectName: 'train-1',
    status: 'Pending',
    reason: 'Scheduled',
    message: '',
    wanted: 'run',
    clusters: ['a'],
    clusterStates: {},
    startedAt: null,
    finishedAt: null,
    version: 1,
  });
  const row = known.row('a', 'RayJob', 'train-1');
  if (!row) throw new Error('not known');
  const clock = createClock();
  const seen: Observation[] = [];
  const { seenInList } = createVisit({
    karmada: {} as Karmada,
    known,
    health: new Health(clock, 1_000),
    lost: { confirm: async () => [], followMoves: async () => [] },
    clock,
    log: pino({ level: 'silent' }),
    observe: (observation) => seen.push(observation),
    isUnderWay: () => false,
    listed: () => {},
    incomplete: () => {},
    failed: () => {},
    isStopped: () => false,
  });
  seenInList(row, object(7, RUNNING));
  // From Retrying a job may go anywhere, so the order of states would not tell that this one is old.
  seenInList(row, object(6, { jobDeploymentStatus: 'Retrying' }));
  seenInList(row, object(7, RUNNING));
  expect(seen.map(({ what }) => what)).toEqual(['state']);
});
