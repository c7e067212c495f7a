import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { TrainingProgress } from '../../../service/jobs/progress.ts';
import { smallJob, startWorld, temporaryFile, until, type World } from './world.ts';

interface Message {
  readonly id: string;
  readonly data: { jobId: string; status: string; reason: string; namespace: string } | undefined;
}

/** Reads the stream as a client would: messages with their ids, until it is closed. */
async function listen(
  world: World,
  { query = '', lastEventId, token }: { query?: string; lastEventId?: string; token?: string } = {},
) {
  const leave = new AbortController();
  const response = await fetch(`${world.url}/api/v1/events${query}`, {
    headers: {
      ...(lastEventId && { 'Last-Event-ID': lastEventId }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    signal: leave.signal,
  });
  const messages: Message[] = [];
  const progress: unknown[] = [];
  const reading = (async () => {
    let rest = '';
    for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const data = field('data');
        if (field('event') === 'progress') progress.push(JSON.parse(data ?? ''));
        if (field('id') !== undefined)
          messages.push({ id: field('id') ?? '', data: data === undefined ? undefined : JSON.parse(data) });
      }
    }
  })().catch(() => undefined);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    messages,
    progress,
    events: () => messages.flatMap(({ data }) => (data ? [data] : [])),
    lastId: () => messages.at(-1)?.id,
    ended: reading,
    async close() {
      leave.abort();
      await reading;
    },
  };
}

let world: World;
let file: Awaited<ReturnType<typeof temporaryFile>>;
const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
beforeAll(async () => {
  file = await temporaryFile(
    stringify([
      { name: 'admin', role: 'admin', namespaces: ['*'], sha256: sha256('admin') },
      { name: 'a', role: 'viewer', namespaces: ['team-a'], sha256: sha256('a') },
    ]),
  );
  world = await startWorld({ environment: { AUTH_TOKENS_FILE: file.path } });
});
afterAll(async () => {
  await world.close();
  await file.remove();
});

const submit = async (namespace: string, jobName = 'watched'): Promise<string> =>
  (await world.call('/api/v1/jobs', { body: smallJob({ namespace, jobName }), token: 'admin' })).body.id;

