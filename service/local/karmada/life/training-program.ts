import { createLearningCurve } from './learning-curve.ts';

/** A simulated training: epochs and checkpoints by the variables and files that a real one is given. */
export interface TrainingProgram {
  readonly epochs: number;
  /** From 1: which try of its job this is. */
  readonly attempt: number;
  readonly rank: number;
  /** Where it begins, by the checkpoint that it resumes from: 0 to 1 of all epochs. */
  readonly from: number;
  /** The body of a report as Kubeflow's KEP-2779 has it, when this part (0 to 1) of all epochs is done. */
  report(part: number, now: Date, secondsLeft: number): object;
}

const EPOCHS = 20;
const STEPS_PER_EPOCH = 100;

/** Of the job of this name; `hyperparameters`: JSON, as in /etc/training-config. */
export function createTrainingProgram(
  name: string,
  environment: Readonly<Record<string, string>>,
  hyperparameters: string | undefined,
): TrainingProgram {
  const epochs = wholeNumber(epochsIn(hyperparameters) ?? environment.EPOCHS) ?? EPOCHS;
  const every = wholeNumber(environment.CHECKPOINT_FREQUENCY) ?? 1;
  const directory = environment.CHECKPOINT_DIR;
  const curve = createLearningCurve(name);
  const resumed = wholeNumber(/epoch-(\d+)/.exec(environment.RESUME_FROM ?? '')?.[1]) ?? 0;

  return {
    epochs,
    attempt: wholeNumber(environment.TRAINING_ATTEMPT) ?? 1,
    rank: Number(environment.WORKER_RANK ?? 0),
    from: Math.min(1, resumed / epochs),
    report(part, now, secondsLeft) {
      const epoch = Math.floor(part * epochs);
      const kept = directory === undefined ? 0 : epoch - (epoch % every);
      const metrics = {
        current_epoch: epoch,
        total_epochs: epochs,
        current_step: Math.floor(part * epochs * STEPS_PER_EPOCH),
        total_steps: epochs * STEPS_PER_EPOCH,
        loss: curve.loss(part).toFixed(4),
        accuracy: curve.accuracy(part).toFixed(4),
        ...(kept > 0 && { checkpoint_epoch: kept }),
      };
      return {
        trainerStatus: {
          lastUpdatedTime: now.toISOString(),
          progressPercentage: Math.floor(part * 100),
          estimatedRemainingSeconds: Math.max(0, Math.round(secondsLeft)),
          metrics: Object.entries(metrics).map(([name, value]) => ({ name, value: String(value) })),
          ...(kept > 0 && { checkpoint: `${directory}/epoch-${kept}.pt` }),
        },
      };
    },
  };
}

function epochsIn(hyperparameters: string | undefined): string | undefined {
  const told: unknown = JSON.parse(hyperparameters ?? '{}');
  return typeof told === 'object' && told !== null && 'epochs' in told ? String(told.epochs) : undefined;
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
