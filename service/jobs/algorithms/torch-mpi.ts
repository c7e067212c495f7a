import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

export const torchMpi = defineAlgorithm({
  name: 'torch-mpi',
  title: 'PyTorch data parallel (MPI)',
  description: 'PyTorch DistributedDataParallel, its processes started as MPI ranks.',
  common: [
    'model_name',
    'pretrained',
    'num_classes',
    'epochs',
    'batch_size',
    'optimizer',
    'learning_rate',
    'precision',
    'checkpoint_every',
  ],
  fields: {
    backend: choice('mpi', ['mpi', 'nccl', 'gloo']).describe('How gradients travel; nccl needs GPUs.'),
    processes_per_instance: common.autoOrInteger(
      { min: 1, max: 64 },
      'Ranks on each instance; auto starts one for each GPU, or one.',
    ),
    threads_per_process: common.autoOrInteger(
      { min: 1, max: 1024 },
      'Value of OMP_NUM_THREADS; auto shares the CPU cores.',
    ),
    model_name: common.modelName('torchvision/resnet50'),
    pretrained: flag(true).describe('Start from published weights.'),
    num_classes: common.classes(),
    epochs: common.epochs(10),
    batch_size: common.batchSize(32, 'each rank'),
    gradient_accumulation_steps: common.accumulation(),
    optimizer: choice('adamw', ['sgd', 'adam', 'adamw', 'rmsprop', 'lamb']).describe('How weights are changed.'),
    learning_rate: common.learningRate(0.001),
    learning_rate_schedule: common.schedule('cosine'),
    warmup_steps: common.warmupSteps(0),
    momentum: number(0.9, { min: 0, below: 1 }).describe('sgd and rmsprop: how much earlier steps count.'),
    weight_decay: common.weightDecay(0.01),
    gradient_clip_norm: common.clipNorm(0),
    precision: choice('fp32', ['fp32', 'tf32', 'fp16', 'bf16']).describe('Numbers that the model computes with.'),
    sync_batch_norm: flag(false).describe('Share batch statistics between ranks.'),
    find_unused_parameters: flag(false).describe('For models of which some parts get no gradient in a step.'),
    gradient_as_bucket_view: flag(true).describe('Save the memory of one copy of the gradients.'),
    bucket_cap_mb: integer(25, { min: 1, max: 10_000 }).describe('MB of gradients that travel together.'),
    gradient_compression: choice('none', ['none', 'fp16', 'bf16', 'powersgd']).describe('How gradients are packed.'),
    compile: flag(false).describe('Compile the model with torch.compile.'),
    num_data_workers: common.dataLoaders(),
    early_stopping_patience: common.patience(),
    checkpoint_every: common.checkpointEvery(1, 'epochs'),
    seed: common.seed(),
  },
  foreseen({ optimizer, backend, precision }, { gpus }) {
    const problems: [string, string][] = [];
    if (optimizer === 'lamb') problems.push(['optimizer', 'is lamb, which PyTorch has not; adamw comes nearest']);
    if (backend === 'nccl' && gpus === 0) problems.push(['backend', 'is nccl, which needs GPUs; gloo does not']);
    if (precision === 'fp16' && gpus === 0) problems.push(['precision', 'is fp16, which needs a GPU; bf16 does not']);
    return problems;
  },
});
