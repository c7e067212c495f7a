import { expect, test } from 'vitest';
import type { Reason } from '../../../service/contract/reasons.ts';
import { decide } from '../../../service/monitor/decide.ts';
import { monitoredJob } from './some-monitored-jobs.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

test('a cluster that was lost and answers again takes back what it was told of, and nothing else', () => {
  const answers = { jobId: 'train-1', cluster: 'a', what: 'reachable' } as const;
  const attentionAfter = (reason: Reason) => {
    const attention = { reason, since: SINCE, message: '' };
    const decision = decide(monitoredJob({ unreachableSince: { a: SINCE }, attention }), answers, new Date());
    expect(decision).toMatchObject({ set: { unreachableSince: { a: null } }, event: { reason: 'ClusterReachable' } });
    return decision?.set.attention;
  };
  expect(attentionAfter('ClusterLost')).toBeNull();
  expect(attentionAfter('Stalled')).toBeUndefined();
});
