import { expect, test } from 'vitest';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { setUp, type World } from './world.ts';

const patches = ({ simulated }: World) =>
  simulated.requests.count(({ method, path }) => method === 'POST' && path.endsWith('/rayjobs'));

test('stop lets the rounds under way finish, and takes no more', async () => {
  const world = await setUp();
  world.simulated.faults.add({ kind: 'delay', ms: 200, where: 'karmada', method: 'POST', matching: '/rayjobs' });
  const { id } = await world.submit();
  const dispatcher = world.dispatch();
  await expect.poll(() => patches(world)).toBe(1);
  const waiting = await world.submit();
  await Promise.all([dispatcher.stop(), dispatcher.stop()]);
  expect(await world.store.jobs.get(id)).toMatchObject({ reason: 'Dispatched' });
  expect(await world.store.jobs.get(waiting.id)).toMatchObject({ reason: 'Queued' });
});

test('a round that does not finish in time is given back, and another dispatcher begins it at once', async () => {
  const world = await setUp();
  world.simulated.faults.add({ kind: 'hang', where: 'karmada', method: 'POST', matching: '/rayjobs', times: 1 });
  const { id } = await world.submit();
  const dispatcher = world.dispatch();
  await expect.poll(() => patches(world)).toBe(1);
  await dispatcher.stop(50);
  expect(await world.database.query('select from dispatch where due_at <= now()')).toHaveLength(1);
  world.dispatch();
  await world.shows(id, 'Scheduled');
});

test('two dispatchers share the jobs and send each once', async () => {
  const world = await setUp();
  const jobs = await Promise.all(Array.from({ length: 30 }, () => world.submit()));
  world.dispatch();
  world.dispatch({ store: world.database.store() });
  for (const { id } of jobs) await world.shows(id, 'Scheduled');
  expect(patches(world)).toBe(jobs.length);
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
});

test('a mistake of ours in one job holds up no other, and is not told in its words', async () => {
  const world = await setUp();
  const broken = await world.submit();
  const odd = `update job set request = jsonb_set(request::jsonb, '{inputDataConfig}', '[null]')::json where id = $1`;
  await world.database.query(odd, [broken.id]);
  world.dispatch();
  const { id } = await world.submit();
  await world.shows(id, 'Scheduled');
  const { status, message } = await world.shows(broken.id, 'InternalError');
  expect(status).toBe('Pending');
  expect(message).not.toContain('undefined');
});
