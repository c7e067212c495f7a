import { afterAll, beforeAll, expect, test } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import request from '../jobs/xgboost-request.json' with { type: 'json' };
import { runPod } from '../logs/pod.ts';
import { smallJob, startWorld, until, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const submit = async (fields = {}, headers = {}) =>
  (await world.call('/api/v1/jobs', { body: smallJob(fields), headers })).body;

/** The job when it is as told. */
const shows = (id: string, isSo: (job: { status: string; clusters: string[] }) => boolean, what: string) =>
  until(async () => {
    const { body } = await world.call(`/api/v1/jobs/${id}`);
    return isSo(body) && body;
  }, what);

test('a client of the first implementation submits, watches, reads and removes its job', async () => {
  const posted = await world.call('/api/v1/jobs', { body: request });
  expect(posted.status).toBe(201);
  const job = posted.body;
  expect(job).toMatchObject({
    jobName: request.jobName,
    namespace: 'default',
    algorithm: 'xgboost',
    priority: 500,
    status: 'Pending',
    request: {
      hyperparameters: { xgboost: { lambda: 1, max_depth: 6, early_stopping_rounds: null, eval_metric: ['rmse'] } },
    },
  });
  expect(job.id).toMatch(new RegExp(`^${request.jobName}-[0-9a-f]{8}$`));
  expect(posted.headers.get('location')).toBe(`/api/v1/jobs/${job.id}`);
  expect(new Date(job.createdAt).toISOString()).toBe(job.createdAt);

  // What KubeRay would write in the member, step by step, each when the one before has been seen.
  const says = (cluster: string, status: object) =>
    world.karmada.member(cluster).server.registry.setStatus(RAY_JOB, 'default', job.id, status);
  const { clusters } = await shows(job.id, ({ clusters }) => clusters.length === 1, 'it is placed');
  const [cluster] = clusters;
  await until(async () => says(cluster, { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running' }), 'it is there');
  await shows(job.id, ({ status }) => status === 'Running', 'it runs');
  const labels = { [LABELS.jobId]: job.id };
  const driver = { namespace: 'default', name: 'submitter', container: 'ray-job-submitter', labels };
  const pod = runPod(world.karmada, cluster, driver);
  pod.write('epoch 1', 'saved');
  pod.phase('Succeeded');
  says(cluster, { jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', endTime: new Date().toISOString() });
  const ended = await shows(job.id, ({ status }) => ['Succeeded', 'Failed'].includes(status), 'it ends');
  expect(ended.status).toBe('Succeeded');

  const status = await world.call(`/api/v1/jobs/${job.id}/status`);
  expect(status.body).toEqual({
    phase: 'Succeeded',
    reason: ended.reason,
    message: ended.message,
    active: 0,
    succeeded: 1,
    failed: 0,
    startTime: expect.any(String),
    completionTime: expect.any(String),
    clusterDistribution: { [cluster]: 1 },
  });

  const logs = await world.call(`/api/v1/jobs/${job.id}/logs?tailLines=5`);
  expect(logs.headers.get('content-type')).toContain('text/plain');
  expect(logs.text).toContain('epoch 1');

  const events = (await world.call(`/api/v1/jobs/${job.id}/events`)).body;
  expect(
    events
      .map((event: { status: string }) => event.status)
      .filter((s: string, i: number, all: string[]) => s !== all[i - 1]),
  ).toEqual(['Pending', 'Running', 'Succeeded']);
  expect(events.some((event: { cluster: string | null }) => event.cluster === cluster)).toBe(true);

  const removed = await world.call(`/api/v1/jobs/${job.id}`, { method: 'DELETE' });
  expect(removed).toMatchObject({ status: 200, body: { message: `Job ${job.id} deleted`, done: true } });
  expect((await world.call(`/api/v1/jobs/${job.id}`)).status).toBe(404);
  expect((await world.call(`/api/v1/jobs/${job.id}`, { method: 'DELETE' })).status).toBe(404);
});

test('the list is a bare array, newest first, a page at a time by Link, and each job comes once', async () => {
  for (let index = 0; index < 5; index++) await submit({ jobName: `page-${index}`, namespace: 'paging' });
  const seen: string[] = [];
  let next: string | undefined = '/api/v1/jobs?namespace=paging&limit=2';
  while (next) {
    const page = await world.call(next);
    expect(Array.isArray(page.body)).toBe(true);
    expect(page.body.length).toBeLessThanOrEqual(2);
    seen.push(...page.body.map((job: { jobName: string }) => job.jobName));
    next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
  }
  expect(seen).toEqual(['page-4', 'page-3', 'page-2', 'page-1', 'page-0']);
});

test('a list has whole jobs, as clients of the first implementation read them, or what a list shows', async () => {
  const job = await submit({ jobName: 'viewed', namespace: 'views' });
  const page = async (query: string) => (await world.call(`/api/v1/jobs?namespace=views${query}`)).body;
  const [whole] = await page('');
  expect(whole.request).toEqual(job.request);
  // It is dispatched meanwhile, so that two answers need not say the same.
  const fieldsOf = async (query: string) => Object.keys((await page(query))[0]).sort();
  const fields = Object.keys(whole).sort();
  expect(await fieldsOf('&view=full')).toEqual(fields);
  const notListed = ['request', 'clusterStates', 'advice'];
  expect(await fieldsOf('&view=list')).toEqual(fields.filter((field) => !notListed.includes(field)));
  expect((await world.call('/api/v1/jobs?view=all')).status).toBe(400);
});

test('120 jobs with all the parameters that one may have are pages of 1 MiB', async () => {
  const body = smallJob({
    namespace: 'large',
    customHyperparameters: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`P${index}`, 'x'.repeat(4000)]),
    ),
  });
  for (let round = 0; round < 6; round++)
    await Promise.all(Array.from({ length: 20 }, () => world.call('/api/v1/jobs', { body })));
  const full = await world.call('/api/v1/jobs?namespace=large&limit=1000');
  expect(full.body.length).toBeGreaterThan(1);
  expect(full.text.length).toBeLessThan(1024 * 1024);
  expect(full.headers.get('link')).toContain('rel="next"');
  const list = await world.call('/api/v1/jobs?namespace=large&limit=1000&view=list');
  expect(list.body).toHaveLength(120);
  expect(list.text.length).toBeLessThan(120 * 1024);
});

test('a list without a limit is a page too', async () => {
  await world.database.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, attempt, wanted, finished_at)
     select 'many-' || n, 'many', 'many', 'xgboost', 0, 'RayJob', $1::json, 'Succeeded', '', '', 'many-' || n, 1, 'run', now() from generate_series(1, 150) n`,
    [JSON.stringify(request)],
  );
  const page = await world.call('/api/v1/jobs?namespace=many');
  expect(page.body).toHaveLength(100);
  expect(page.headers.get('link')).toContain('rel="next"');
});

test('filters and sort are the server’s', async () => {
  await submit({ jobName: 'filter-a', namespace: 'filters', priority: 3 });
  await submit({ jobName: 'filter-b', namespace: 'filters', priority: 9 });
  await submit({
    jobName: 'other-c',
    namespace: 'filters',
    priority: 5,
    algorithm: { source: 'container', imageUri: 'busybox:1' },
  });
  const names = async (query: string) =>
    (await world.call(`/api/v1/jobs?namespace=filters&${query}`)).body.map((job: { jobName: string }) => job.jobName);
  expect(await names('q=FILTER&sort=jobName')).toEqual(['filter-a', 'filter-b']);
  expect(await names('sort=-priority')).toEqual(['filter-b', 'other-c', 'filter-a']);
  expect(await names('algorithm=xgboost&sort=priority')).toEqual(['filter-a', 'filter-b']);
  expect(await names('cluster=nowhere')).toEqual([]);
  expect(await names('status=Failed')).toEqual([]);
  expect(await names('status=Pending,Running,Succeeded&sort=jobName')).toEqual(['filter-a', 'filter-b', 'other-c']);
  const summary = (await world.call('/api/v1/summary?namespace=filters')).body;
  expect(summary.total).toBe(3);
});

test('the same Idempotency-Key gives the same job, also in parallel, and refuses another request', async () => {
  const headers = { 'Idempotency-Key': 'deploy-2024/7' };
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      world.call('/api/v1/jobs', { body: smallJob({ jobName: 'once', namespace: 'once' }), headers }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(answers.filter(({ headers: h }) => h.get('idempotency-replayed') === 'true')).toHaveLength(11);
  expect((await world.call('/api/v1/jobs?namespace=once')).body).toHaveLength(1);
  const other = await world.call('/api/v1/jobs', {
    body: smallJob({ jobName: 'another', namespace: 'once' }),
    headers,
  });
  expect(other.status).toBe(422);
  expect((await world.call('/api/v1/jobs?namespace=once')).body).toHaveLength(1);
});

test('the request of a deleted job, sent again under its key, is answered with what became of it', async () => {
  const once = { body: smallJob({ namespace: 'gone' }), headers: { 'Idempotency-Key': 'gone' } };
  const { id } = (await world.call('/api/v1/jobs', once)).body;
  await world.call(`/api/v1/jobs/${id}`, { method: 'DELETE' });
  await until(async () => (await world.call(`/api/v1/jobs/${id}`)).status === 404, 'it is gone');
  expect(await world.call('/api/v1/jobs', once)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining(`Job ${id} was made under this Idempotency-Key`) },
  });
  expect((await world.call('/api/v1/jobs?namespace=gone')).body).toEqual([]);
});

test('an empty namespace means all of them, as clients of the first implementation send it', async () => {
  const { id } = await submit({ namespace: 'some-namespace' });
  for (const query of ['namespace=', 'namespace=,', ''])
    expect((await world.call(`/api/v1/jobs?limit=1&${query}`)).body.map((job: { id: string }) => job.id)).toEqual([id]);
  expect((await world.call('/api/v1/summary?namespace=')).body.total).toBeGreaterThan(0);
});

test('cancel ends a job, and retry runs it again, linked to the first', async () => {
  const first = await submit({ jobName: 'again', namespace: 'retries' });
  const early = await world.call(`/api/v1/jobs/${first.id}/retry`, { method: 'POST' });
  expect(early.status).toBe(409);
  const cancelled = await world.call(`/api/v1/jobs/${first.id}/cancel`, { method: 'POST' });
  expect(cancelled).toMatchObject({ status: 202, body: { wanted: 'cancel', reason: 'Cancelling' } });
  await until(
    async () => (await world.call(`/api/v1/jobs/${first.id}`)).body.reason === 'Cancelled',
    'it is cancelled',
  );
  expect((await world.call(`/api/v1/jobs/${first.id}/resume`, { method: 'POST' })).status).toBe(409);
  expect((await world.call(`/api/v1/jobs/${first.id}/suspend`, { method: 'POST' })).status).toBe(409);

  const retried = await world.call(`/api/v1/jobs/${first.id}/retry`, { method: 'POST' });
  expect(retried).toMatchObject({
    status: 201,
    body: { jobName: 'again', retryOf: first.id, attempt: 2, status: 'Pending' },
  });
  expect(retried.body.id).not.toBe(first.id);
  const attempts = (await world.call(`/api/v1/jobs/${retried.body.id}/attempts`)).body;
  expect(attempts.map((one: { id: string; attempt: number }) => [one.id, one.attempt])).toEqual([
    [first.id, 1],
    [retried.body.id, 2],
  ]);
});

test('the page is told why a job does not run: pods with their reasons, and the events about them', async () => {
  const job = await submit({ jobName: 'stuck', namespace: 'stuck', targetClusters: ['member2'] });
  const member = world.karmada.member('member2').server.registry;
  await until(async () => (await world.call(`/api/v1/jobs/${job.id}`)).body.clusters.length > 0, 'it is placed');
  const pods = await world.call(`/api/v1/jobs/${job.id}/pods`);
  expect(pods.status).toBe(200);
  expect(pods.body.clusters).toEqual([
    expect.objectContaining({ cluster: 'member2', error: null, pods: expect.any(Array), events: expect.any(Array) }),
  ]);
  expect(member).toBeDefined();
  const manifest = (await world.call(`/api/v1/jobs/${job.id}/manifest`)).body;
  expect(manifest.map((object: { kind: string }) => object.kind)).toEqual(
    expect.arrayContaining(['Namespace', 'RayJob', 'PropagationPolicy', 'PersistentVolumeClaim']),
  );
});
