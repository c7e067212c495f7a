import { describe, expect, it, test } from 'vitest';
import { asReason } from '../../../service/contract/reasons.ts';
import { attentionOf, concernOf, isNoNumber, isRising, type Pulse } from '../../../service/jobs/index.ts';
import { messageOf, noticeOf } from '../../../service/notify/message.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const RULES = { steps: 20, leastSeconds: 600 };
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
const pulse = (more: Partial<Pulse>): Pulse => ({
  jobId: 'train-0a1b2c3d',
  steppedAt: NOW,
  stepSeconds: 60,
  heardAt: NOW,
  runningSince: ago(86_400),
  losses: [],
  lossIsNoNumber: false,
  isStalled: false,
  ...more,
});
const concern = (more: Partial<Pulse>) => concernOf(pulse(more), RULES, NOW)?.reason ?? null;

describe('a training that runs', () => {
  test.each([
    ['steps', {}, null],
    ['is slow, and is heard', { steppedAt: ago(1_199), heardAt: ago(10) }, null],
    ['has told nothing for a third of it', { steppedAt: ago(500), heardAt: ago(401) }, 'LateReports'],
    ['has made no step for twenty', { steppedAt: ago(1_201), heardAt: ago(10) }, 'Stalled'],
    ['has short steps, and validates', { stepSeconds: 1, steppedAt: ago(599), heardAt: ago(10) }, null],
    ['has short steps, and hangs', { stepSeconds: 1, steppedAt: ago(601), heardAt: ago(10) }, 'Stalled'],
    ['was suspended meanwhile', { steppedAt: ago(50_000), heardAt: ago(50_000), runningSince: ago(100) }, null],
    ['has a loss that is no number', { lossIsNoNumber: true }, 'Diverging'],
    ['is called stalled by its operator', { isStalled: true }, 'Stalled'],
    ['has a loss that rises', { losses: [3, 2, 1, 1, 2, 3, 4, 5] }, 'Diverging'],
  ] as const)('%s', (_, more, reason) => {
    expect(concern(more as Partial<Pulse>)).toBe(reason);
  });

  it('says since when, and in what words', () => {
    expect(concernOf(pulse({ steppedAt: ago(3_000) }), RULES, NOW)).toEqual({
      reason: 'Stalled',
      since: ago(3_000).toISOString(),
      message: 'No step for 50 min; a step takes it 60 s',
    });
  });
});

test.each([
  [[5, 4, 3, 2, 1, 0.5, 0.4, 0.3], false],
  [[1, 0.5, 0.4, 0.3, 0.2, 0.3, 0.4, 0.5], false],
  [[1, 0.5, 1.5, 0.9, 1.4, 0.8, 1.3, 1.1], false],
  [[1, 2, 3, 4], false],
  [[-5, -6, -7, -8, -9, -7, -5, -3], true],
])('a loss of %j rises: %s', (losses, rises) => {
  expect(isRising(losses)).toBe(rises);
});

test.each(['NaN', 'nan', 'inf', '-Infinity', ' NaN '])('%s is no number', (text) => {
  expect(isNoNumber(text)).toBe(true);
  expect(isNoNumber('0.5')).toBe(false);
});

it('is asked for a job that does not start as well, and for none that has ended', () => {
  const job = {
    status: 'Pending',
    reason: asReason('ImagePullBackOff'),
    message: 'no',
    updatedAt: NOW,
    attention: null,
  };
  expect(attentionOf(job as never)).toEqual({ reason: 'ImagePullBackOff', since: NOW.toISOString(), message: 'no' });
  expect(attentionOf({ ...job, reason: asReason('Starting') } as never)).toBeNull();
  expect(attentionOf({ ...job, status: 'Failed' } as never)).toBeNull();
});

it('is told to a webhook, and so is an attempt that is lost', () => {
  const event = { status: 'Running', previous: 'Running', reason: asReason('Diverging'), at: NOW } as never;
  expect(noticeOf(event)).toBe('job.stuck');
  const lost = { jobId: 'train-0a1b2c3d', status: 'Pending', reason: asReason('AwaitingAttempt'), job: { attempt: 2 } };
  expect(noticeOf(lost as never)).toBe('job.retried');
  expect(messageOf('job.retried', lost as never).data).toMatchObject({ jobName: 'train', attempt: 2 });
});
