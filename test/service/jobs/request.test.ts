import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS, parseJobRequest, pointerOf } from '../../../service/jobs/index.ts';
import { rayJobSpec } from '../../../service/jobs/manifests/rayjob.ts';
import { accepted, container, minimal, refusedFields, specOf, validBody } from './requests.ts';

const recorded = JSON.parse(readFileSync(new URL('./xgboost-request.json', import.meta.url), 'utf8'));

const settings = { rayImage: 'rayproject/ray:2.46.0', credentialsSecret: 'keys', storageClass: null };

const messageAt = (body: unknown, field: string): string => {
  const parsed = parseJobRequest(body);
  return parsed.ok ? '' : (parsed.problems.find(({ path }) => path.join('.') === field)?.message ?? '');
};

describe('a request of an existing client', () => {
  it('is accepted and given back as it was sent', () => {
    expect(accepted(recorded)).toMatchObject(recorded);
  });

  it('may use the older words for the source', () => {
    expect(accepted(minimal({ algorithm: { source: 'default', algorithmName: 'xgboost' } })).algorithm.source).toBe(
      'builtin',
    );
    expect(accepted(minimal({ algorithm: { source: 'custom', imageUri: 'a/b' } })).algorithm.source).toBe('container');
  });

  it('may leave empty what its form did not ask for, and send more than we read', () => {
    const request = accepted(
      minimal({ namespace: '', pvcName: null, inputDataConfig: null, headImage: '', createdBy: 'form v2' }),
    );
    expect(request).toMatchObject({ namespace: 'default', inputDataConfig: [] });
    expect(request).not.toHaveProperty('createdBy');
    expect(request).not.toHaveProperty('pvcName');
  });
});

describe('a page of the first implementation', () => {
  it.each(ALGORITHMS.map(({ name }) => name).filter((name) => name !== 'xgboost'))(
    'sends its block for xgboost with a request for %s: it is left aside, and that is told',
    (algorithmName) => {
      const { eta } = recorded.hyperparameters.xgboost;
      for (const [block, ignored] of [
        [recorded.hyperparameters.xgboost, ['hyperparameters.xgboost']],
        [{ eta }, ['hyperparameters.xgboost']],
        [{}, []],
      ]) {
        const parsed = parseJobRequest({
          ...recorded,
          algorithm: { algorithmName },
          hyperparameters: { xgboost: block },
        });
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
        expect(parsed.ignored.map(({ path }) => path.join('.'))).toEqual(ignored);
        expect(Object.keys(parsed.request.hyperparameters)).toEqual([algorithmName]);
      }
    },
  );

  it.each([
    [{ headImage: 'team/head:1', workerImage: 'team/worker:1' }, 'team/head:1'],
    [{ workerImage: 'team/worker:1' }, 'team/worker:1'],
  ])('runs an image as the algorithm ray: %j', (images, imageUri) => {
    for (const source of ['builtin', 'default', undefined]) {
      const request = accepted({
        jobName: 'own',
        algorithm: { source, algorithmName: 'ray' },
        entrypoint: 'python mine.py',
        hyperparameters: { xgboost: { eta: 0.1 } },
        ...images,
      });
      expect(request).toMatchObject({
        algorithm: { source: 'container', algorithmName: 'ray', imageUri },
        entrypoint: 'python mine.py',
        hyperparameters: {},
        ...images,
      });
      expect(rayJobSpec(specOf(request), settings)).toMatchObject({ entrypoint: 'python mine.py' });
    }
  });

  it('is told that ray needs an image', () => {
    expect(refusedFields(minimal({ algorithm: { algorithmName: 'ray' } }))).toEqual(['algorithm.imageUri']);
  });
});

it('fills in the defaults of the form', () => {
  expect(accepted(minimal())).toMatchObject({
    namespace: 'default',
    priority: 500,
    resources: { instanceResources: { cpuCores: 4, memoryGiB: 16, gpuCount: 0 }, instanceCount: 1, volumeSizeGB: 50 },
    stoppingCondition: { maxRuntimeSeconds: 14_400 },
    targetClusters: [],
    clusterCount: 1,
    hyperparameters: { xgboost: { eta: 0.3, eval_metric: ['rmse'] } },
  });
});

it('keeps zero, false and empty as values of hyperparameters', () => {
  const zeros = { lambda: 0, max_depth: 0, verbosity: 0, early_stopping_rounds: null };
  const request = accepted(
    minimal({ hyperparameters: { xgboost: zeros }, customHyperparameters: { A: 0, B: false, C: '' } }),
  );
  expect(request.hyperparameters.xgboost).toMatchObject(zeros);
  expect(request.customHyperparameters).toEqual({ A: 0, B: false, C: '' });
});

