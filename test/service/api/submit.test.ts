import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_REQUEST_BYTES } from '../../../service/jobs/request.ts';
import recorded from '../jobs/xgboost-request.json' with { type: 'json' };
import { smallJob, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const post = (body: unknown, path = '/api/v1/jobs') => world.call(path, { body });

test('a client that sends its block for xgboost whatever runs is answered with the job and a warning', async () => {
  const answer = await post({ ...recorded, jobName: 'light', algorithm: { algorithmName: 'lightgbm' } });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      algorithm: 'lightgbm',
      warnings: [{ path: '/hyperparameters/xgboost', message: 'is ignored: this job runs lightgbm' }],
    },
  });
  expect((await post(recorded)).body.warnings).toEqual([]);
});

test('what cannot run anywhere is refused, what hardly does what was meant is warned of', async () => {
  const variables = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`X_${index}`, 'x'.repeat(4000)]));
  expect(await post(smallJob({ customHyperparameters: variables }))).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/customHyperparameters' }] },
  });
  const answer = await post(smallJob({ outputDataConfig: { artifactUri: 'models' } }));
  expect(answer).toMatchObject({ status: 201, body: { warnings: [{ path: '/outputDataConfig/artifactUri' }] } });
});

test('a dry run tells what would be created, and where, and creates nothing', async () => {
  const before = (await world.call('/api/v1/summary')).body.total;
  const body = smallJob({
    namespace: 'dry',
    customHyperparameters: { FOLDS: 5 },
    inputDataConfig: [{ channelName: 'train' }],
  });
  const answer = await post(body, '/api/v1/jobs?dryRun=true');
  expect(answer).toMatchObject({
    status: 200,
    body: {
      dryRun: true,
      request: { namespace: 'dry', hyperparameters: { xgboost: { eta: 0.3 } } },
      variables: { FOLDS: '5', ETA: '0.3', RUN_NAME: 'small' },
      candidates: ['member1', 'member2', 'member3'].map((cluster) => ({ cluster, ready: true, fits: true })),
      warnings: [{ path: '/inputDataConfig/0/bucket' }],
    },
  });
  const kinds = answer.body.manifests.map(({ kind }: { kind: string }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['Namespace', 'RayJob', 'PersistentVolumeClaim']));
  expect((await world.call('/api/v1/summary')).body.total).toBe(before);
  expect(await post(smallJob({ priority: -1 }), '/api/v1/jobs?dryRun=true')).toMatchObject({ status: 400 });
});

test('a dry run of a training shows its TrainingJob, and what it cannot take', async () => {
  const training = (more: object = {}) =>
    post(
      smallJob({
        runtime: 'trainingjob',
        algorithm: { source: 'container', algorithmName: 'bert', imageUri: 'busybox:1.37' },
        training: { checkpoint: { frequency: 2 } },
        ...more,
      }),
      '/api/v1/jobs?dryRun=true',
    );
  const { body, status } = await training();
  expect(status).toBe(200);
  expect(body.manifests.map(({ kind }: { kind: string }) => kind)).toEqual([
    'Namespace',
    'PropagationPolicy',
    'PersistentVolumeClaim',
    'TrainingJob',
  ]);
  expect(body.manifests[3].spec).toMatchObject({ model: 'bert', checkpoint: { frequency: 2 } });
  expect(await training({ training: { checkpoint: { frequency: 0 } } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/training/checkpoint/frequency' }] },
  });
  expect(await training({ entrypoint: 'python x.py' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/entrypoint', message: expect.stringContaining('use command and args') }] },
  });
});

test('a dry run warns of a size that no node of any candidate has', async () => {
  const sized = (instanceResources: object, targetClusters: string[] = []) =>
    post(smallJob({ resources: { instanceResources }, targetClusters }), '/api/v1/jobs?dryRun=1');
  const fits = (answer: { body: { candidates: { cluster: string; fits: boolean }[] } }) =>
    answer.body.candidates.filter((one) => one.fits).map(({ cluster }) => cluster);

  const large = await sized({ gpuCount: 8 });
  expect([fits(large), large.body.warnings]).toEqual([['member3'], []]);
  const elsewhere = await sized({ gpuCount: 8 }, ['member1', 'member2']);
  expect(elsewhere.body.warnings).toEqual([
    expect.objectContaining({
      path: '/resources/instanceResources',
      message: expect.stringMatching(/would wait for ever \(member1: No node .* 0 GPUs; member2: .* 4 GPUs\)/),
    }),
  ]);
  expect((await sized({ cpuCores: 1000 })).body.warnings).toHaveLength(1);
});

test('a whole number with more digits than a number has arrives as it was sent, or is refused by name', async () => {
  const sent = `{"jobName":"exact","algorithm":{"algorithmName":"xgboost"},
    "customHyperparameters":{"SEED":12345678901234567890,"QUOTED":"\\"12345678901234567890","SMALL":9007199254740991}}`;
  const { variables } = (await post(sent, '/api/v1/jobs?dryRun=true')).body;
  expect(variables).toMatchObject({
    SEED: '12345678901234567890',
    QUOTED: '"12345678901234567890',
    SMALL: '9007199254740991',
  });
  expect(
    await post('{"jobName":"exact","algorithm":{"algorithmName":"xgboost"},"priority":12345678901234567890}'),
  ).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/priority', message: 'must be a number, not "12345678901234567890"' }] },
  });
  // Text in which anything may stand is read in time that grows with its length alone.
  const quotes = (count: number) => '\\"'.repeat(count);
  const ended = JSON.stringify({ jobName: `${quotes(60_000)}1234567890123456` });
  const endless = `1234567890123456"${quotes(MAX_REQUEST_BYTES / 2 - 20)}`;
  for (const long of [ended, endless]) expect((await post(long)).status).toBe(400);
});

test('the counts follow the search, the owner and the reason', async () => {
  await post(smallJob({ jobName: 'needle-one', namespace: 'counted' }));
  await post(smallJob({ jobName: 'needle-two', namespace: 'counted' }));
  await post(smallJob({ jobName: 'hay', namespace: 'counted' }));
  const count = async (query: string) => {
    const { body } = await world.call(`/api/v1/summary?namespace=counted&${query}`);
    expect(body.complete).toBe(true);
    return body.total;
  };
  expect(await count('')).toBe(3);
  expect(await count('q=NEEDLE')).toBe(2);
  expect(await count('q=ne')).toBe(2);
  expect(await count('q=needle-o')).toBe(1);
  expect(await count('q=nothing-like-it')).toBe(0);
  expect(await count('owner=nobody')).toBe(0);
  expect(await count('reason=Cancelled')).toBe(0);
});