test('a watcher is told of each job as it is stored, and only of namespaces it may see', async () => {
  const all = await listen(world, { token: 'admin' });
  const some = await listen(world, { token: 'a' });
  const filtered = await listen(world, { token: 'admin', query: '?namespace=team-b' });
  expect([all.status, all.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const hidden = await submit('team-b');
  const shown = await submit('team-a');
  await until(async () => some.events().some(({ jobId }) => jobId === shown), 'the viewer hears of its own');
  await until(async () => all.events().some(({ jobId }) => jobId === shown), 'the admin hears of both');
  await until(async () => filtered.events().some(({ jobId }) => jobId === hidden), 'the filter lets it through');
  expect(all.events().some(({ jobId }) => jobId === hidden)).toBe(true);
  expect(new Set(some.events().map(({ namespace }) => namespace))).toEqual(new Set(['team-a']));
  expect(new Set(filtered.events().map(({ namespace }) => namespace))).toEqual(new Set(['team-b']));
  for (const one of [all, some, filtered]) await one.close();
});

const placeOf = async (id: string): Promise<string> => {
  const placed = async () => (await world.call(`/api/v1/jobs/${id}`, { token: 'admin' })).body.clusters[0];
  await expect.poll(placed).toBeDefined();
  return placed();
};

test('how far a training is reaches those who may see it, and is in the job and the list', async () => {
  const [mine, hidden] = [await submit('team-a'), await submit('team-b')];
  const cluster = await placeOf(mine);
  const some = await listen(world, { token: 'a' });
  const all = await listen(world, { token: 'admin' });
  const one = await listen(world, { token: 'admin', query: `?job=${mine}` });
  const progress: TrainingProgress = {
    source: 'trainingjob',
    percent: 45,
    epoch: 9,
    etaSeconds: 720,
    loss: 0.31,
    step: null,
    metrics: { loss: 0.31 },
    checkpoint: null,
    attempt: 1,
    workers: { ready: 4, of: 4 },
  };
  const store = world.database.store();
  await store.progress.save(
    [hidden, mine].map((jobId) => ({ jobId, cluster, progress, under: [] })),
    [],
  );
  const told = { ...progress, cluster, at: expect.stringMatching(/^20.*Z$/) };
  const of = (id: string, namespace: string) => ({ id, namespace, progress: told });
  await expect.poll(() => some.progress).toEqual([{ progress: [of(mine, 'team-a')] }]);
  await expect.poll(() => one.progress).toEqual([{ progress: [of(mine, 'team-a')] }]);
  await expect
    .poll(() => all.progress)
    .toEqual([{ progress: expect.arrayContaining([of(hidden, 'team-b'), of(mine, 'team-a')]) }]);
  expect((await world.call(`/api/v1/jobs/${mine}`, { token: 'a' })).body).toMatchObject({ progress: told });
  expect((await world.call('/api/v1/jobs?view=list', { token: 'a' })).body).toContainEqual(
    expect.objectContaining({ id: mine, progress: told }),
  );
  for (const stream of [some, all, one]) await stream.close();
});

test('cut off and resumed again and again, under parallel writes, nothing is missing and nothing comes twice', async () => {
  const start = await listen(world, { token: 'admin' });
  await until(async () => start.lastId(), 'a place to resume from');
  let lastEventId = start.lastId();
  await start.close();
  const writing = Promise.all(Array.from({ length: 30 }, (_, index) => submit('team-a', `gapless-${index}`)));
  const told: string[] = [];
  let written: string[] = [];
  void writing.then((ids) => {
    written = ids;
  });
  await until(async () => {
    const stream = await listen(world, { token: 'admin', lastEventId });
    await until(async () => stream.messages.length > 3 || written.length > 0, 'some events');
    await stream.close();
    told.push(...stream.messages.filter(({ data }) => data?.reason === 'Queued').map(({ data }) => data?.jobId ?? ''));
    lastEventId = stream.lastId() ?? lastEventId;
    return written.length > 0 && written.every((id) => told.includes(id));
  }, 'every job was told of');
  expect(told.length).toBe(new Set(told).size);
  expect(new Set(told)).toEqual(new Set(written));
});

test('a watcher that does not read costs no memory and is not waited for; it resumes where it was', async () => {
  const { port } = new URL(world.url);
  const lazy = connect(Number(port), '127.0.0.1');
  lazy.pause();
  lazy.write('GET /api/v1/events?lastEventId=0-0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n');
  await once(lazy, 'connect');
  // Some 6 MB: more than the sockets between us take.
  await world.database.query(
    `insert into event (job_id, namespace, status, previous, reason, message)
     select 'noise', 'team-a', 'Pending', 'Pending', 'Noise', repeat('x', 1000) from generate_series(1, 6000)`,
  );
  const prompt = await listen(world, { token: 'admin' });
  const before = process.memoryUsage().heapUsed;
  const id = await submit('team-a');
  await until(async () => prompt.events().some(({ jobId }) => jobId === id), 'the others are served meanwhile');
  await prompt.close();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  const again = await listen(world, { token: 'admin', lastEventId: '0-0' });
  await until(async () => again.events().some(({ jobId }) => jobId === id), 'it reads all from the beginning');
  expect(again.events().filter(({ reason }) => reason === 'Noise')).toHaveLength(6000);
  await again.close();
  lazy.destroy();
});

test('an id that never was ours is refused, and a wrong token too', async () => {
  expect((await listen(world, { token: 'admin', lastEventId: "1' or 1=1" })).status).toBe(400);
  expect((await listen(world, { token: 'nobody' })).status).toBe(401);
});

test('HEAD is answered like any other, with the type of the stream', async () => {
  const { status, headers } = await world.call('/api/v1/events', { method: 'HEAD', token: 'a' });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/event-stream');
});

test('after the database has been away the stream goes on', async () => {
  const stream = await listen(world, { token: 'admin' });
  await world.database.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  const id = await until(() => submit('team-a').catch(() => undefined), 'the service has its sessions back');
  await until(async () => stream.events().some(({ jobId }) => jobId === id), 'the event arrives');
  await stream.close();
});

test('ids of events that a watcher may not see never reach it, and it resumes among its own', async () => {
  const own = await submit('team-a', 'own');
  const stream = await listen(world, { token: 'a' });
  const seen = await until(async () => stream.lastId(), 'a place to resume from');
  const hidden = await submit('team-b', 'hidden');
  const shown = await submit('team-a', 'shown');
  await until(async () => stream.events().some(({ jobId }) => jobId === shown), 'it hears of its own');
  await stream.close();
  const again = await listen(world, { token: 'a', lastEventId: seen });
  await until(async () => again.events().some(({ jobId }) => jobId === shown), 'it hears of its own again');
  const later = await submit('team-a', 'later');
  await until(async () => again.events().some(({ jobId }) => jobId === later), 'and of what comes');
  await again.close();
  const rows = await world.database.query<{ id: string; namespace: string }>(
    "select xid || '-' || seq as id, namespace from event",
  );
  const namespaceOf = new Map(rows.map(({ id, namespace }) => [id, namespace]));
  const told = [...stream.messages, ...again.messages].map(({ id }) => namespaceOf.get(id));
  expect(new Set(told)).toEqual(new Set(['team-a']));
  expect([own, hidden, shown].length).toBe(3);
  const ids = again.events().map(({ jobId, reason }) => `${jobId} ${reason}`);
  expect(ids.length).toBe(new Set(again.messages.map(({ id }) => id)).size - 1);
});

test('500 watchers that resume at once are all served, by a few reads', async () => {
  const start = await listen(world, { token: 'admin' });
  const from = await until(async () => start.lastId(), 'a place to resume from');
  await start.close();
  // More than the memory of the hub has, so that all of them begin in the database.
  await world.database.query(
    `insert into event (job_id, namespace, status, previous, reason, message)
     select 'many', 'team-b', 'Pending', 'Pending', 'Many', '' from generate_series(1, 6000)`,
  );
  const last = await submit('team-a', 'last');
  const prompt = await listen(world, { token: 'admin' });
  await submit('team-a', 'prompt');
  await until(async () => prompt.events().length > 0, 'the hub has read all of that');
  await prompt.close();
  const before = await readsOfEvents();
  const tolds = await Promise.all(
    Array.from({ length: 500 }, async () => {
      // A job that nobody is told of but by its id: what is sent stays small, so that the test is not about reading it.
      const response = await fetch(`${world.url}/api/v1/events?job=${last}`, {
        headers: { 'Last-Event-ID': from, Authorization: 'Bearer admin' },
      });
      const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
      let told = '';
      while (!told.includes(`"jobId":"${last}"`)) told += (await reader.read()).value ?? 'closed';
      await reader.cancel();
      return response.status;
    }),
  );
  expect(tolds).toEqual(tolds.map(() => 200));
  // Each alone would have read a page or more.
  expect((await readsOfEvents()) - before).toBeLessThan(250);
});

/** As PostgreSQL counts looks into the index of the stream. */
async function readsOfEvents(): Promise<number> {
  await world.database.query('select pg_stat_force_next_flush()');
  const [row] = await world.database.query<{ scans: string }>(
    "select idx_scan::text as scans from pg_stat_user_indexes where indexrelname = 'event_pkey'",
  );
  return Number(row?.scans);
}

test('a stream and the log that one follows end after their token is withdrawn', async () => {
  const entries = await readFile(file.path, 'utf8');
  const job = await submit('team-a', 'followed');
  const stream = await listen(world, { token: 'a' });
  const log = await fetch(`${world.url}/api/v1/jobs/${job}/logs?follow=true`, {
    headers: { Authorization: 'Bearer a' },
  });
  expect(log.status).toBe(200);
  const stays = await listen(world, { token: 'admin' });
  await writeFile(file.path, stringify([{ name: 'admin', role: 'admin', namespaces: ['*'], sha256: sha256('admin') }]));
  await until(async () => (await world.call('/api/v1/me', { token: 'a' })).status === 401, 'the token is withdrawn');
  await Promise.all([stream.ended, log.text()]);
  const later = await submit('team-a', 'later');
  await until(async () => stays.events().some(({ jobId }) => jobId === later), 'others go on');
  await stays.close();
  await writeFile(file.path, entries);
});
