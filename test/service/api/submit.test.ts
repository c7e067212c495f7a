import { afterAll, beforeAll, expect, test } from 'vitest';
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
