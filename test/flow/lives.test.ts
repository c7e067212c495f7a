import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../service/jobs/index.ts';
import { simulatedBase } from './base.ts';
import { startWorld, type World } from './world.ts';

// Jobs that live by themselves: pods start, write and end, as on the machine of someone who tries it out.

let world: World;
beforeAll(async () => {
  const base = await simulatedBase({ speed: 20 });
  // What is finished goes at once: the output must outlive its pods.
  world = await startWorld(base, { FINISHED_RETENTION: '0s' });
});
afterAll(() => world?.close());

const submit = (more: Record<string, unknown>) =>
  world.client.submit({ jobName: 'demo', namespace: world.newNamespace(), ...more });
const ends = (id: string) => world.client.until(id, (job) => job?.status === 'Succeeded' || job?.status === 'Failed');
const logs = (id: string, query = '') => fetch(`${world.client.url}/api/v1/jobs/${id}/logs?${query}`);

describe.concurrent('a job', () => {
  it.each(ALGORITHMS.map(({ name }) => name))('of %s succeeds', async (algorithmName) => {
    const job = await submit({ algorithm: { source: 'builtin', algorithmName } });
    expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
  });

  it('shows its output while it runs, and still does when its pods have gone', async () => {
    const job = await submit({ jobName: 'sleep-60', algorithm: { algorithmName: 'xgboost' } });
    const live = await (await logs(job.id, 'follow=true&container=ray-job-submitter')).text();
    expect(live).toMatch(/epoch 1\//);
    expect(live).toMatch(/model of .* saved/);
    expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
    const { workload } = world.pathsOf(job);
    await world.gone(workload);
    const kept = await logs(job.id, 'container=ray-job-submitter');
    expect(kept.headers.get('x-log-source')).toBe('kept');
    expect(await kept.text()).toBe(live);
  });

  it('that fails says why', async () => {
    const job = await submit({ jobName: 'fail', algorithm: { algorithmName: 'lightgbm' } });
    expect(await ends(job.id)).toMatchObject({
      status: 'Failed',
      reason: 'AppFailed',
      message: expect.stringContaining('exit code 1'),
    });
    expect(await (await logs(job.id)).text()).toContain('Traceback');
  });

  it('whose attempts are lost is tried again as often as it wants, as one job with one end', async () => {
    const retryPolicy = { maxAttempts: 3, on: ['infrastructure'], backoff: { seconds: 0 } };
    const job = await submit({ jobName: 'submission', algorithm: { algorithmName: 'xgboost' }, retryPolicy });
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'SubmissionFailed', attempt: 3 });
    const { body: attempts } = await world.client.send('GET', `/api/v1/jobs/${job.id}/attempts`);
    expect(attempts).toMatchObject([
      { attempt: 1, reason: 'SubmissionFailed', lostTo: 'infrastructure', objectName: job.id },
      { attempt: 2, reason: 'SubmissionFailed', lostTo: 'infrastructure', objectName: `${job.id}-2` },
      { attempt: 3, reason: 'SubmissionFailed', lostTo: null, objectName: `${job.id}-3` },
    ]);
    const { body: events } = await world.client.send('GET', `/api/v1/jobs/${job.id}/events`);
    const told = (events as { reason: string }[]).map(({ reason }) => reason);
    expect(told.filter((reason) => reason === 'AwaitingAttempt')).toHaveLength(2);
    expect(told.filter((reason) => reason === 'SubmissionFailed')).toHaveLength(1);
    expect(told).not.toContain('Lost');
  });

  it('without Ray runs and writes, too', async () => {
    const algorithm = { source: 'container', imageUri: 'busybox:1.37' };
    const job = await submit({ algorithm, runtime: 'job', command: ['sh', '-c', 'sleep 20'] });
    expect(await (await logs(job.id, 'follow=true')).text()).toContain('epoch 1/');
    expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
  });
});
