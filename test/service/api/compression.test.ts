import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallJob, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Unlike fetch, it hands the bytes on as they came. */
async function asSent(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = await once(
    get(`${world.url}${path}`, { headers: { 'Accept-Encoding': 'gzip', ...headers } }),
    'response',
  );
  return response;
}

async function whole(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts);
}

test.for(['/openapi.json', '/docs/docs.js', '/api/v1/algorithms'])('%s is zipped for who takes it so', async (path) => {
  const zipped = await asSent(path);
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(zipped.headers.vary).toContain('Accept-Encoding');
  const bytes = await whole(zipped);
  const plain = await asSent(path, { 'Accept-Encoding': 'identity' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  const text = await whole(plain);
  expect(gunzipSync(bytes).equals(text)).toBe(true);
  expect(bytes.length).toBeLessThan(text.length / 2);
});

test('events are told as they happen, not when enough have come together', async () => {
  const stream = await asSent('/api/v1/events');
  expect(stream.headers['content-encoding']).toBeUndefined();
  stream.setEncoding('utf8');
  let told = '';
  const heard = new Promise<void>((resolve) => {
    stream.on('data', (part: string) => {
      told += part;
      if (told.includes('"reason":"Queued"')) resolve();
    });
  });
  await world.call('/api/v1/jobs', { body: smallJob() });
  await heard;
  stream.destroy();
});

test('a log that is followed is told at once, too', async () => {
  const { id } = (await world.call('/api/v1/jobs', { body: smallJob() })).body;
  const log = await asSent(`/api/v1/jobs/${id}/logs?follow=true`);
  expect(log.statusCode).toBe(200);
  expect(log.headers['content-encoding']).toBeUndefined();
  log.destroy();
});
