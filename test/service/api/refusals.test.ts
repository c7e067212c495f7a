import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CallOptions, smallJob, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

// Whatever was refused left no row and no object.
afterEach(async () => {
  expect(await world.database.query('select id from job')).toEqual([]);
  expect(world.karmada.requests.entries().filter(({ method }) => method !== 'GET')).toEqual([]);
});

const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 1]));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const refusals: Record<string, { send: CallOptions; status: number; says: RegExp; at?: string }> = {
  'no JSON': { send: { body: '{"jobName":' }, status: 400, says: /not valid JSON/ },
  'an empty body': { send: { body: '' }, status: 400, says: /object|JSON|required/ },
  'JSON that is no object': { send: { body: '"job"' }, status: 400, says: /object/ },
  'a body over 256 KiB': {
    send: { body: smallJob({ entrypoint: 'x'.repeat(256 * 1024) }) },
    status: 413,
    says: /256 KiB/,
  },
  'a small body that unpacks to more than 256 KiB': {
    send: { body: gzipSync(`"${'x'.repeat(5_000_000)}"`), headers: { 'Content-Encoding': 'gzip' } },
    status: 413,
    says: /256 KiB/,
  },
  'seventy thousand parameters': {
    send: { body: smallJob({ customHyperparameters: names(70_000) }) },
    status: 413,
    says: /256 KiB/,
  },
  'too many parameters': {
    send: { body: smallJob({ customHyperparameters: names(4_000) }) },
    status: 400,
    says: /^customHyperparameters must have at most 1000 entries, not 4000$/,
    at: '/customHyperparameters',
  },
  'as many parameters as a body can hold': {
    send: { body: smallJob({ customHyperparameters: names(24_000) }) },
    status: 400,
    says: /^The body has 24004 names; at most 5000 are looked at$/,
  },
  'bytes that are no UTF-8': {
    send: { body: Buffer.from('{"jobName": "caf\xe9"}', 'latin1') },
    status: 400,
    says: /not valid JSON/,
  },
  'a form': {
    send: { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    status: 415,
    says: /Content-Type/,
  },
  'another character set': {
    send: { body: '{}', headers: { 'Content-Type': 'application/json; charset=iso-8859-1' } },
    status: 415,
    says: /UTF-8/,
  },
  'JSON nested beyond reason': { send: { body: nested(100_000) }, status: 400, says: /nested/ },
  'an unknown algorithm': {
    send: { body: smallJob({ algorithm: { algorithmName: 'xgbost' } }) },
    status: 400,
    says: /xgboost/,
    at: '/algorithm/algorithmName',
  },
  'a name that is no DNS label': {
    send: { body: smallJob({ jobName: 'My_Job' }) },
    status: 400,
    says: /jobName/,
    at: '/jobName',
  },
  'a name that carries YAML': {
    send: { body: smallJob({ jobName: 'a\nkind: Secret' }) },
    status: 400,
    says: /jobName/,
    at: '/jobName',
  },
  'a text where a number belongs': {
    send: { body: smallJob({ resources: { instanceCount: '3' } }) },
    status: 400,
    says: /number/,
    at: '/resources/instanceCount',
  },
  'an over-long text': {
    send: { body: smallJob({ entrypoint: 'x'.repeat(5000) }) },
    status: 400,
    says: /4096/,
    at: '/entrypoint',
  },
  'a cluster that nobody knows': {
    send: { body: smallJob({ targetClusters: ['member1', 'mars'] }) },
    status: 400,
    says: /mars is not a member cluster/,
    at: '/targetClusters/1',
  },
  'an Idempotency-Key with control characters': {
    send: { body: smallJob(), headers: { 'Idempotency-Key': 'x'.repeat(300) } },
    status: 400,
    says: /Idempotency-Key/,
  },
};

describe('POST /jobs refuses', () => {
  test.for(Object.entries(refusals))('%s', async ([, { send, status, says, at }]) => {
    const answer = await world.call('/api/v1/jobs', send);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.body.detail).toMatch(says);
    expect(answer.body.message).toBe(answer.body.detail);
    if (at) expect(answer.body.errors).toContainEqual(expect.objectContaining({ path: at, pointer: `#${at}` }));
    expect(answer.text).not.toMatch(/node_modules|\.ts:\d+/);
  });

  test('every wrong field at once', async () => {
    const { body } = await world.call('/api/v1/jobs', {
      body: smallJob({ jobName: '', priority: -1, resources: { instanceCount: 0 }, targetClusters: ['a b'] }),
    });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(
      ['/jobName', '/priority', '/resources/instanceCount', '/targetClusters/0'].sort(),
    );
  });
});

