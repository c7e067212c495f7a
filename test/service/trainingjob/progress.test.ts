import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absorb,
  findReport,
  type PaceOfSteps,
  type ProgressStatus,
  parseReport,
  type Report,
} from '../../../service/trainingjob/index.ts';
import { later, NOW, running, SIMPLE, withStatus } from './some-jobs.ts';

interface Told {
  readonly percentage?: unknown;
  readonly remaining?: unknown;
  readonly metrics?: Record<string, unknown>;
  readonly at?: Date;
  readonly checkpoint?: string;
}

const body = ({ percentage, remaining, metrics = {}, at = NOW, checkpoint }: Told) => ({
  trainerStatus: {
    lastUpdatedTime: at.toISOString(),
    progressPercentage: percentage,
    estimatedRemainingSeconds: remaining,
    metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })),
    checkpoint,
  },
});

function report(told: Told): Report {
  const parsed = parseReport(body(told));
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.report;
}

/** What the status says after these reports of one attempt. */
function statusAfter(job: ReturnType<typeof running>, ...all: Told[]): ProgressStatus {
  let current = job;
  let pace: PaceOfSteps | undefined;
  for (const told of all) {
    const absorbed = absorb(current, report(told), 1, pace, told.at ?? NOW);
    if ('ignored' in absorbed) continue;
    pace = absorbed.pace;
    current = withStatus({ ...current, status: { ...current.status, ...absorbed.status } }, {});
  }
  return current.status;
}

/** The bodies that transformers 5.18 sent during a run of 30 s. */
const RECORDED = new URL('./recorded/huggingface-trainer.json', import.meta.url);

describe("HuggingFace's Trainer", () => {
  it('is understood from its first report to its last', () => {
    const bodies = JSON.parse(readFileSync(RECORDED, 'utf8')) as unknown[];
    let job = running(SIMPLE);
    let pace: PaceOfSteps | undefined;
    const seen: (string | undefined)[] = [];
    for (const body of bodies) {
      const parsed = parseReport(body);
      if ('problems' in parsed) throw new Error(parsed.problems.join());
      const absorbed = absorb(job, parsed.report, 1, pace, NOW);
      if ('ignored' in absorbed) throw new Error(absorbed.ignored);
      ({ pace } = absorbed);
      job = { ...job, status: { ...job.status, ...absorbed.status } };
      seen.push(absorbed.status.progress);
    }
    expect(seen).toEqual(['0%', '29%', '37%', '70%', '100%']);
    expect(job.status).toMatchObject({
      currentEpoch: 3,
      totalEpochs: 5,
      currentStep: 17,
      totalSteps: 24,
      eta: '0s',
      metrics: { loss: 0.693315863609314, eval_loss: 0.6923272609710693, train_loss: 0.6922717491785685 },
      measured: expect.stringMatching(
        /^loss=0\.693316, .*learning_rate=0\.00000208333, eval_loss=0\.692327, .*, train_loss=0\.692272$/,
      ),
    });
  });
});

