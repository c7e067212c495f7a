import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../../service/api/server.ts';
import { startWorld, type World } from './world.ts';

// What reaches the port and is no request that a route could answer: written byte by byte, as no client would.

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** What comes back until the connection is closed. */
async function answerTo(bytes: string, port = Number(new URL(world.url).port)) {
  const socket = connect(port, '127.0.0.1');
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

const chunked = (body: string) =>
  `POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;

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
  ['a chunk with endless extensions', chunked(`1;${'x'.repeat(20_000)}\r\n`), 413, /extensions of a chunk/],
  ['a body that is too large', chunked(`${chunk(600_000)}${chunk(600_000)}0\r\n\r\n`), 413, /larger than \d+ KiB/],
  ['an expectation', get('Host: localhost\r\nExpect: tea\r\n'), 417, /100-continue/],
  ['two Host headers', get('Host: localhost\r\nHost: evil.example\r\n'), 400, /one Host header, and has 2/],
  ['no Host header', get(''), 400, /one Host header, and has 0/],
])('%s is answered with a problem and a request id', async ([, bytes, expected, says]) => {
  expectProblem(await answerTo(bytes), expected, says);
});

test.for<[string, string]>([
  ['a head', 'GET /health HTTP/1.1\r\nHost: localhost\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{'],
])('%s that does not end is answered with 408', async ([, bytes]) => {
  const impatient = { headersMs: 20, requestMs: 20, lookEveryMs: 10 };
  // As a route does, it waits for the body.
  const server = createHttpServer((request) => request.resume(), '127.0.0.1', 0, pino({ level: 'silent' }), impatient);
  const { port } = await server.start();
  onTestFinished(() => server.stop(0));
  expectProblem(await answerTo(bytes, port), 408, /not complete in time/);
});

const hasIpv6 = existsSync('/proc/net/if_inet6');
test.for(['127.0.0.1', ...(hasIpv6 ? ['[::1]'] : [])])('told to listen on :: it answers at %s', async (host) => {
  const server = createHttpServer((_request, response) => response.end('here'), '::', 0, pino({ level: 'silent' }));
  const { port } = await server.start();
  onTestFinished(() => server.stop(0));
  expect(await fetch(`http://${host}:${port}`).then((response) => response.text())).toBe('here');
});

function expectProblem(answer: Awaited<ReturnType<typeof answerTo>>, expected: number, says: RegExp): void {
  const { status, header, body } = answer;
  expect(status).toBe(expected);
  expect(header('content-type')).toContain('application/problem+json');
  const problem = JSON.parse(body);
  expect(problem).toMatchObject({ type: 'about:blank', status: expected, requestId: header('x-request-id') });
  expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(problem.detail).toMatch(says);
}

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
