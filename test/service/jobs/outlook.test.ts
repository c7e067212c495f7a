import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../../service/jobs/outlook.ts';
import { accepted, container, minimal } from './requests.ts';

const fieldsOf = (notes: readonly { path: readonly (string | number)[] }[]) => notes.map(({ path }) => path.join('.'));
const warned = (body: unknown) => fieldsOf(outlookOf(accepted(body)).warnings);
const refused = (body: unknown) => fieldsOf(outlookOf(accepted(body)).problems);

describe('warned of', () => {
  it('a channel without a bucket', () => {
    const channels = [{ channelName: 'train', bucket: 'data' }, { channelName: 'validation' }];
    expect(warned(minimal({ inputDataConfig: channels }))).toEqual(['inputDataConfig.1.bucket']);
    expect(warned(minimal({ inputDataConfig: [{ channelName: 'train', sourceType: 'upload' }] }))).toEqual([]);
  });

  it.each([
    ['models/churn', ['outputDataConfig.artifactUri']],
    ['s3://', ['outputDataConfig.artifactUri']],
    ['s3://models/churn', []],
    ['storage://output/artifacts/', []],
    ['file:///home/ray/result-storage', []],
    ['file:///home/ray/result-storage/model', []],
    ['file:///tmp/model', ['outputDataConfig.artifactUri']],
    ['file:///home/ray/result-storage-of-others', ['outputDataConfig.artifactUri']],
  ])('the output %s: %j', (artifactUri, fields) => {
    expect(warned(minimal({ outputDataConfig: { artifactUri } }))).toEqual(fields);
  });

  it('DeepSpeed without GPUs', () => {
    const algorithm = { algorithmName: 'deepspeed-zero3' };
    const gpus = (gpuCount: number) => ({ algorithm, resources: { instanceResources: { gpuCount } } });
    expect(warned(minimal({ algorithm }))).toEqual(['resources.instanceResources.gpuCount']);
    expect(warned(minimal(gpus(1)))).toEqual([]);
    expect(warned(minimal())).toEqual([]);
  });
});

describe('of a TrainingJob', () => {
  const training = (more: object) => container({ runtime: 'trainingjob', ...more });

  it('the volume is where its checkpoints are', () => {
    const output = (artifactUri: string) => training({ outputDataConfig: { artifactUri } });
    expect(warned(output('file:///checkpoints/model'))).toEqual([]);
    expect(warned(output('file:///home/ray/result-storage/model'))).toEqual(['outputDataConfig.artifactUri']);
  });

  it('more variables than its schema takes are refused', () => {
    const parameters = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`X_${index}`, 1]));
    expect(refused(training({ customHyperparameters: parameters(235) }))).toEqual([]);
    expect(refused(training({ customHyperparameters: parameters(236) }))).toEqual(['customHyperparameters']);
    expect(refused(container({ runtime: 'job', customHyperparameters: parameters(237) }))).toEqual([]);
  });

  it('and a variable that is longer', () => {
    const layers = Array.from({ length: 9 }, () => 'x'.repeat(4000));
    expect(refused(training({ hyperparameters: { mine: { layers } } }))).toEqual(['customHyperparameters']);
  });
});