describe('a report', () => {
  it.each([
    ['200 %', { percentage: 200 }],
    ['a negative percentage', { percentage: -1 }],
    ['a percentage of 1e308', { percentage: 1e308 }],
    ['a fraction', { percentage: 12.5 }],
    ['an estimate of 1e308 seconds', { remaining: 1e308 }],
    ['a metric that is a number, not a text', { metrics: { loss: 0.5 } }],
    ['a metric of 100 kB', { metrics: { loss: '1'.repeat(100_000) } }],
    ['300 metrics', { metrics: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`m${n}`, '1'])) }],
    ['a checkpoint of 10 kB', { checkpoint: 'x'.repeat(10_000) }],
  ])('with %s is refused, with the field', (_what, told) => {
    const parsed = parseReport(body(told));
    expect('problems' in parsed && parsed.problems.join()).toMatch(/trainerStatus\.\w+/);
  });

  it.each([null, 1, 'x', [], {}, { trainerStatus: null }, { trainerStatus: {} }])('%j is refused', (json) => {
    expect(parseReport(json)).toHaveProperty('problems');
  });

  it.each(['NaN', 'nan', 'inf', '-Infinity', '1e999', '0x10', '', 'abc', '1 2'])(
    'with the metric %s keeps the others, and that one is known no more',
    (value) => {
      const before = { metrics: { loss: '0.5', accuracy: '0.8' } };
      expect(statusAfter(running(), before, { metrics: { loss: value, accuracy: '0.9' } }).metrics).toEqual({
        accuracy: 0.9,
      });
    },
  );

  it('with numbers as Python writes them is understood', () => {
    const metrics = { loss: '2.0833333333333334e-06', epoch: '3.0', huge: '1e308', '.': '-.5' };
    expect(report({ metrics })).toMatchObject({
      epoch: 3,
      metrics: { loss: 2.0833333333333334e-6, huge: 1e308, '.': -0.5 },
    });
  });

  it('with an epoch or a step of 1e308 leaves them out', () => {
    expect(report({ metrics: { current_epoch: '1e308', current_step: '-4', total_steps: 'NaN' } })).toMatchObject({
      epoch: undefined,
      step: undefined,
      totalSteps: undefined,
    });
  });

  it('without a percentage has it from steps or epochs', () => {
    expect(report({ metrics: { current_step: '9', total_steps: '20' } }).percentage).toBe(45);
    expect(report({ metrics: { current_epoch: '1', total_epochs: '3' } }).percentage).toBe(33);
    expect(report({ metrics: { current_step: '9', total_steps: '0' } }).percentage).toBeUndefined();
  });
});

describe('within an attempt', () => {
  it('nothing goes back', () => {
    const first = { percentage: 60, metrics: { current_epoch: '6', current_step: '600', loss: '0.4' } };
    const second = { percentage: 10, metrics: { current_epoch: '1', current_step: '100', loss: '0.9' }, at: later(5) };
    expect(statusAfter(running(), first, second)).toMatchObject({
      progress: '60%',
      currentEpoch: 6,
      currentStep: 600,
      metrics: { loss: 0.9 },
    });
  });

  it('a report that was overtaken is dropped', () => {
    const job = running();
    const newer = { percentage: 60, at: later(5) };
    expect(statusAfter(job, newer, { percentage: 70, at: later(1) }).progress).toBe('60%');
  });

  it('a clock that is ahead does not make later reports old', () => {
    const job = running();
    const first = absorb(job, report({ percentage: 1, at: later(86_400) }), 1, undefined, NOW);
    if ('ignored' in first) throw new Error(first.ignored);
    const second = absorb(
      withStatus(job, first.status),
      report({ percentage: 2, at: later(5) }),
      1,
      first.pace,
      later(5),
    );
    expect(second).toMatchObject({ status: { progress: '2%' } });
  });

  it('the checkpoint is remembered with its epoch and time', () => {
    const told = { checkpoint: '/checkpoints/epoch-4.pt', metrics: { checkpoint_epoch: '4' } };
    expect(statusAfter(running(), told, { percentage: 50, at: later(60) }).checkpoint).toEqual({
      latest: '/checkpoints/epoch-4.pt',
      epoch: 4,
      time: NOW.toISOString(),
    });
  });

  it('the time of a step is the median of its own', () => {
    const steps = [0, 10, 20, 30, 40, 50].map((step, n) => ({
      metrics: { current_step: String(step) },
      // One evaluation that takes 100 s between steps of 2 s.
      at: later(n * 20 + (n > 2 ? 100 : 0)),
    }));
    expect(statusAfter(running(), ...steps)).toMatchObject({ stepSeconds: 2, stepTime: later(200).toISOString() });
  });

  it('the best loss is remembered with its epoch', () => {
    const losses = ['0.9', '0.5', '0.6', '0.7'].map((loss, epoch) => ({
      metrics: { eval_loss: loss, loss: '9', epoch: String(epoch) },
      at: later(epoch),
    }));
    expect(statusAfter(running(), ...losses).best).toEqual({ metric: 'eval_loss', value: 0.5, epoch: 1 });
  });

  it('at most 50 metrics are kept', () => {
    const metrics = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`m${n}`, '1']));
    expect(Object.keys(statusAfter(running(), { metrics }).metrics ?? {})).toHaveLength(50);
  });
});

