import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from './world.ts';

// What reaches the port and is no request that a route could answer: written byte by byte, as no client would.

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** What comes back until the connection is closed. */
async function answerTo(bytes: string) {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), header, body };
}

const get = (headers: string) => `GET /api/v1/jobs HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;

test.for<[string, string, number, RegExp]>([
  ['no HTTP at all', 'hello\r\n\r\n', 400, /not HTTP/],
  ['a header without a colon', get('Host: localhost\r\nnonsense\r\n'), 400, /not HTTP/],
  [
    'two lengths',
    'POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400,
    /not HTTP/,
  ],
  ['a head without end', get(`Host: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n`), 431, /16 KiB/],
  ['an expectation', get('Host: localhost\r\nExpect: tea\r\n'), 417, /100-continue/],
  ['two Host headers', get('Host: localhost\r\nHost: evil.example\r\n'), 400, /one Host header, and has 2/],
  ['no Host header', get(''), 400, /one Host header, and has 0/],
])('%s is answered with a problem and a request id', async ([, bytes, expected, says]) => {
  const { status, header, body } = await answerTo(bytes);
  expect(status).toBe(expected);
  expect(header('content-type')).toContain('application/problem+json');
  const problem = JSON.parse(body);
  expect(problem).toMatchObject({ type: 'about:blank', status: expected, requestId: header('x-request-id') });
  expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(problem.detail).toMatch(says);
});

test('a body is asked for when it is wanted, and not from one who is refused', async () => {
  const post = (path: string, host: string) =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
  const refused = await answerTo(post('/api/v1/jobs', 'evil.example'));
  expect(refused.status).toBe(421);
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  socket.setEncoding('utf8').write(post('/api/v1/jobs', 'localhost'));
  expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1\.1 100 /);
  socket.write('{}');
  expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1\.1 400 /);
  await once(socket, 'close');
});
