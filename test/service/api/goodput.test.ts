import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallJob, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Nobody but the test goes on with it. */
async function submit(jobName: string): Promise<string> {
  const { body } = await world.call('/api/v1/jobs', { body: smallJob({ jobName }) });
  await world.database.query('delete from dispatch where job_id = $1', [body.id]);
  await world.database.query("update job set dispatched_at = null, clusters = '{}' where id = $1", [body.id]);
  return body.id;
}

test('goodput of a week, as JSON and as text; what cannot be is refused', async () => {
  const id = await submit('ran');
  await world.database.query("update job set started_at = now() - interval '1 hour' where id = $1", [id]);
  await world.database.query("update job set status = 'Succeeded', reason = 'Succeeded', gpus = 2 where id = $1", [id]);
  const { body } = await world.call('/api/v1/goodput');
  expect(body.complete).toBe(true);
  expect(body.teams).toMatchObject([
    { namespace: 'default', jobs: 1, attempts: 1, gpuHours: expect.closeTo(2, 1), goodput: null },
  ]);

  const text = await fetch(`${world.url}/api/v1/goodput?format=csv`);
  expect(text.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(text.headers.get('goodput-complete')).toBe('true');
  expect(await text.text()).toMatch(/^namespace,jobs,.*\r\ndefault,1,1,\d/);

  for (const query of [
    'from=yesterday',
    'from=2026-02-01&to=2026-01-01',
    'from=2020-01-01&to=2026-01-01',
    'format=xml',
  ])
    expect((await world.call(`/api/v1/goodput?${query}`)).status, query).toBe(400);
});

test('jobs that somebody should look at are found, and say why', async () => {
  const [stuck, stalled, fine] = [await submit('stuck'), await submit('stalled'), await submit('fine')];
  await world.database.query("update job set reason = 'ImagePullBackOff', message = 'no such image' where id = $1", [
    stuck,
  ]);
  const attention = { reason: 'Stalled', since: '2026-01-01T00:00:00.000Z', message: 'No step' };
  await world.database.query("update job set status = 'Running', reason = 'Running' where id = any($1)", [
    [stalled, fine],
  ]);
  await world.database.query('update job set attention = $2 where id = $1', [stalled, JSON.stringify(attention)]);

  const needy = await world.call('/api/v1/jobs?attention=true&sort=jobName&view=list');
  expect(needy.body).toMatchObject([
    { id: stalled, attention },
    { id: stuck, attention: { reason: 'ImagePullBackOff', message: 'no such image' } },
  ]);
  const others = await world.call('/api/v1/jobs?attention=false&status=Running');
  expect(others.body).toMatchObject([{ id: fine, attention: null }]);
  expect((await world.call('/api/v1/summary?attention=true')).body.total).toBe(2);
  expect((await world.call(`/api/v1/jobs/${stalled}`)).body.attention).toEqual(attention);
});