describe('what a request can hold is counted before it is looked at', () => {
  const many = (count: number, value: unknown = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`name_${index}`, value]));
  const list = (count: number, value: unknown = 'a') => Array.from({ length: count }, () => value);

  it('names in an object', () => {
    expect(accepted(minimal({ customHyperparameters: many(1000) }))).toBeDefined();
    const field = 'customHyperparameters';
    expect(messageAt(minimal({ [field]: many(1001) }), field)).toBe('must have at most 1000 entries, not 1001');
    // Their values are not looked at any more.
    expect(refusedFields(minimal({ [field]: many(1001, { a: 'wrong' }) }))).toEqual([field]);
  });

  it('values in a list, of which columns are more', () => {
    const columns = (count: number) =>
      minimal({ inputDataConfig: [{ channelName: 'train', csvColumns: list(count) }] });
    expect(accepted(columns(4096))).toBeDefined();
    expect(refusedFields(columns(4097))).toEqual(['inputDataConfig.0.csvColumns']);
    expect(refusedFields(minimal({ args: list(1001) }))).toEqual(['args']);
  });

  it('and values in all', () => {
    const channel = { channelName: 'train', csvColumns: list(4096), featureNames: list(4096) };
    expect(messageAt(minimal({ inputDataConfig: list(4, channel) }), '')).toBe('must have at most 28672 values in all');
  });

  it('of a list the first wrong value is told', () => {
    const csvColumns = [...list(150), ',', ...list(2000, ',')];
    expect(refusedFields(minimal({ inputDataConfig: [{ channelName: 'train', csvColumns }] }))).toEqual([
      'inputDataConfig.0.csvColumns.150',
    ]);
  });

  it('near names are searched for the first fifty, and never for a long one', () => {
    const misspelt = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`max_dept${index}`, 1]));
    const parsed = parseJobRequest(minimal({ hyperparameters: { xgboost: misspelt } }));
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems).toHaveLength(1000);
    expect(problems.filter(({ message }) => message.includes('did you mean "max_depth"'))).toHaveLength(50);
    expect(accepted(minimal({ [`jobName${'e'.repeat(100)}`]: 1 }))).toBeDefined();
  });
});

describe('one entry for each wrong field', () => {
  it('names all of them at once', () => {
    const wrong = minimal({
      jobName: 'Bad_Name',
      namespace: 'kube-system',
      priority: 'high',
      resources: { instanceCount: 1.5, instanceResources: { cpuCores: 1e99, gpuCount: -1 }, volumeSizeGB: 0 },
      stoppingCondition: { maxRuntimeSeconds: 0 },
      hyperparameters: { xgboost: { eta: 2 } },
      customHyperparameters: { 'a-b': 1 },
      targetClusters: 'member1',
    });
    expect(refusedFields(wrong).sort()).toEqual([
      'customHyperparameters.a-b',
      'jobName',
      'namespace',
      'priority',
      'resources.instanceCount',
      'resources.instanceResources.cpuCores',
      'resources.instanceResources.gpuCount',
      'resources.volumeSizeGB',
      'stoppingCondition.maxRuntimeSeconds',
      'targetClusters',
    ]);
  });

  it('names wrong hyperparameters beside other wrong fields', () => {
    expect(refusedFields(minimal({ jobName: '-', hyperparameters: { xgboost: { eta: 2 } } }))).toEqual([
      'jobName',
      'hyperparameters.xgboost.eta',
    ]);
  });

  it('says what is allowed', () => {
    expect(messageAt(minimal({ resources: { instanceCount: 0 } }), 'resources.instanceCount')).toBe(
      'must be at least 1',
    );
    expect(messageAt(minimal({ priority: 'high' }), 'priority')).toBe('must be a number, not text');
    expect(messageAt({}, 'jobName')).toBe('is required');
    expect(messageAt(minimal({ algorithm: { algorithmName: 'xgbost' } }), 'algorithm.algorithmName')).toMatch(
      /must be one of xgboost, .*did you mean "xgboost"\?/,
    );
  });

  it('points at fields as RFC 6901 does', () => {
    expect(pointerOf(['inputDataConfig', 0, 'a/b~c'])).toBe('/inputDataConfig/0/a~1b~0c');
  });
});

