import { createLearningCurve } from './learning-curve.ts';

/** Lines such as a training run prints. */
export interface TrainingLog {
  /** Lines due when this part (0 to 1) of the run is over, that have not been handed out before. */
  until(part: number): string[];
  failure(): string[];
  success(): string[];
}

const MAX_EPOCHS = 60;
const VALIDATION_GAP = 0.04;

export function createTrainingLog(name: string, environment: Readonly<Record<string, string>>): TrainingLog {
  const rounds = Number(environment.NUM_BOOST_ROUND ?? environment.EPOCHS ?? 20) || 20;
  const epochs = Math.min(MAX_EPOCHS, Math.max(1, rounds));
  const workers = environment.NUM_WORKER ?? '1';
  const source = environment.S3_BUCKET
    ? `s3://${environment.S3_BUCKET}/${environment.S3_TRAIN_KEY ?? ''}`
    : 'sample data';
  const opening = [
    `INFO  run ${name}: ${workers} worker(s), GPU ${environment.USE_GPU === 'true' ? 'on' : 'off'}`,
    `INFO  reading ${source}`,
    'INFO  train: 45,211 rows x 17 columns, validation: 5,024 rows',
  ];
  const curve = createLearningCurve(name);
  const lossOf = (epoch: number, gap = 0): string => (curve.loss(epoch / epochs) + gap).toFixed(4);
  const epochLine = (epoch: number): string =>
    `epoch ${epoch}/${epochs} - loss: ${lossOf(epoch)} - val_loss: ${lossOf(epoch, VALIDATION_GAP)} - 0.50s`;
  let opened = false;
  let epoch = 0;

  return {
    until(part) {
      const lines = opened ? [] : [...opening];
      opened = true;
      for (const due = Math.floor(part * epochs); epoch < due; ) {
        epoch += 1;
        lines.push(epochLine(epoch));
      }
      return lines;
    },
    failure: () => [
      'Traceback (most recent call last):',
      '  File "train.py", line 88, in <module>',
      '    train(read_arguments())',
      '  File "train.py", line 61, in train',
      `    raise ValueError("loss is NaN at epoch ${epoch}")`,
      `ValueError: loss is NaN at epoch ${epoch}`,
    ],
    success: () => [
      `INFO  best validation loss ${lossOf(epochs, VALIDATION_GAP)} at epoch ${epochs}`,
      `INFO  model of ${name} saved`,
    ],
  };
}
