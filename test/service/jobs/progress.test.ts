import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  leastOf,
  printProgress,
  progressCells,
  progressOf,
  type SeenProgress,
} from '../../../service/jobs/progress.ts';
import { measuredIn, measuredText } from '../../../service/trainingjob/text.ts';

const CELLS = {
  Progress: '45%',
  Epoch: '9',
  Loss: '0.31',
  ETA: '12m',
  Checkpoint: 's3://a/b',
  Workers: '3/4',
  Attempt: '2',
  Metrics: 'loss=0.310001, accuracy=0.9, eval_loss=2.1e-7',
};

describe('the row of a TrainingJob', () => {
  it('tells how far it is', () => {
    expect(progressOf(CELLS)).toEqual({
      source: 'trainingjob',
      percent: 45,
      epoch: 9,
      loss: 0.31,
      etaSeconds: 720,
      checkpoint: 's3://a/b',
      workers: { ready: 3, of: 4 },
      attempt: 2,
      step: null,
      metrics: { loss: 0.31, accuracy: 0.9, eval_loss: 2.1e-7 },
    });
  });

  it('tells that its operator calls it stalled, by the column and by the object alike', () => {
    expect(progressOf({ ...CELLS, Stall: 'NoStep' })).toMatchObject({ isStalled: true });
    // True of one that has failed, too, with another reason.
    expect(progressOf({ ...CELLS, Stall: 'BackoffLimitExceeded' })).not.toHaveProperty('isStalled');
    const conditions = [
      { type: 'Ready', reason: 'Running' },
      { type: 'Stalled', status: 'True', reason: 'NoStep' },
    ];
    expect(progressCells({ status: { conditions } }).Stall).toBe('NoStep');
    expect(progressCells({ status: { conditions: 'none' } }).Stall).toBeNull();
  });

  it('tells nothing while nobody has reported anything', () => {
    expect(progressOf({})).toBeUndefined();
    expect(progressOf({ Attempt: '1', Progress: null })).toBeUndefined();
    expect(progressOf({ Attempt: '1', Workers: '0/4' })).toMatchObject({ percent: null, workers: { ready: 0, of: 4 } });
  });

  it.each([
    ['90s', 90],
    ['2m', 120],
    ['5h3m', 18_180],
    ['3d', 259_200],
    ['', null],
    ['soon', null],
    ['-5m', null],
    ['99999999999999h', null],
  ])('of the ETA %j the seconds are %j', (ETA, etaSeconds) => {
    expect(progressOf({ ...CELLS, ETA })?.etaSeconds).toBe(etaSeconds);
  });

  it.each([
    [{ Progress: '101%' }, { percent: 100 }],
    [{ Progress: 'NaN%' }, { percent: null }],
    [{ Progress: '-1%' }, { percent: null }],
    [{ Epoch: '1.5' }, { epoch: null }],
    [{ Epoch: '1e300' }, { epoch: null }],
    [{ Loss: 'Infinity' }, { loss: null }],
    [{ Loss: '1e308' }, { loss: 1e308 }],
    [{ Loss: ' ' }, { loss: null }],
    [{ Workers: 'all' }, { workers: null }],
    [{ Checkpoint: 'a\0b\ud800' }, { checkpoint: 'ab\ufffd' }],
    [{ Checkpoint: 'x'.repeat(5000) }, { checkpoint: 'x'.repeat(1024) }],
  ])('of %j it takes %j', (cells, taken) => {
    expect(progressOf({ ...CELLS, ...cells })).toMatchObject(taken);
  });

  it('takes the numbers of a line that the operator wrote, as many as fit, and of other lines what are numbers', () => {
    const metrics = fc.dictionary(
      fc.stringMatching(/^[a-z_]{1,20}$/),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(metrics, (told) => {
        const line = measuredText(told) ?? '';
        expect(line.length).toBeLessThanOrEqual(512);
        const numbers = Object.entries(told).map(([name, value]) => [name, Number(value.toPrecision(6))]);
        expect(numbers).toEqual(expect.arrayContaining(Object.entries(measuredIn(line))));
        if (numbers.length <= 10) expect(Object.keys(measuredIn(line))).toHaveLength(numbers.length);
      }),
    );
    const { metrics: taken } =
      progressOf({ ...CELLS, Metrics: 'a=1, b=NaN, c, =2, d=1e999, loss=9, e f=-.5, a|b=1' }) ?? {};
    expect(taken).toEqual({ loss: 0.31, a: 1, 'e f': -0.5 });
  });

  it('whatever is written there, what is taken is JSON that the database stores', () => {
    const cell = fc.option(fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.record({ Progress: cell, Epoch: cell, Loss: cell, ETA: cell, Checkpoint: cell, Metrics: cell }),
        (cells) => {
          const progress = progressOf(cells);
          if (progress) expect(JSON.parse(JSON.stringify(progress))).toEqual(progress);
          expect(JSON.stringify(progress) ?? '').not.toContain('\\u0000');
        },
      ),
    );
  });
});

describe('a whole TrainingJob', () => {
  it('tells the same as its row', () => {
    const status = {
      progress: '45%',
      currentEpoch: 9,
      eta: '12m',
      metrics: { loss: 0.31 },
      checkpoint: { latest: 's3://a/b' },
      workers: { summary: '3/4' },
      attempt: 2,
      measured: CELLS.Metrics,
    };
    expect(printProgress(progressCells({ status }))).toBe(printProgress(CELLS));
    expect(progressOf(progressCells({ status: 'broken' }))).toBeUndefined();
  });
});

describe('of several clusters', () => {
  it('the one that is furthest behind speaks', () => {
    const seen = (cluster: string, percent: number | null): SeenProgress => ({
      ...(progressOf(CELLS) as SeenProgress),
      percent,
      cluster,
      at: new Date(0),
    });
    expect([seen('a', 50), seen('b', 20), seen('c', 90)].reduce(leastOf, null)?.cluster).toBe('b');
    expect([seen('a', 50), seen('b', null)].reduce(leastOf, null)?.cluster).toBe('b');
  });
});
