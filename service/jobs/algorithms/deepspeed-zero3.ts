import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

const parameterCount = (fallback: number, min = 0) => integer(fallback, { min, max: 1_000_000_000_000 });

export const deepspeedZero3 = defineAlgorithm({
  name: 'deepspeed-zero3',
  title: 'DeepSpeed ZeRO-3',
  description: 'Large language models whose parameters, gradients and optimizer states are spread over all GPUs.',
  needsGpus: true,
  common: [
    'model_name',
    'task',
    'max_sequence_length',
    'epochs',
    'train_micro_batch_size_per_gpu',
    'gradient_accumulation_steps',
    'learning_rate',
    'precision',
    'lora_rank',
  ],
  fields: {
    model_name: common.modelName('meta-llama/Llama-3.1-8B'),
    task: choice('causal-lm', ['causal-lm', 'seq2seq-lm', 'sequence-classification']).describe('What is learnt.'),
    max_sequence_length: integer(2048, { min: 8, max: 1_048_576 }).describe(
      'Tokens of an example; longer ones are cut.',
    ),
    epochs: common.epochs(1),
    max_steps: common.autoOrInteger({ min: 1 }, 'Stop after this many steps; auto goes by epochs.'),
    train_micro_batch_size_per_gpu: common.batchSize(1, 'each GPU'),
    gradient_accumulation_steps: common.accumulation(),
    optimizer: choice('adamw', ['adam', 'adamw', 'lamb', 'onebitadam', 'lion']).describe('How weights are changed.'),
    learning_rate: common.learningRate(0.00002),
    ...common.adamFields(),
    weight_decay: common.weightDecay(0.01),
    scheduler: choice('WarmupDecayLR', ['none', 'WarmupLR', 'WarmupDecayLR', 'WarmupCosineLR', 'OneCycle']).describe(
      'How the learning rate changes.',
    ),
    warmup_steps: common.warmupSteps(100),
    gradient_clipping: common.clipNorm(1),
    precision: choice('bf16', ['fp32', 'fp16', 'bf16']).describe('Numbers that the model computes with.'),
    loss_scale: number(0, { min: 0 }).describe('fp16: fixed scale of the loss; 0 finds it while training.'),
    initial_scale_power: integer(16, { min: 0, max: 32 }).describe('fp16: the first scale is 2 to this power.'),
    offload_optimizer: choice('none', ['none', 'cpu', 'nvme']).describe('Where optimizer states are kept.'),
    offload_param: choice('none', ['none', 'cpu', 'nvme']).describe('Where parameters that are not in use are kept.'),
    offload_pin_memory: flag(true).describe('Faster offloading for more page-locked memory.'),
    overlap_comm: flag(true).describe('Exchange gradients while computing.'),
    contiguous_gradients: flag(true).describe('Copy gradients into one buffer, against fragmentation.'),
    reduce_bucket_size: parameterCount(500_000_000, 1).describe('Elements that are reduced at a time.'),
    sub_group_size: parameterCount(1_000_000_000, 1).describe('Parameters that are updated at a time.'),
    stage3_prefetch_bucket_size: parameterCount(50_000_000).describe('Elements that are fetched ahead.'),
    stage3_param_persistence_threshold: parameterCount(100_000).describe('Smaller parameters stay on every GPU.'),
    stage3_max_live_parameters: parameterCount(1_000_000_000).describe('Parameters that stay on a GPU at most.'),
    stage3_max_reuse_distance: parameterCount(1_000_000_000).describe('Parameters used again this soon stay.'),
    stage3_gather_16bit_weights_on_model_save: flag(true).describe('Save one whole model instead of shards.'),
    zero_hpz_partition_size: integer(1, { min: 1, max: 1024 }).describe('ZeRO++: ranks of the second partition.'),
    zero_quantized_weights: flag(false).describe('ZeRO++: weights travel in 8 bits.'),
    zero_quantized_gradients: flag(false).describe('ZeRO++: gradients travel in 4 bits.'),
    activation_checkpointing: flag(true).describe(
      'Compute activations again in the backward pass instead of keeping them.',
    ),
    lora_rank: integer(0, { min: 0, max: 1024 }).describe(
      'Train low-rank adapters of this rank; 0 trains all weights.',
    ),
    lora_alpha: number(16, { above: 0, max: 4096 }).describe('Scale of the adapters.'),
    flash_attention: flag(true).describe('Attention that needs less memory, where the GPU can.'),
    num_data_workers: common.dataLoaders(),
    checkpoint_every: common.checkpointEvery(500, 'steps'),
    logging_steps: integer(10, { min: 1, max: 1_000_000 }).describe('Report after this many steps.'),
    seed: common.seed(),
  },
  foreseen(values, { gpus }) {
    const { task, optimizer, offload_optimizer, offload_param, precision } = values;
    const problems: [string, string][] = [];
    if (task === 'seq2seq-lm')
      problems.push(['task', 'is seq2seq-lm: the training image learns from one column of text']);
    if (['lamb', 'onebitadam', 'lion'].includes(String(optimizer))) {
      problems.push(['optimizer', `is ${optimizer}, which DeepSpeed compiles: the training image has no compiler`]);
    }
    for (const [field, value] of Object.entries({ offload_optimizer, offload_param })) {
      if (value === 'nvme')
        problems.push([field, 'is nvme, which DeepSpeed compiles: the training image has no compiler']);
    }
    for (const field of ['zero_quantized_weights', 'zero_quantized_gradients']) {
      if (values[field] === true)
        problems.push([field, 'is true, which DeepSpeed compiles: the training image has no compiler']);
    }
    if (values.stage3_gather_16bit_weights_on_model_save === false)
      problems.push([
        'stage3_gather_16bit_weights_on_model_save',
        'is false: the result is one whole model, its shards are in the checkpoints',
      ]);
    if (precision === 'fp16' && gpus === 0)
      problems.push(['precision', 'is fp16, which needs a GPU; bf16 and fp32 do not']);
    return problems;
  },
  check(values, refuse) {
    if (values.offload_param !== 'none' && values.offload_optimizer === 'none') {
      refuse('offload_optimizer', 'must be cpu or nvme when parameters are offloaded');
    }
  },
});
