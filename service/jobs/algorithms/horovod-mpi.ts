import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

export const horovodMpi = defineAlgorithm({
  name: 'horovod-mpi',
  title: 'Horovod (MPI)',
  description: 'Data-parallel training with ring all-reduce, for TensorFlow, Keras or PyTorch.',
  common: [
    'framework',
    'model_name',
    'num_classes',
    'epochs',
    'batch_size',
    'optimizer',
    'learning_rate',
    'mixed_precision',
    'checkpoint_every',
  ],
  fields: {
    framework: choice('pytorch', ['tensorflow', 'keras', 'pytorch']).describe('What the model is written in.'),
    slots_per_instance: common.autoOrInteger(
      { min: 1, max: 64 },
      'Ranks on each instance; auto: one for each GPU, or one.',
    ),
    model_name: common.modelName('resnet50'),
    num_classes: common.classes(),
    epochs: common.epochs(10),
    batch_size: common.batchSize(32, 'each rank'),
    optimizer: choice('sgd', ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad']).describe('How weights are changed.'),
    learning_rate: common.learningRate(0.0125),
    scale_learning_rate: flag(true).describe('Multiply the learning rate by the number of ranks.'),
    warmup_epochs: integer(5, { min: 0, max: 1000 }).describe('Epochs in which the learning rate rises to its peak.'),
    momentum: number(0.9, { min: 0, below: 1 }).describe('sgd and rmsprop: how much earlier steps count.'),
    weight_decay: common.weightDecay(0.00005),
    gradient_clip_norm: common.clipNorm(0),
    reduce_op: choice('average', ['average', 'sum', 'adasum']).describe('How the gradients of the ranks are joined.'),
    compression: choice('none', ['none', 'fp16']).describe('How gradients are packed on their way.'),
    backward_passes_per_step: common.accumulation(),
    gradient_predivide_factor: number(1, { above: 0, max: 1_000_000 }).describe(
      'Part of the averaging done before the sum.',
    ),
    fusion_threshold_mb: integer(128, { min: 0, max: 4096 }).describe(
      'MB of tensors that travel together; 0 fuses none.',
    ),
    cycle_time_ms: number(1, { above: 0, max: 1000 }).describe('Milliseconds between rounds of exchange.'),
    cache_capacity: integer(1024, { min: 0, max: 1_000_000 }).describe('Responses remembered; 0 remembers none.'),
    hierarchical_allreduce: flag(false).describe('First within an instance, then between them.'),
    autotune: flag(false).describe('Let Horovod look for the best of the four settings above.'),
    stall_check_seconds: integer(60, { min: 0, max: 86_400 }).describe(
      'Warn when a rank is silent for so long; 0 never.',
    ),
    mixed_precision: flag(false).describe('Compute in 16 bits where that is safe; needs a GPU that can.'),
    num_data_workers: common.dataLoaders(),
    early_stopping_patience: common.patience(),
    checkpoint_every: common.checkpointEvery(1, 'epochs'),
    seed: common.seed(),
  },
  foreseen({ framework, reduce_op, mixed_precision }, { gpus }) {
    const problems: [string, string][] = [];
    if (framework !== 'pytorch') {
      problems.push([
        'framework',
        `is ${framework}: Horovod for it ended in 2023; pytorch, or the algorithm tf-distributed`,
      ]);
    }
    if (reduce_op === 'adasum')
      problems.push(['reduce_op', 'is adasum, which went with Horovod; average and sum are there']);
    if (mixed_precision === true && gpus === 0) problems.push(['mixed_precision', 'is true, which needs a GPU']);
    return problems;
  },
  check(values, refuse) {
    if (values.reduce_op !== 'average' && values.gradient_predivide_factor !== 1) {
      refuse('gradient_predivide_factor', 'must be 1 unless reduce_op is average');
    }
  },
});
