import type { MonitoredJob } from '../../../service/store/store.ts';

/** On cluster `a`, where it has not been seen yet. */
export const monitoredJob = (fields: Partial<MonitoredJob> = {}): MonitoredJob => ({
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
  unreachableSince: {},
  startedAt: null,
  finishedAt: null,
  retryPolicy: null,
  recovery: null,
  attention: null,
  version: 1,
  ...fields,
});
