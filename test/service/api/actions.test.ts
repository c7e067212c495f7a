import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallJob, startWorld, temporaryFile, until, type World } from './world.ts';

const entry = (name: string, role: string, namespaces: string[]) => ({
  name,
  role,
  namespaces,
  sha256: createHash('sha256').update(`${name}-token`).digest('hex'),
});

let world: World;
let removeFile: () => Promise<void>;
beforeAll(async () => {
  const file = await temporaryFile(
    JSON.stringify([
      entry('ann', 'submitter', ['team-a']),
      entry('bob', 'submitter', ['team-b', 'team-c']),
      entry('vic', 'viewer', ['team-a']),
      entry('root', 'admin', ['*']),
    ]),
  );
  removeFile = file.remove;
  world = await startWorld({ environment: { AUTH_TOKENS_FILE: file.path, HOST: '127.0.0.1' } });
});
afterAll(async () => {
  await world.close();
  await removeFile();
});

const submit = async (namespace: string, token: string): Promise<string> =>
  (await world.call('/api/v1/jobs', { body: smallJob({ namespace }), token: `${token}-token` })).body.id;
const job = async (id: string) => (await world.call(`/api/v1/jobs/${id}`, { token: 'root-token' })).body;
const act = (body: unknown, token: string) => world.call('/api/v1/actions', { body, token: `${token}-token` });

test('one request acts on many jobs; each is judged by itself, and what one may not see does not exist', async () => {
  const [own, ofOthers, hidden] = [
    await submit('team-a', 'ann'),
    await submit('team-b', 'bob'),
    await submit('team-c', 'bob'),
  ];
  const nobody = 'nobody-00000000';

  const suspended = await act({ action: 'suspend', ids: [own, ofOthers, hidden, nobody, own] }, 'ann');
  expect(suspended.status).toBe(200);
  expect(suspended.body.outcomes).toEqual([
    { id: own, outcome: 'done', detail: null },
    ...[ofOthers, hidden, nobody].map((id) => ({ id, outcome: 'unknown', detail: `There is no job ${id}` })),
  ]);
  const byId = async (id: string) => (await world.call(`/api/v1/jobs/${id}`, { token: 'root-token' })).body;
  expect(await byId(own)).toMatchObject({ wanted: 'suspend' });
  expect(await byId(ofOthers)).toMatchObject({ wanted: 'run' });

  const cancelled = await act({ action: 'cancel', ids: [own] }, 'ann');
  expect(cancelled.body.outcomes).toEqual([{ id: own, outcome: 'done', detail: null }]);
  const resumed = await act({ action: 'resume', ids: [own] }, 'ann');
  expect(resumed.body.outcomes).toMatchObject([
    {
      id: own,
      outcome: 'refused',
      detail: expect.stringMatching(/cannot be asked to resume: it (is being|has ended)/),
    },
  ]);
  const events = (await world.call(`/api/v1/jobs/${own}/events`, { token: 'ann-token' })).body;
  expect(events.map(({ message }: { message: string }) => message)).toContainEqual(
    expect.stringMatching(/^Suspending.*ann/),
  );
});

test('many are run again by one request: each becomes a job, under one key only one, and attempts are numbered', async () => {
  const [first, second, running] = [
    await submit('team-a', 'ann'),
    await submit('team-a', 'ann'),
    await submit('team-a', 'ann'),
  ];
  const foreign = await submit('team-c', 'bob');
  await act({ action: 'cancel', ids: [first, second] }, 'ann');
  for (const id of [first, second]) await until(async () => (await job(id)).finishedAt !== null, `${id} is cancelled`);

  const request = { action: 'retry', ids: [first, second, running, foreign] };
  const retry = (key: string) =>
    world.call('/api/v1/actions', { body: request, token: 'ann-token', headers: { 'Idempotency-Key': key } });
  // At once, as from two windows; and one of them once more, as after an answer that was lost.
  const answers = await Promise.all([retry('one'), retry('two'), retry('three')]);
  const repeated = await retry('one');
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body.outcomes).toMatchObject([
      { id: first, outcome: 'done', newId: expect.any(String) },
      { id: second, outcome: 'done', newId: expect.any(String) },
      { id: running, outcome: 'refused', detail: expect.stringContaining('has not ended yet') },
      { id: foreign, outcome: 'unknown' },
    ]);
  }
  expect(repeated.body).toEqual(answers[0]?.body);
  for (const [index, id] of [first, second].entries()) {
    const again = await Promise.all(answers.map(({ body }) => job(body.outcomes[index].newId)));
    expect(again.map(({ attempt }) => attempt).sort()).toEqual([2, 3, 4]);
    expect(again.map(({ retryOf }) => retryOf)).toEqual([id, id, id]);
  }
});

