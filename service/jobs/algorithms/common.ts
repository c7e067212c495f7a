import { z } from 'zod';
import { printable } from '../text.ts';
import { bounded, choice, INT32_MAX, integer, number } from './algorithm.ts';

// Fields that several deep-learning algorithms share, so that one name means one thing in all of them.

export const epochs = (fallback: number) =>
  integer(fallback, { min: 1, max: 100_000 }).describe('Passes over the data.');

export const batchSize = (fallback: number, whose: string) =>
  integer(fallback, { min: 1, max: 1_048_576 }).describe(`Examples in each step of ${whose}.`);

export const learningRate = (fallback: number) =>
  number(fallback, { above: 0, max: 10 }).describe('Step size of the optimizer at its peak.');

export const weightDecay = (fallback: number) =>
  number(fallback, { min: 0, max: 1 }).describe('How strongly weights are pulled to zero.');

export const dropout = (fallback: number) =>
  number(fallback, { min: 0, below: 1 }).describe('Part of the activations that is dropped while training.');

export const warmupSteps = (fallback: number) =>
  integer(fallback, { min: 0, max: 10_000_000 }).describe('Steps in which the learning rate rises from 0 to its peak.');

export const schedule = (fallback: 'constant' | 'linear' | 'cosine') =>
  choice(fallback, ['constant', 'linear', 'cosine', 'exponential']).describe(
    'How the learning rate falls after the warm-up.',
  );

export const clipNorm = (fallback: number) =>
  number(fallback, { min: 0 }).describe('Gradients are scaled down to this norm; 0 leaves them as they are.');

export const accumulation = () =>
  integer(1, { min: 1, max: 65_536 }).describe('Steps whose gradients are added up before the weights change.');

export const patience = () =>
  z
    .int()
    .min(1)
    .max(INT32_MAX)
    .nullable()
    .default(null)
    .describe('Stop when validation has not improved for this many epochs; null never stops early.');

export const checkpointEvery = (fallback: number, unit: string) =>
  integer(fallback, { min: 0 }).describe(`Save a checkpoint after this many ${unit}; 0 saves at the end alone.`);

export const dataLoaders = () =>
  integer(2, { min: 0, max: 256 }).describe('Processes that read data for each worker; 0 reads in the worker itself.');

export const classes = () => integer(2, { min: 1, max: 1_000_000 }).describe('Number of classes; 1 for regression.');

export const seed = () => integer(42, { min: 0, max: 4_294_967_295 }).describe('Start of the random numbers.');

/** A name on a model hub or a path on the results volume. */
export const modelName = (fallback: string) =>
  printable(256)
    .regex(/^[A-Za-z0-9/][-A-Za-z0-9_./:@]*$/, 'must be a model name such as org/model, or a path')
    .default(fallback)
    .describe('Model to start from: a name on the model hub, or a path.');

/** An input that the algorithm works out itself unless a number is given. */
export const autoOrInteger = (bounds: { min: number; max?: number }, help: string) =>
  z
    .union([z.literal('auto'), bounded(z.int(), { max: INT32_MAX, ...bounds })])
    .default('auto')
    .describe(help);

/** Adam's two decay rates and its guard against division by zero. */
export const adamFields = (beta2 = 0.999) => ({
  adam_beta1: number(0.9, { min: 0, below: 1 }).describe('Adam: decay of the mean of gradients.'),
  adam_beta2: number(beta2, { min: 0, below: 1 }).describe('Adam: decay of the mean of squared gradients.'),
  adam_epsilon: number(1e-8, { above: 0, max: 1 }).describe('Adam: added to the divisor.'),
});