describe('refused', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['a misspelt field', minimal({ stopingCondition: {} }), 'stopingCondition'],
    ['a misspelt field further in', minimal({ resources: { instancecount: 2 } }), 'resources.instancecount'],
    [
      'a misspelt hyperparameter',
      minimal({ hyperparameters: { xgboost: { max_dept: 3 } } }),
      'hyperparameters.xgboost.max_dept',
    ],
    [
      'hyperparameters of no algorithm',
      minimal({ hyperparameters: { xgbost: { eta: 0.1 } } }),
      'hyperparameters.xgbost',
    ],
    ['a name that is too long for a label with its suffix', minimal({ jobName: 'a'.repeat(55) }), 'jobName'],
    ['a namespace that Karmada keeps to itself', minimal({ namespace: 'karmada-system' }), 'namespace'],
    ['a container without an image', { jobName: 'a', algorithm: { source: 'container' } }, 'algorithm.imageUri'],
    ['an image with a shell in it', container({ headImage: 'ray:1; rm -rf /' }), 'headImage'],
    [
      'a password in an endpoint',
      minimal({ inputDataConfig: [{ channelName: 'train', endpoint: 'https://me:secret@s3.local' }] }),
      'inputDataConfig.0.endpoint',
    ],
    [
      'a password in a URI',
      minimal({ outputDataConfig: { artifactUri: 's3://me:secret@bucket/' } }),
      'outputDataConfig.artifactUri',
    ],
    [
      'a line break in an endpoint',
      minimal({ inputDataConfig: [{ channelName: 'train', endpoint: 'https://a\nevil: true' }] }),
      'inputDataConfig.0.endpoint',
    ],
    [
      'a way out of the bucket',
      minimal({ inputDataConfig: [{ channelName: 'train', prefix: '../../etc' }] }),
      'inputDataConfig.0.prefix',
    ],
    ['a control character', minimal({ entrypoint: 'python\u0000train.py' }), 'entrypoint'],
    ['half a surrogate pair', minimal({ entrypoint: 'python \ud800' }), 'entrypoint'],
    ['an over-long text', minimal({ entrypoint: 'x'.repeat(4097) }), 'entrypoint'],
    [
      'credentials as a parameter',
      minimal({ customHyperparameters: { s3_secret_key: 'x' } }),
      'customHyperparameters.s3_secret_key',
    ],
    [
      'a parameter that the platform sets',
      minimal({ customHyperparameters: { num_worker: 9 } }),
      'customHyperparameters.num_worker',
    ],
    ['a parameter told twice', minimal({ customHyperparameters: { a: 1, A: 2 } }), 'customHyperparameters.A'],
    ['a parameter that is a field', minimal({ customHyperparameters: { ETA: 1 } }), 'customHyperparameters.ETA'],
    ['an object as a parameter', minimal({ customHyperparameters: { A: {} } }), 'customHyperparameters.A'],
    ['a batch Job of a built-in algorithm', minimal({ runtime: 'job' }), 'runtime'],
    ['an entrypoint for a batch Job', container({ runtime: 'job', entrypoint: 'x' }), 'entrypoint'],
    ['a command for a RayJob', container({ command: ['x'] }), 'command'],
    ['a TrainingJob of a built-in algorithm', minimal({ runtime: 'trainingjob' }), 'runtime'],
    ['an entrypoint for a TrainingJob', container({ runtime: 'trainingjob', entrypoint: 'x' }), 'entrypoint'],
    [
      'more workers than a TrainingJob can have',
      container({ runtime: 'trainingjob', resources: { instanceCount: 101 } }),
      'resources.instanceCount',
    ],
    [
      'more GPUs than a worker can have',
      container({ runtime: 'trainingjob', resources: { instanceResources: { gpuCount: 9 } } }),
      'resources.instanceResources.gpuCount',
    ],
    ['what is for TrainingJobs alone', container({ runtime: 'job', training: { backoffLimit: 1 } }), 'training'],
    [
      'a password in the checkpoint to begin from',
      container({ runtime: 'trainingjob', training: { checkpoint: { resumeFrom: 's3://me:secret@b/c' } } }),
      'training.checkpoint.resumeFrom',
    ],
    [
      'a misspelt field of a training',
      container({ runtime: 'trainingjob', training: { backofLimit: 1 } }),
      'training.backofLimit',
    ],
    ['a cluster named twice', minimal({ targetClusters: ['a', 'a'] }), 'targetClusters.1'],
    ['more clusters than candidates', minimal({ targetClusters: ['a'], clusterCount: 2 }), 'clusterCount'],
  ];
  it.each(cases)('%s', (_what, body, field) => {
    expect(refusedFields(body)).toEqual([field]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('the key %s anywhere', (key) => {
    const body = JSON.parse(
      `{"jobName":"a","algorithm":{"algorithmName":"xgboost"},"extra":{"${key}":{"polluted":true}}}`,
    );
    expect(refusedFields(body)).toEqual([`extra.${key}`]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('nesting without end, without running out of stack', () => {
    expect(refusedFields(minimal({ extra: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) })).length).toBe(1);
  });
});

it('accepts every valid request, and accepts again what it gave back', () => {
  fc.assert(
    fc.property(validBody, (body) => {
      const request = accepted(body);
      expect(accepted(JSON.parse(JSON.stringify(request)))).toEqual(request);
    }),
    { numRuns: 150 },
  );
});

it('answers any JSON with a request or with problems, and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (junk) => {
      expect(parseJobRequest(junk).ok).toBe(false);
    }),
    { numRuns: 300 },
  );
});

it('finds the one field that was replaced by junk, or takes the junk for a valid value', () => {
  const keys = Object.keys(accepted(recorded));
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, junk) => {
      const parsed = parseJobRequest({ ...recorded, [key]: junk });
      if (!parsed.ok) expect(parsed.problems.every(({ path }) => path[0] === key || key === 'algorithm')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