describe('another attempt', () => {
  const job = withStatus(running(), {
    attempt: 2,
    progressAttempt: 1,
    progress: '80%',
    currentEpoch: 8,
    stepSeconds: 5,
    metrics: { loss: 0.2 },
    checkpoint: { latest: 'a' },
  });

  it('may begin further back, and keeps the checkpoint that it begins from', () => {
    const absorbed = absorb(job, report({ percentage: 50, metrics: { epoch: '5' } }), 2, undefined, NOW);
    expect(absorbed).toMatchObject({
      status: { progress: '50%', currentEpoch: 5, progressAttempt: 2, metrics: {}, checkpoint: { latest: 'a' } },
    });
    expect('status' in absorbed && absorbed.status.stepSeconds).toBeUndefined();
  });

  it.each([1, 3, 0])('is not spoken for by attempt %i', (attempt) => {
    expect(absorb(job, report({ percentage: 99 }), attempt, undefined, NOW)).toHaveProperty('ignored');
  });

  it('is none after the end', () => {
    for (const state of ['Completed', 'Failed'] as const) {
      const ended = withStatus(job, { state });
      expect(absorb(ended, report({ percentage: 1 }), 2, undefined, NOW)).toHaveProperty('ignored');
    }
  });
});

it('whatever is posted is understood or refused, and what is written is a status', () => {
  const text = fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('NaN', '1e308', '-1', '1e999'));
  const names = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('loss', 'current_step', 'epoch', '__proto__'));
  const anyBody = fc.record({
    trainerStatus: fc.record(
      {
        lastUpdatedTime: fc.constant(NOW.toISOString()),
        progressPercentage: fc.oneof(fc.integer(), fc.double(), fc.integer({ min: 0, max: 100 })),
        estimatedRemainingSeconds: fc.oneof(fc.double(), fc.nat()),
        metrics: fc.array(fc.record({ name: names, value: text }), { maxLength: 8 }),
        checkpoint: fc.string(),
      },
      { requiredKeys: ['lastUpdatedTime'] },
    ),
  });
  fc.assert(
    fc.property(fc.oneof(anyBody, fc.jsonValue()), (json) => {
      const parsed = parseReport(json);
      if ('problems' in parsed) return parsed.problems.length > 0;
      const absorbed = absorb(running(), parsed.report, 1, undefined, NOW);
      if ('ignored' in absorbed) return true;
      const { metrics = {}, progress = '0%', currentEpoch = 0 } = absorbed.status;
      return (
        Object.values(metrics).every(Number.isFinite) &&
        /^(\d|[1-9]\d|100)%$/.test(progress) &&
        Number.isSafeInteger(currentEpoch)
      );
    }),
    { numRuns: 1000 },
  );
});

describe('in a log', () => {
  const line = (percentage: number) => JSON.stringify(body({ percentage }));
  const found = (log: string) => findReport(log)?.report.percentage;

  it('the last line that is a report counts, whatever stands before it', () => {
    expect(found(`epoch 1\n${line(10)}\n${line(20)}\nepoch 2 done\n`)).toBe(20);
    expect(found(`2026-11-28 09:00:00 INFO [trainer] ${line(30)}\n`)).toBe(30);
    expect(found(line(30).replace('{"trainerStatus":', '{ "trainerStatus" : '))).toBe(30);
  });

  it('one that is cut off, too long, or no report is passed over', () => {
    expect(found(`${line(10)}\n${line(20).slice(0, 40)}`)).toBe(10);
    expect(found(`${line(10)}\n${line(200)}\n{"trainerStatus": 3}\n`)).toBe(10);
    expect(found(`${line(10)}\n${line(20).replace('}}', `,"x":"${'x'.repeat(70_000)}"}}`)}`)).toBe(10);
    expect(found('nothing of the kind')).toBeUndefined();
  });
});