test('a viewer acts on nothing', async () => {
  const id = await submit('team-a', 'ann');
  expect((await act({ action: 'delete', ids: [id] }, 'vic')).status).toBe(403);
  const answer = await world.call(`/api/v1/jobs/${id}`, { token: 'ann-token' });
  expect(answer.body.wanted).toBe('run');
});

test.each([
  ['no job', { action: 'cancel', ids: [] }, 'ids'],
  ['too many', { action: 'cancel', ids: Array.from({ length: 1001 }, (_, n) => `job-${n}`) }, 'at most 1000'],
  ['no such action', { action: 'explode', ids: ['a'] }, 'must be one of cancel'],
  ['an id that is none', { action: 'cancel', ids: ['../x'] }, 'must be the id of a job'],
  ['more than is known', { action: 'cancel', ids: ['a'], filter: {} }, 'filter'],
])('refuses %s', async (_what, body, words) => {
  const answer = await act(body, 'ann');
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toContain(words);
});

test('the list is filtered by owner and reason, and says which there are to the one who may see them', async () => {
  await submit('team-c', 'bob');
  const list = async (query: string, token: string) =>
    (await world.call(`/api/v1/jobs?${query}`, { token: `${token}-token` })).body as { createdBy: string }[];
  const of = (jobs: { createdBy: string }[]) => new Set(jobs.map(({ createdBy }) => createdBy));
  expect(of(await list('owner=bob', 'root'))).toEqual(new Set(['bob']));
  expect(await list('owner=bob', 'ann')).toEqual([]);
  expect(await list('reason=NoSuchReason', 'root')).toEqual([]);

  const owners = async (token: string) =>
    (await world.call('/api/v1/filters', { token: `${token}-token` })).body.owner.map(
      ({ value }: { value: string }) => value,
    );
  expect(await owners('root')).toEqual(['ann', 'bob']);
  expect(await owners('ann')).toEqual(['ann']);
});

test('the priority of what waits can be changed; the queue tells places, of jobs that one may see', async () => {
  // Nothing leaves the queue while Karmada does not answer.
  await world.karmada.stopListening();
  const other = await submit('team-b', 'bob');
  const id = await submit('team-a', 'ann');
  const change = (priority: unknown, token: string) =>
    world.call(`/api/v1/jobs/${id}/priority`, { body: { priority }, token: `${token}-token` });
  expect((await change(-1, 'ann')).status).toBe(400);
  expect((await change(9, 'bob')).status).toBe(404);
  const changed = await change(900, 'ann');
  expect([changed.status, changed.body.priority]).toEqual([200, 900]);
  const queue = async (token: string) => (await world.call('/api/v1/queue', { token: `${token}-token` })).body;
  const places = async (token: string) =>
    Object.fromEntries(
      (await queue(token)).jobs.map((job: { id: string; position: number }) => [job.id, job.position]),
    );
  expect((await places('root'))[id]).toBe(1);
  expect(Object.keys(await places('bob'))).toContain(other);
  expect(Object.keys(await places('bob'))).not.toContain(id);
  expect((await queue('bob')).waiting).toBe((await queue('root')).waiting);

  await world.karmada.listenAgain();
  await until(
    async () => (await world.call(`/api/v1/jobs/${id}`, { token: 'ann-token' })).body.dispatchedAt,
    'it is sent',
  );
  const late = await change(1, 'ann');
  expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('dispatched already')]);
});
