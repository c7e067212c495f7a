import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reason } from '../../../service/contract/reasons.ts';
import { readSecret } from '../../../service/notify/signature.ts';
import { createWebhook, type Webhook } from '../../../service/notify/webhook.ts';
import type { Store } from '../../../service/store/store.ts';
import { temporaryFile, until } from '../api/world.ts';
import { freshDatabase } from '../postgres.ts';
import { claimOne, inserted, newJob } from '../some-jobs.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const SECRET = 'a secret of more than sixteen bytes';
const PACE = { lookEveryMs: 20, firstPauseSeconds: 0.05 };

let server: Server;
let url: string;
let received: Received[];
/** What is answered next; 200 when there is nothing. */
let answers: number[];
let secret: Awaited<ReturnType<typeof temporaryFile>>;
let webhooks: Webhook[];

beforeEach(async () => {
  received = [];
  answers = [];
  webhooks = [];
  server = createServer(async (request, response) => {
    const body = await text(request);
    const status = answers.shift() ?? 200;
    response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
    received.push({ headers: { ...request.headers, ':status': String(status) }, body });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  secret = await temporaryFile(SECRET);
});
afterEach(async () => {
  await Promise.all(webhooks.map((webhook) => webhook.stop()));
  server.close();
  await secret.remove();
});

/** As a replica has it; told of nothing that happened before. */
async function listening(store: Store): Promise<Webhook> {
  const webhook = createWebhook({ url, secretFile: secret.path }, store, pino({ level: 'silent' }), PACE);
  webhooks.push(webhook);
  await store.webhook.mark((await store.events.latest()) ?? '0-0');
  webhook.start();
  return webhook;
}

/** Inserts a job and has dispatch say this of it. */
async function jobThat(store: Store, set: { status?: 'Failed' | 'Succeeded'; reason: Reason }, name = 'train') {
  const id = await inserted(store, newJob({ jobName: name }));
  const claim = await claimOne(store);
  const event = { cluster: null, reason: set.reason, message: 'as it is' };
  const finished = set.status ? { finishedAt: new Date() } : {};
  await store.dispatch.settle(claim, { set: { ...set, ...finished, message: 'as it is' }, event, next: 'done' });
  return id;
}

const takenOf = () => received.filter(({ headers }) => headers[':status'] === '200');
const told = () =>
  takenOf().map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return [type, data.jobId];
  });

describe('a webhook', () => {
  test('is told of what ends and of what is stuck, and of nothing else', async () => {
    const store = (await freshDatabase()).store();
    await jobThat(store, { status: 'Failed', reason: 'Refused' }, 'before');
    await listening(store);
    const stuck = await jobThat(store, { reason: 'Unschedulable' });
    await jobThat(store, { reason: 'Dispatched' });
    const failed = await jobThat(store, { status: 'Failed', reason: 'Refused' });
    const cancelled = await jobThat(store, { status: 'Failed', reason: 'Cancelled' });
    const succeeded = await jobThat(store, { status: 'Succeeded', reason: 'Succeeded' });

    await until(async () => received.length >= 4, 'four are told');
    expect(told().sort()).toEqual(
      [
        ['job.stuck', stuck],
        ['job.failed', failed],
        ['job.cancelled', cancelled],
        ['job.succeeded', succeeded],
      ].sort(),
    );
    const failure = JSON.parse(takenOf().find(({ body }) => body.includes(failed))?.body ?? '');
    expect(failure).toMatchObject({
      type: 'job.failed',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { jobName: 'train', namespace: 'default', status: 'Failed', reason: 'Refused', message: 'as it is' },
    });
    expect(failure.data.finishedAt).toBeTruthy();
  });

  test('can prove who sent a message, when, and that nothing in it was changed', async () => {
    const store = (await freshDatabase()).store();
    await listening(store);
    await jobThat(store, { status: 'Failed', reason: 'Lost' });
    const [message] = await until(async () => received.length > 0 && received, 'it is told');
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = message?.headers ?? {};
    const expected = createHmac('sha256', SECRET).update(`${id}.${at}.${message?.body}`).digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
  });

  test('that does not take a message gets it again, under the same id, until it does; it is not sent elsewhere', async () => {
    const store = (await freshDatabase()).store();
    answers = [500, 302, 404];
    await listening(store);
    const id = await jobThat(store, { status: 'Failed', reason: 'Lost' });
    await until(async () => takenOf().length > 0, 'it is taken');
    expect(received.map(({ headers }) => headers[':status'])).toEqual(['500', '302', '404', '200']);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(told()).toEqual([['job.failed', id]]);
    await until(async () => (await store.webhook.claim(1, 1)).length === 0, 'nothing is left');
  });

  test('is told once by several replicas, and of what happened while none was there', async () => {
    const database = await freshDatabase();
    const replicas = [database.store(), database.store(), database.store()];
    const [first] = replicas as [Store];
    const gone = await listening(first);
    await gone.stop();
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await jobThat(first, { status: 'Failed', reason: 'Lost' }));
    expect(received).toEqual([]);
    await Promise.all(replicas.map(listening));
    await until(async () => received.length >= 30, 'all are told');
    await until(
      async () => (await database.query('select from webhook_message')).length === 0,
      'none is left to be sent',
    );
    expect(
      told()
        .map(([, id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
  });
});

test.each([
  ['whsec_', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['text', 'plain text, long enough\n', Buffer.from('plain text, long enough').toString('base64')],
])('a secret in the form %s is read', (_form, content, base64) => {
  expect(readSecret(content).toString('base64')).toBe(base64);
});

test('a secret that is too short is none', () => {
  expect(() => readSecret('short\n')).toThrow(/5 bytes.*fewer than 16/);
});
