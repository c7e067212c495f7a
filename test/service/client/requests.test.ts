import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { createClient, Problem, Unreachable } from '../../../service/client/index.ts';
import { freePort } from '../../../service/local/free-port.ts';
import { cut, json, problem, startScripted } from './scripted-service.ts';

type Scripted = Awaited<ReturnType<typeof startScripted>>;
let service: Scripted | undefined;
afterEach(() => service?.close());

const serve = async (...handler: Parameters<typeof startScripted>) => {
  service = await startScripted(...handler);
  return service;
};

/** The error of a promise that must fail. */
const failure = (promise: Promise<unknown>) =>
  promise.then(
    (value) => expect.fail(`It did not fail: ${JSON.stringify(value)}`),
    (error) => error,
  );

test('a refusal is a Problem with its status, fields and request id', async () => {
  const { url } = await serve((_, response) => {
    const errors = [{ pointer: '#/inputDataConfig/0/bucket', detail: 'must be a name', path: '', message: '' }];
    problem(response, 400, 'wrong', { errors });
  });
  const error = await failure(createClient({ url }).jobs.submit({ jobName: 'a' } as never));
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({
    status: 400,
    message: 'wrong',
    requestId: 'request-1',
    fields: [{ path: ['inputDataConfig', 0, 'bucket'], message: 'must be a name' }],
  });
});

test('a submission that got no answer is sent again under the same key, another one under another', async () => {
  const { url, asked } = await serve(({ headers }, response) => {
    if (asked.length === 1) response.destroy();
    else json(response, { id: 'a-1', warnings: [], key: headers['idempotency-key'] }, 201);
  });
  const { jobs } = createClient({ url });
  await jobs.submit({ jobName: 'a', algorithm: {} });
  await jobs.submit({ jobName: 'a', algorithm: {} });
  const keys = asked.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
  expect(asked.map(({ body }) => body)).toEqual(Array(3).fill('{"jobName":"a","algorithm":{}}'));
});

test('half an answer is none: it is asked for again', async () => {
  const { url, asked } = await serve((_, response) => {
    if (asked.length === 1) cut(response, '{"id": "a-', 'application/json');
    else json(response, { id: 'a-1' });
  });
  expect(await createClient({ url }).jobs.get('a-1')).toEqual({ id: 'a-1' });
});

test('what passes is asked again, when the service says so; what takes too long is told', async () => {
  const { url, asked } = await serve((_, response) => {
    if (asked.length === 1) problem(response, 429, 'too many', {}, { 'Retry-After': '1' });
    else if (asked.length === 2) response.writeHead(503).end('<html>gateway</html>');
    else if (asked.length === 3) json(response, []);
    else problem(response, 429, 'too many', {}, { 'Retry-After': '60' });
  });
  const client = createClient({ url });
  expect(await client.algorithms()).toEqual([]);
  expect(asked).toHaveLength(3);
  expect(await failure(client.algorithms())).toMatchObject({ status: 429, retryAfterSeconds: 60 });
  expect(asked).toHaveLength(4);
});

test('what stays is not asked again', async () => {
  const { url, asked } = await serve((_, response) => problem(response, 500, 'a fault'));
  expect(await failure(createClient({ url }).algorithms())).toMatchObject({ status: 500, message: 'a fault' });
  expect(asked).toHaveLength(1);
});

test('no answer, a gateway without its service and a page that is no API are all Unreachable, each in its words', async () => {
  const port = await freePort();
  const away = await failure(createClient({ url: `http://127.0.0.1:${port}`, retries: 0 }).me());
  expect(away).toBeInstanceOf(Unreachable);
  expect(away.message).toBe(`The service at http://127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);

  const { url } = await serve(async ({ path }, response) => {
    if (path.endsWith('/me')) response.writeHead(502).end('<html>Bad gateway</html>');
    else if (path.endsWith('/auth')) response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Hello</html>');
    // The last one gets no answer.
  });
  const client = createClient({ url, retries: 0 });
  const gateway = await failure(client.me());
  expect(gateway).toBeInstanceOf(Unreachable);
  expect(gateway.message).toContain('A gateway answered 502');
  const page = await failure(client.auth());
  expect(page).toBeInstanceOf(Unreachable);
  expect(page.message).toContain('instead of JSON: this is not the job API');
  const slow = await failure(createClient({ url, retries: 0, timeoutMs: 100 }).algorithms());
  expect(slow).toBeInstanceOf(Unreachable);
  expect(slow.message).toBe(`The service at ${url} did not answer within 0.1 s.`);
});

test('a token is asked for before each request, and its refusal is told with it', async () => {
  const { url, asked } = await serve((_, response) => problem(response, 401, 'Send a token'));
  const refused: (string | null)[] = [];
  let count = 0;
  const client = createClient({
    url,
    token: async () => `t-${++count}`,
    onUnauthorized: (token) => refused.push(token),
  });
  await failure(client.algorithms());
  await failure(client.me({ token: 'another' }));
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer t-1', 'Bearer another']);
  expect(refused).toEqual(['t-1', 'another']);
});

test('a caller who leaves ends the request, with the reason that was given', async () => {
  const { url } = await serve(() => undefined);
  const leaving = new AbortController();
  const asking = failure(createClient({ url }).algorithms({ signal: leaving.signal }));
  leaving.abort(new Error('enough'));
  expect((await asking).message).toBe('enough');
});

test('a list is read a page at a time, by the links of its pages', async () => {
  const { url, asked } = await serve(({ query }, response) => {
    const from = Number(query.get('cursor') ?? 0);
    const jobs = Array.from({ length: 2 }, (_, index) => ({ id: `j-${from + index}` }));
    json(response, jobs, 200, from < 4 ? { Link: `</api/v1/jobs?cursor=${from + 2}&limit=2>; rel="next"` } : {});
  });
  const ids: string[] = [];
  const { jobs } = createClient({ url: `${url}/` });
  for await (const { id } of jobs.list({ owner: 'ann', q: '' }, { pageSize: 2 })) ids.push(id);
  expect(ids).toEqual(['j-0', 'j-1', 'j-2', 'j-3', 'j-4', 'j-5']);
  expect(asked.map(({ query }) => query.toString())).toEqual([
    'owner=ann&limit=2&view=list',
    'owner=ann&cursor=2&limit=2&view=list',
    'owner=ann&cursor=4&limit=2&view=list',
  ]);
});

test('what is asked of thousands goes out in requests of a thousand', async () => {
  const { url, asked } = await serve(({ body }, response) =>
    json(response, {
      outcomes: (JSON.parse(body).ids as string[]).map((id) => ({ id, outcome: 'done', detail: null })),
    }),
  );
  const ids = Array.from({ length: 2500 }, (_, index) => `j-${index}`);
  const outcomes = await createClient({ url }).jobs.actOnMany('cancel', ids);
  expect(outcomes.map(({ id }) => id)).toEqual(ids);
  expect(asked.map(({ body }) => JSON.parse(body).ids.length)).toEqual([1000, 1000, 500]);
});

test('a time-out and a caller who leaves are heard when Node has cleaned up meanwhile', async () => {
  const { url } = await serve(() => undefined);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const timer = setInterval(collect, 20);
  try {
    const slow = failure(createClient({ url, retries: 0, timeoutMs: 300 }).algorithms());
    const left = failure(createClient({ url }).algorithms({ signal: AbortSignal.timeout(300) }));
    expect((await slow).message).toContain('did not answer within 0.3 s');
    expect((await left).name).toBe('TimeoutError');
  } finally {
    clearInterval(timer);
    setFlagsFromString('--no-expose-gc');
  }
});