test('of a thousand wrong fields some tens are told, and the number of the rest', async () => {
  const wrong = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`max_dept${index}`, 1]));
  const { status, body, text } = await world.call('/api/v1/jobs', {
    body: smallJob({ hyperparameters: { xgboost: wrong } }),
  });
  expect([status, body.errors.length, body.moreErrors]).toEqual([400, 50, 950]);
  expect(body.detail).toMatch(/; and 997 more$/);
  expect(text.length).toBeLessThan(20_000);
});

describe('addresses and queries', () => {
  test.for([
    ['/api/v1/nothing', 404],
    ['/api/v1/jobs/none-00000000', 404],
    ['/api/v1/jobs/Not_A_Name', 404],
    ['/api/v1/jobs/%E0%A4%A', 400],
    ['/api/v1/jobs/none-00000000/logs', 404],
    ['/api/v1/jobs?limit=0', 400],
    ['/api/v1/jobs?limit=1001', 400],
    ['/api/v1/jobs?limit=ten', 400],
    ['/api/v1/jobs?cursor=forged', 400],
    ['/api/v1/jobs?sort=password', 400],
    ['/api/v1/jobs?status=Done', 400],
    ['/api/v1/jobs?limt=5', 400],
    ['/api/v1/jobs?q=a&q=b', 400],
    ['/api/v1/jobs?namespace=a%00', 400],
    ['/api/v1/summary?cluster=%00', 400],
    ['/api/v1/proxy/clusters/..%2f..%2fapi/resources', 404],
    ['/api/v1/proxy/clusters/nope/resources', 404],
    ['/api/v1/proxy/clusters/member1/resources?namespace=..', 400],
    ['/api/v1/proxy/clusters/member1/resources?namespace=default%2Fservices%2Fvault%2Fproxy', 400],
    ['/api/v1/proxy/clusters/member1/resources?type=secrets', 403],
    ['/api/v1/proxy/clusters/member1/resources?type=configmaps', 403],
    ['/api/v1/proxy/clusters/member1/resources?type=__proto__', 403],
    ['/api/v1/proxy/clusters/member1/resources?type=pods/exec', 403],
  ] as const)('%s is %i', async ([path, status]) => {
    const answer = await world.call(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('a forged cursor is told in one sentence', async () => {
    const { body } = await world.call('/api/v1/jobs?cursor=forged');
    expect(body.detail).toBe('cursor is not one that a page gave; begin again without it');
  });

  test.for([
    ['localhost', 200],
    ['LOCALHOST:8080', 200],
    ['127.0.0.1:8080', 200],
    ['[::1]:8080', 200],
    ['rebound.example.com', 421],
    ['127.0.0.1.example.com:8080', 421],
  ] as const)('without sign-in, asked as %s is %i', async ([host, status]) => {
    const request = get(`${world.url}/api/v1/jobs`, { headers: { host } });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });

  test('a wrong method is told the right ones', async () => {
    const answer = await world.call('/api/v1/jobs', { method: 'PUT', body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS');
  });

  test('what a client sends more than we know is no mistake', async () => {
    expect((await world.call('/api/v1/jobs?_=1700000000')).status).toBe(200);
  });
});

describe('without sign-in, pages of other origins', () => {
  const own = () => ({ Origin: world.url });
  test.for<[string, () => Record<string, string>, number]>([
    ['a foreign Origin', () => ({ Origin: 'http://evil.example' }), 403],
    ['another port of this machine', () => ({ Origin: 'http://localhost:1' }), 403],
    ['an Origin that is hidden', () => ({ Origin: 'null' }), 403],
    ['Sec-Fetch-Site: cross-site', () => ({ 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['Sec-Fetch-Site: same-site', () => ({ ...own(), 'Sec-Fetch-Site': 'same-site' }), 403],
    ['our own page', own, 404],
    [
      'our own page, told by the browser',
      () => ({ Origin: 'https://proxied.example', 'Sec-Fetch-Site': 'same-origin' }),
      404,
    ],
    ['no browser', () => ({}), 404],
  ])('%s', async ([, headers, status]) => {
    for (const [method, path] of [
      ['POST', '/api/v1/jobs/none-00000000/cancel'],
      ['POST', '/api/v1/jobs/none-00000000/suspend'],
      ['POST', '/api/v1/jobs/none-00000000/resume'],
      ['POST', '/api/v1/jobs/none-00000000/retry'],
      ['DELETE', '/api/v1/jobs/none-00000000'],
    ] as const) {
      const answer = await world.call(path, { method, headers: headers() });
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }
    expect((await world.call('/api/v1/jobs', { headers: headers() })).status).toBe(200);
  });

  test('may act when their origin is listed', async () => {
    const listed = await startWorld({ environment: { CORS_ORIGINS: 'https://ml.example.com' } });
    try {
      const headers = { Origin: 'https://ml.example.com', 'Sec-Fetch-Site': 'cross-site' };
      const answer = await listed.call('/api/v1/jobs/none-00000000/cancel', { method: 'POST', headers });
      expect(answer.status).toBe(404);
    } finally {
      await listed.close();
    }
  });
});