describe("what an algorithm's library no longer does", () => {
  const foreseen = (algorithmName: string, fields: Record<string, unknown>) => {
    const hyperparameters = { [algorithmName]: fields };
    const body = minimal({ algorithm: { algorithmName }, hyperparameters, resources: { instanceCount: 2 } });
    return outlookOf(accepted(body)).warnings.map(({ path }) => path.join('.'));
  };

  it('is taken, as it always was, and warned of', () => {
    expect(foreseen('xgboost', {})).toEqual([]);
    expect(foreseen('xgboost', { dsplit: 'col', tree_method: 'gpu_hist', process_type: 'update', alpha: -1 })).toEqual(
      ['dsplit', 'process_type', 'tree_method', 'alpha'].map((field) => `hyperparameters.xgboost.${field}`),
    );
    expect(foreseen('tensorflow-transformer', {})).toEqual(['hyperparameters.tensorflow-transformer.pretrained']);
    expect(foreseen('tensorflow-transformer', { pretrained: false })).toEqual([]);
    expect(foreseen('tensorflow-transformer', { model_name: 'models/bert' })).toEqual([]);
    expect(foreseen('deepspeed-zero3', { task: 'seq2seq-lm', optimizer: 'lion', offload_optimizer: 'nvme' })).toEqual([
      'resources.instanceResources.gpuCount',
      ...['task', 'optimizer', 'offload_optimizer'].map((field) => `hyperparameters.deepspeed-zero3.${field}`),
    ]);
  });

  it.each([
    ['deepspeed-zero3', { precision: 'fp16' }, 'precision'],
    ['deepspeed-zero3', { zero_quantized_weights: true }, 'zero_quantized_weights'],
    [
      'deepspeed-zero3',
      { stage3_gather_16bit_weights_on_model_save: false },
      'stage3_gather_16bit_weights_on_model_save',
    ],
    ['horovod-mpi', { reduce_op: 'adasum' }, 'reduce_op'],
    ['horovod-mpi', { mixed_precision: true }, 'mixed_precision'],
    ['jax-pjit', { model_name: 'google/gemma-2b' }, 'model_name'],
    ['jax-pjit', { optimizer: 'shampoo' }, 'optimizer'],
    ['lightgbm', { device_type: 'cuda' }, 'device_type'],
    ['lightgbm', { tree_learner: 'serial' }, 'tree_learner'],
    ['tensorflow-cnn', { mixup_alpha: 0.2 }, 'mixup_alpha'],
    ['tensorflow-cnn', { loss: 'binary_crossentropy', num_classes: 3 }, 'loss'],
    ['tf-distributed', { strategy: 'parameter_server', num_parameter_servers: 1 }, 'strategy'],
    ['tf-distributed', { strategy: 'mirrored' }, 'strategy'],
    ['tf-distributed', { xla: true }, 'xla'],
    ['tf-distributed', { optimizer: 'ftrl', gradient_accumulation_steps: 2 }, 'gradient_accumulation_steps'],
    ['tf-distributed', { model_module: 'mine.models' }, 'model_module'],
    ['torch-mpi', { optimizer: 'lamb' }, 'optimizer'],
    ['torch-mpi', { backend: 'nccl' }, 'backend'],
    ['torch-mpi', { precision: 'fp16' }, 'precision'],
  ])('%s with %j on two workers without GPUs', (name, fields, field) => {
    const own = (given: object) => foreseen(name, { ...given }).filter((path) => path.startsWith('hyperparameters.'));
    expect(own(fields)).toEqual([`hyperparameters.${name}.${field}`]);
    expect(own({})).toEqual([]);
  });
});

describe('refused', () => {
  const many = (count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`X_${index}`, value]));

  it('an environment that does not fit into one argument of a shell, which holds 128 KiB', () => {
    expect(refused(minimal({ customHyperparameters: many(30, 'x'.repeat(4000)) }))).toEqual([]);
    expect(refused(minimal({ customHyperparameters: many(33, 'x'.repeat(4000)) }))).toEqual(['customHyperparameters']);
  });

  it('counts as KubeRay writes it: quotes are escaped twice, & becomes a number', () => {
    expect(refused(minimal({ customHyperparameters: many(16, '"'.repeat(4000)) }))).toEqual(['customHyperparameters']);
    expect(refused(minimal({ customHyperparameters: many(6, '&'.repeat(4000)) }))).toEqual(['customHyperparameters']);
  });

  it('not what goes to the pods by itself, nor that of a batch Job, which has no such shell', () => {
    expect(refused(minimal({ customHyperparameters: many(33, `$${'x'.repeat(4000)}`) }))).toEqual([]);
    expect(refused(container({ runtime: 'job', customHyperparameters: many(33, 'x'.repeat(4000)) }))).toEqual([]);
  });
});
