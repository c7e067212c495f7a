import { writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadLocalConfig } from '../../../service/config.ts';
import { call, startWorld, temporaryFile, type WorldOptions } from './world.ts';

const TOKEN = 'a-token-of-metrics-1';

async function start(environment: NonNullable<WorldOptions['environment']>) {
  const world = await startWorld({ environment });
  onTestFinished(() => world.close());
  return world;
}

test('who scrapes has to send the token, and nothing else does; another token in the file is in force at once', async () => {
  const file = await temporaryFile(`${TOKEN}\n`);
  onTestFinished(file.remove);
  const world = await start({ METRICS_TOKEN_FILE: file.path });
  const scrape = (token?: string) => world.call('/metrics', token === undefined ? {} : { token });

  for (const token of [undefined, 'another-token-entirely', `${TOKEN}x`]) {
    const { status, headers, body } = await scrape(token);
    expect([status, headers.get('www-authenticate'), body.status]).toEqual([401, 'Bearer', 401]);
    expect(body.requestId).toBe(headers.get('x-request-id'));
  }
  expect((await scrape(TOKEN)).text).toContain('mlp_database_up 1');
  expect((await world.call('/api/v1/jobs')).status).toBe(200);

  await writeFile(file.path, 'the-next-token-of-metrics');
  expect((await scrape(TOKEN)).status).toBe(401);
  expect((await scrape('the-next-token-of-metrics')).status).toBe(200);
});

test('with a port of their own the metrics are there, and nothing else is; the API has none', async () => {
  const world = await start({ METRICS_PORT: '0' });
  const own = (path: string) => call(`${world.metricsUrl}${path}`);
  expect((await own('/metrics')).text).toContain('mlp_database_up 1');
  for (const path of ['/api/v1/jobs', '/health', '/']) expect((await own(path)).status).toBe(404);
  expect((await world.call('/metrics', { headers: { Accept: 'text/plain' } })).status).toBe(404);
});

test('left alone, they are on the port of the API', async () => {
  const world = await start({});
  expect(world.metricsUrl).toBeNull();
  expect((await world.call('/metrics')).status).toBe(200);
});

test.for<[string, Record<string, string>, RegExp]>([
  [
    'a file that is not there',
    { METRICS_TOKEN_FILE: '/nowhere/token' },
    /METRICS_TOKEN_FILE=\/nowhere\/token: .*ENOENT/,
  ],
  ['the port of the API', { METRICS_PORT: '8080', PORT: '8080' }, /METRICS_PORT=8080 is the port of the API/],
])('%s is a mistake that ends the start', async ([, environment, says]) => {
  const loaded = await loadLocalConfig([], environment);
  expect(loaded.outcome === 'mistakes' && loaded.mistakes).toEqual([expect.stringMatching(says)]);
});
