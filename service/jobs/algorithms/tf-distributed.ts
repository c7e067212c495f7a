import { choice, defineAlgorithm, flag, integer } from './algorithm.ts';
import * as common from './common.ts';

export const tfDistributed = defineAlgorithm({
  name: 'tf-distributed',
  title: 'TensorFlow distributed',
  description: 'A Keras model of your own, trained on many workers with tf.distribute.',
  common: [
    'strategy',
    'model_module',
    'epochs',
    'steps_per_epoch',
    'batch_size_per_replica',
    'optimizer',
    'learning_rate',
    'mixed_precision',
    'checkpoint_every',
  ],
  fields: {
    strategy: choice('multi_worker_mirrored', ['mirrored', 'multi_worker_mirrored', 'parameter_server']).describe(
      'How workers train together: each with a copy of the model, or with parameter servers.',
    ),
    communication: choice('auto', ['auto', 'ring', 'nccl']).describe('multi_worker_mirrored: how gradients travel.'),
    num_parameter_servers: integer(0, { min: 0, max: 100 }).describe(
      'parameter_server: how many of the instances serve.',
    ),
    variable_partitions: integer(1, { min: 1, max: 100 }).describe('parameter_server: shards of each large variable.'),
    model_module: common
      .modelName('models.default')
      .describe('Python module or path whose build_model() gives the model.'),
    epochs: common.epochs(10),
    steps_per_epoch: common.autoOrInteger({ min: 1 }, 'Steps that make an epoch; auto is the whole data once.'),
    batch_size_per_replica: common.batchSize(64, 'each replica'),
    gradient_accumulation_steps: common.accumulation(),
    steps_per_execution: integer(1, { min: 1, max: 100_000 }).describe('Steps that run in one call of the graph.'),
    optimizer: choice('adam', ['adam', 'adamw', 'sgd', 'rmsprop', 'adagrad', 'ftrl', 'lamb']).describe(
      'How weights are changed.',
    ),
    learning_rate: common.learningRate(0.001),
    scale_learning_rate: flag(true).describe('Multiply the learning rate by the number of replicas.'),
    learning_rate_schedule: common.schedule('constant'),
    warmup_steps: common.warmupSteps(0),
    weight_decay: common.weightDecay(0),
    gradient_clip_norm: common.clipNorm(0),
    autoshard_policy: choice('auto', ['auto', 'file', 'data', 'off']).describe(
      'How the data is split between workers.',
    ),
    shuffle_buffer: integer(10_000, { min: 1, max: 100_000_000 }).describe('Examples among which the next is drawn.'),
    cache_dataset: flag(false).describe('Keep the data in memory after the first epoch.'),
    mixed_precision: choice('none', ['none', 'float16', 'bfloat16']).describe('Compute in 16 bits where that is safe.'),
    xla: flag(false).describe('Compile the model with XLA.'),
    early_stopping_patience: common.patience(),
    checkpoint_every: common.checkpointEvery(1000, 'steps'),
    seed: common.seed(),
  },
  foreseen({ strategy, xla, optimizer, gradient_accumulation_steps, model_module = 'models.default' }, { workers }) {
    const problems: [string, string][] = [];
    if (strategy === 'parameter_server')
      problems.push(['strategy', 'is parameter_server, which the training image has not; multi_worker_mirrored is']);
    if (strategy === 'mirrored' && workers > 1)
      problems.push(['strategy', `is mirrored, which is for one worker, and instanceCount is ${workers}`]);
    if (xla === true && workers > 1)
      problems.push(['xla', `is true: with ${workers} workers XLA does not compile what they exchange`]);
    if (optimizer === 'ftrl' && Number(gradient_accumulation_steps) > 1)
      problems.push(['gradient_accumulation_steps', 'is above 1, and ftrl cannot add gradients up']);
    if (model_module !== 'models.default' && !String(model_module).endsWith('.py'))
      problems.push(['model_module', `is ${model_module}: a path ending in .py on the job's volume is needed`]);
    return problems;
  },
  check(values, refuse) {
    const servers = Number(values.num_parameter_servers);
    if (values.strategy === 'parameter_server' && servers < 1) {
      refuse('num_parameter_servers', 'must be at least 1 for strategy parameter_server');
    }
    if (values.strategy !== 'parameter_server' && servers > 0) {
      refuse('num_parameter_servers', `must be 0 for strategy ${values.strategy}`);
    }
  },
});
