import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

const meshAxis = (fallback: number, help: string) =>
  integer(fallback, { min: -1, max: 65_536 }).describe(`${help} -1 takes the devices that the other axes leave.`);

const AXES = ['mesh_data', 'mesh_fsdp', 'mesh_tensor', 'mesh_sequence'] as const;

export const jaxPjit = defineAlgorithm({
  name: 'jax-pjit',
  title: 'JAX pjit',
  description: 'One program over a mesh of devices: data, parameters and tensors are split by named axes.',
  common: [
    'model_name',
    'mesh_data',
    'mesh_fsdp',
    'mesh_tensor',
    'per_device_batch_size',
    'total_steps',
    'learning_rate',
    'max_sequence_length',
    'checkpoint_every',
  ],
  fields: {
    model_name: common.modelName('transformer'),
    mesh_data: meshAxis(-1, 'Copies of the model that see different data.'),
    mesh_fsdp: meshAxis(1, 'Devices over which parameters and optimizer states are spread.'),
    mesh_tensor: meshAxis(1, 'Devices over which each matrix is split.'),
    mesh_sequence: meshAxis(1, 'Devices over which a sequence is split.'),
    num_layers: integer(12, { min: 1, max: 256 }).describe('Layers.'),
    hidden_size: integer(768, { min: 16, max: 65_536 }).describe('Width of a layer.'),
    num_attention_heads: integer(12, { min: 1, max: 256 }).describe('Heads; they share the width evenly.'),
    vocabulary_size: integer(32_000, { min: 2, max: 1_000_000 }).describe('Number of tokens known.'),
    max_sequence_length: integer(1024, { min: 8, max: 1_048_576 }).describe('Tokens of an example.'),
    per_device_batch_size: common.batchSize(8, 'each device'),
    gradient_accumulation_steps: common.accumulation(),
    total_steps: integer(10_000, { min: 1, max: 100_000_000 }).describe('Steps to train for.'),
    optimizer: choice('adamw', ['adamw', 'adafactor', 'lion', 'lamb', 'sgd', 'shampoo']).describe(
      'How weights are changed.',
    ),
    learning_rate: common.learningRate(0.0003),
    learning_rate_schedule: common.schedule('cosine'),
    final_learning_rate_ratio: number(0.1, { min: 0, max: 1 }).describe(
      'Part of the learning rate that is left at the end.',
    ),
    warmup_steps: common.warmupSteps(500),
    ...common.adamFields(0.95),
    weight_decay: common.weightDecay(0.1),
    gradient_clip_norm: common.clipNorm(1),
    dropout: common.dropout(0),
    compute_dtype: choice('bfloat16', ['float32', 'bfloat16', 'float16']).describe(
      'Numbers that the model computes with.',
    ),
    param_dtype: choice('float32', ['float32', 'bfloat16']).describe('Numbers that the weights are kept in.'),
    matmul_precision: choice('default', ['default', 'high', 'highest']).describe('Precision of matrix products.'),
    remat_policy: choice('minimal', ['none', 'minimal', 'full']).describe(
      'What is computed again instead of being kept.',
    ),
    scan_layers: flag(true).describe('Compile one layer and loop over it: much shorter compilation.'),
    donate_state: flag(true).describe('Reuse the memory of the old weights for the new ones.'),
    eval_every: integer(500, { min: 0 }).describe('Evaluate after this many steps; 0 at the end alone.'),
    checkpoint_every: common.checkpointEvery(1000, 'steps'),
    seed: common.seed(),
  },
  foreseen({ model_name = 'transformer', optimizer }) {
    const problems: [string, string][] = [];
    if (model_name !== 'transformer')
      problems.push(['model_name', `is ${model_name}: transformer, with fresh weights, is what there is`]);
    if (optimizer === 'shampoo') problems.push(['optimizer', 'is shampoo, which Optax has not; adamw is usual']);
    return problems;
  },
  check(values, refuse) {
    const open = AXES.filter((axis) => values[axis] === -1);
    if (open.length > 1) refuse(open[1] ?? 'mesh_fsdp', `must not be -1 as well: ${open[0]} is already`);
    for (const axis of AXES) if (values[axis] === 0) refuse(axis, 'must be -1 or at least 1');
    if (Number(values.hidden_size) % Number(values.num_attention_heads) !== 0) {
      refuse('num_attention_heads', `must divide hidden_size (${values.hidden_size}) evenly`);
    }
    if (Number(values.warmup_steps) > Number(values.total_steps)) refuse('warmup_steps', 'must be at most total_steps');
  },
});
