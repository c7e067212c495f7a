import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainingEnvironment } from '../../../service/jobs/index.ts';
import { accepted, container, minimal, specOf } from './requests.ts';

const recorded = JSON.parse(readFileSync(new URL('./xgboost-request.json', import.meta.url), 'utf8'));

const told = (body: unknown) => trainingEnvironment(specOf(accepted(body)));
const toldOf = (...inputDataConfig: Record<string, unknown>[]) => told(minimal({ inputDataConfig }));

it("tells the training container what an existing client's request says", () => {
  expect(told(recorded)).toMatchObject({
    NUM_WORKER: '1',
    USE_GPU: 'false',
    LABEL_COLUMN: '',
    RUN_NAME: 'train-20251111052644-oj2y',
    STORAGE_PATH: '/home/ray/result-storage',
    ARTIFACT_URI: 'storage://output/artifacts/',
    S3_ENDPOINT: 'https://minio.local',
    S3_REGION: 'us-east-1',
    S3_BUCKET: 'input',
    S3_TRAIN_KEY: 'datasets/default/',
    S3_VAL_KEY: '',
    NUM_BOOST_ROUND: '300',
    CSV_WEIGHT: '0',
    ETA: '0.3',
    MAX_DEPTH: '6',
    NTHREAD: 'auto',
    EARLY_STOPPING_ROUNDS: '',
    EVAL_METRIC: 'rmse',
  });
});

it('tells zero as zero, null as nothing, lists with commas, and custom parameters in capitals', () => {
  const body = minimal({
    hyperparameters: { xgboost: { lambda: 0, max_depth: 0, verbosity: 0, eval_metric: ['rmse', 'mae'] } },
    customHyperparameters: { num_class: 3, flag: false, empty: '', zero: 0 },
  });
  expect(told(body)).toMatchObject({
    LAMBDA: '0',
    MAX_DEPTH: '0',
    VERBOSITY: '0',
    EVAL_METRIC: 'rmse,mae',
    NUM_CLASS: '3',
    FLAG: 'false',
    EMPTY: '',
    ZERO: '0',
  });
});

it('tells the id, by which checkpoints are found, whose a retry goes on from, and the attempt', () => {
  const spec = specOf(accepted(minimal()));
  expect(trainingEnvironment(spec)).toMatchObject({
    MLPLATFORM_JOB_ID: spec.id,
    MLPLATFORM_RETRY_OF: '',
    MLPLATFORM_ATTEMPT: '1',
  });
  expect(trainingEnvironment({ ...spec, retryOf: 'first-0a1b2c3d' })).toMatchObject({
    MLPLATFORM_RETRY_OF: 'first-0a1b2c3d',
  });
  const recovery = { tries: 3, pinnedTo: [], memoryGiB: null, lost: null };
  expect(trainingEnvironment({ ...spec, recovery })).toMatchObject({ MLPLATFORM_ATTEMPT: '3' });
});

it('tells workers and GPUs', () => {
  const resources = { instanceCount: 4, instanceResources: { gpuCount: 2 } };
  expect(told(minimal({ resources }))).toMatchObject({ NUM_WORKER: '4', USE_GPU: 'true' });
});

it("tells a container's own parameters", () => {
  const body = container({ hyperparameters: { mine: { lr: 0.1, layers: [64, 32], warm: null } } });
  expect(told(body)).toMatchObject({ LR: '0.1', LAYERS: '64,32', WARM: '' });
});

describe('the data', () => {
  it.each([
    ['input', 'input', 'data/'],
    ['storage://input', 'input', 'data/'],
    ['s3://input/', 'input', 'data/'],
    ['s3://input/raw/2026/', 'input', 'raw/2026/data/'],
    ['input/raw', 'input', 'raw/data/'],
  ])('in bucket %s', (bucket, name, key) => {
    expect(toldOf({ channelName: 'train', bucket, prefix: '/data/' })).toMatchObject({
      S3_BUCKET: name,
      S3_TRAIN_KEY: key,
    });
  });

  it('in a folder, whose address is told whole', () => {
    expect(
      toldOf(
        { channelName: 'train', bucket: 'file:///data/sets/', prefix: '/train.csv' },
        { channelName: 'validation', bucket: 'file:///data/sets/validation.csv' },
      ),
    ).toMatchObject({
      S3_BUCKET: '',
      S3_TRAIN_KEY: 'file:///data/sets/train.csv',
      S3_VAL_KEY: 'file:///data/sets/validation.csv',
    });
  });

  it('is known by the type of its channel, else by its name, else by coming first', () => {
    expect(
      toldOf(
        { channelName: 'a', channelType: 'validation', prefix: 'v' },
        { channelName: 'b', channelType: 'train', prefix: 't' },
      ),
    ).toMatchObject({
      S3_TRAIN_KEY: 't',
      S3_VAL_KEY: 'v',
    });
    expect(toldOf({ channelName: 'test', prefix: 'x' }, { channelName: 'train', prefix: 't' })).toMatchObject({
      S3_TRAIN_KEY: 't',
      S3_TEST_KEY: 'x',
    });
    expect(toldOf({ channelName: 'cars', prefix: 'c', labelName: 'price' })).toMatchObject({
      S3_TRAIN_KEY: 'c',
      LABEL_COLUMN: 'price',
    });
  });

  it('of another bucket is told whole', () => {
    expect(
      toldOf(
        { channelName: 'train', bucket: 'a', prefix: 't' },
        { channelName: 'validation', bucket: 'b', prefix: 'v' },
      ),
    ).toMatchObject({
      S3_BUCKET: 'a',
      S3_VAL_KEY: 's3://b/v',
    });
  });

  it('of a provider with an address of its own needs none', () => {
    expect(toldOf({ channelName: 'train', storageProvider: 'aws' }).S3_ENDPOINT).toBe('https://s3.amazonaws.com');
    expect(toldOf({ channelName: 'train', storageProvider: 'gcs' }).S3_ENDPOINT).toBe('https://storage.googleapis.com');
  });

  it('in a region of Amazon is told with it', () => {
    expect(toldOf({ channelName: 'train', endpoint: 'https://s3.eu-central-1.amazonaws.com' }).S3_REGION).toBe(
      'eu-central-1',
    );
    expect(toldOf({ channelName: 'train', endpoint: 'my-bucket.s3.ap-southeast-2.amazonaws.com' }).S3_REGION).toBe(
      'ap-southeast-2',
    );
  });
});
