import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLineReader, type Told } from '../../../service/learning/log-lines.ts';

/** What a log of the library itself, recorded here, tells. */
function read(name: string): Told[] {
  const reader = createLineReader();
  const log = readFileSync(new URL(`./recorded/${name}.txt`, import.meta.url), 'utf8');
  return log.split('\n').flatMap((line) => reader.read(line) ?? []);
}

test('XGBoost 3', () => {
  const rounds = read('xgboost');
  expect(rounds.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, round) => round));
  expect(rounds[11]?.metrics).toEqual({
    loss: 0.13332,
    'train-rmse': 0.13332,
    'train-mae': 0.08234,
    'validation-rmse': 0.17212,
    'validation-mae': 0.11676,
  });
});

test('LightGBM 4', () => {
  const rounds = read('lightgbm');
  expect(rounds.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 12]);
  expect(rounds[0]?.metrics).toEqual({
    loss: 2.97574,
    'training l2': 2.97574,
    'training l1': 1.3683,
    'valid_1 l2': 2.08169,
    'valid_1 l1': 1.13582,
  });
});

test.each(['keras-lines', 'keras-bars'])('Keras 3 (%s)', (name) => {
  const epochs = read(name);
  expect(epochs.map(({ epoch, totalEpochs, percentage }) => [epoch, totalEpochs, percentage])).toEqual([
    [1, 4, 25],
    [2, 4, 50],
    [3, 4, 75],
    [4, 4, 100],
  ]);
  for (const { metrics } of epochs) {
    expect(Object.keys(metrics)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(metrics.val_loss).toBeGreaterThan(0.6);
  }
});

test("HuggingFace's Trainer 5", () => {
  const told = read('huggingface');
  const losses = told.flatMap(({ metrics }) => metrics.loss ?? []);
  expect(losses.slice(0, 3)).toEqual([6.968, 6.092, 7.073]);
  expect(told.find(({ metrics }) => metrics.eval_loss !== undefined)?.metrics).toMatchObject({ eval_loss: 4.714 });
  expect(told.some(({ step, totalSteps }) => step !== undefined && totalSteps === 57)).toBe(true);
  expect(told.every(({ epoch = -1 }) => epoch >= 0 && epoch <= 3)).toBe(true);
});

test("HuggingFace's Trainer 4, which writes numbers without quotes", () => {
  const line = "{'loss': 0.5231, 'grad_norm': nan, 'learning_rate': 2.08e-06, 'epoch': 2.88}";
  expect(createLineReader().read(line)).toMatchObject({
    epoch: 2,
    metrics: { loss: 0.5231, learning_rate: 2.08e-6 },
    withoutValue: ['grad_norm'],
  });
});

test('PyTorch Lightning 2', () => {
  const told = read('lightning');
  expect(told.at(-1)).toMatchObject({
    epoch: 2,
    step: 75,
    metrics: { loss: 3.99e-7, train_loss: 3.99e-7, val_loss: 4.27e-7 },
  });
  const steps = told.map(({ step = 0 }) => step);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
});

test('a report that is a line, whatever a logger writes before it', () => {
  const report = {
    trainerStatus: {
      lastUpdatedTime: '2026-11-28T12:00:00Z',
      progressPercentage: 40,
      metrics: [{ name: 'loss', value: '0.5' }],
    },
  };
  const told = createLineReader().read(`INFO  root: ${JSON.stringify(report)}`);
  expect(told).toMatchObject({ percentage: 40, metrics: { loss: 0.5 } });
});

test('a loss that is no number is told as none', () => {
  expect(createLineReader().read('[3]\ttrain-logloss:nan\tvalid-auc:0.5')).toMatchObject({
    step: 3,
    metrics: { 'valid-auc': 0.5 },
    withoutValue: ['train-logloss', 'loss'],
  });
});

test('lines of other kinds tell nothing, however long or odd they are', () => {
  const reader = createLineReader();
  for (const line of [
    '',
    'INFO  reading s3://bucket/data',
    '[1] 4711',
    '[2026-11-28] request-id:abc',
    'epoch',
    '5/5 done',
    "{'epoch': 'two'}",
    '{"trainerStatus": ',
    `[1]\t${'a-b:'.repeat(100_000)}`,
    `Epoch 1: 1%|${'|'.repeat(15_000)}`,
    `{'a': ${"'".repeat(15_000)}`,
  ])
    expect([line.slice(0, 30), reader.read(line)]).toEqual([line.slice(0, 30), undefined]);
});

test.each([
  ["{'a': 'epoch': ", '1'],
  ["{'a': ", "'epoch': 1"],
  ["[1] a's ", 'x'],
  ['\u001b', ';?'],
  ['\u001b]8;;', 'a;'],
  ['[1]', ' a:b'],
  ['Epoch 1: 1%|', '| '],
  ['1/1 ', ' - a: 1'],
  ['', '\r'],
])('a line that is made to be slow to read (%j and then %j) holds nobody up', (begin, then) => {
  const line = `${begin}${then.repeat(16_000 / then.length)}`.slice(0, 16_000);
  const least = (of: string): number => {
    const { read } = createLineReader();
    const took = Array.from({ length: 7 }, () => {
      const began = performance.now();
      read(of);
      return performance.now() - began;
    });
    return Math.min(...took);
  };
  // Where the time grows with the square of the length it is ten thousand times as much.
  expect(least(line)).toBeLessThan(500 * least('x'.repeat(16_000)));
});
