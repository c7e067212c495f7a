import { afterAll, beforeAll, expect, test } from 'vitest';
import { attacksOn, withoutAttack } from '../../bench/worst/attacks.ts';
import { smallJob, startWorld, type World } from './world.ts';

let world: World;
// biome-ignore lint/suspicious/noExplicitAny: the document is walked, not used
let document: any;
beforeAll(async () => {
  world = await startWorld();
  document = (await world.call('/openapi.json')).body;
});
afterAll(() => world.close());

test('the document has the paths that clients rely on, and the rest of the API', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method} ${path}`),
  );
  expect(operations.sort()).toMatchInlineSnapshot(`
    [
      "delete /api/v1/jobs/{id}",
      "delete /api/v1/proxy/clusters/{cluster}/fence",
      "get /api/v1/algorithms",
      "get /api/v1/auth",
      "get /api/v1/events",
      "get /api/v1/filters",
      "get /api/v1/goodput",
      "get /api/v1/jobs",
      "get /api/v1/jobs/compare",
      "get /api/v1/jobs/{id}",
      "get /api/v1/jobs/{id}/attempts",
      "get /api/v1/jobs/{id}/events",
      "get /api/v1/jobs/{id}/logs",
      "get /api/v1/jobs/{id}/logs/runs",
      "get /api/v1/jobs/{id}/manifest",
      "get /api/v1/jobs/{id}/metrics",
      "get /api/v1/jobs/{id}/outputs",
      "get /api/v1/jobs/{id}/outputs/file",
      "get /api/v1/jobs/{id}/pods",
      "get /api/v1/jobs/{id}/status",
      "get /api/v1/me",
      "get /api/v1/proxy/clusters",
      "get /api/v1/proxy/clusters/{cluster}/resources",
      "get /api/v1/queue",
      "get /api/v1/summary",
      "get /api/v1/teams",
      "get /health",
      "get /ready",
      "post /api/v1/actions",
      "post /api/v1/jobs",
      "post /api/v1/jobs/{id}/cancel",
      "post /api/v1/jobs/{id}/priority",
      "post /api/v1/jobs/{id}/resume",
      "post /api/v1/jobs/{id}/retry",
      "post /api/v1/jobs/{id}/suspend",
      "post /api/v1/proxy/clusters/{cluster}/fence",
      "post /api/v1/workdirs",
    ]
  `);
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods as object).map((one) => one.operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('every reference of the document resolves', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference]) => reference as string,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) {
    expect(document.components.schemas).toHaveProperty([reference.replace('#/components/schemas/', '')]);
  }
});

test('a path that is not in the document is not served, and each that is tells its methods', async () => {
  for (const [path, methods] of Object.entries(document.paths as Record<string, object>)) {
    const answer = await world.call(path.replace(/\{\w+\}/g, 'x'), { method: 'OPTIONS' });
    expect(answer.status).toBe(204);
    const allowed = (answer.headers.get('allow') ?? '')
      .split(', ')
      .filter((method) => !['HEAD', 'OPTIONS'].includes(method));
    expect([path, allowed.sort()]).toEqual([
      path,
      Object.keys(methods)
        .map((method) => method.toUpperCase())
        .sort(),
    ]);
  }
});

test('what a job answers is what the document says, no field more or less', async () => {
  const submitted = (await world.call('/api/v1/jobs', { body: smallJob() })).body;
  const { body } = await world.call(`/api/v1/jobs/${submitted.id}`);
  const { properties, required } = document.components.schemas.Job;
  expect(Object.keys(body).sort()).toEqual(Object.keys(properties).sort());
  expect(Object.keys(body).sort()).toEqual([...required].sort());
  expect(Object.keys(submitted).sort()).toEqual([...required, 'warnings'].sort());
});

test('the algorithms come with fields, ranges and defaults', async () => {
  const { body } = await world.call('/api/v1/algorithms');
  const xgboost = body.find(({ name }: { name: string }) => name === 'xgboost');
  expect(body).toHaveLength(9);
  expect(xgboost.fields).toHaveLength(39);
  expect(xgboost.fields).toContainEqual(
    expect.objectContaining({ name: 'max_depth', type: 'integer', default: 6, min: 0 }),
  );
});

test('the pages come with headers that keep foreign scripts out', async () => {
  const docs = await world.call('/docs/');
  expect(docs.text).toContain('/docs/docs.js');
  expect((await world.call('/docs/docs.js')).status).toBe(200);
  expect(docs.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(docs.headers.get('content-security-policy')).not.toContain('unsafe');
  expect(docs.headers.get('x-powered-by')).toBeNull();
  expect((await world.call('/config.json')).body).toEqual({ apiBaseUrl: '' });
  const page = await world.call('/jobs/some-job', { headers: { Accept: 'text/html' } });
  expect(page.headers.get('content-type')).toContain('text/html');
  expect((await world.call('/jobs/some-job', { headers: { Accept: 'application/json' } })).status).toBe(404);
});

test('metrics have the names that alerts rely on', async () => {
  const { METRICS } = await import('../../../service/contract.ts');
  await world.call('/api/v1/proxy/clusters');
  const { text } = await world.call('/metrics');
  // Of these there is nothing to tell before a job has ended or trains, or a cluster is asked.
  const labelled = new Set([
    METRICS.finished,
    METRICS.monitorLag,
    METRICS.clusterFailures,
    METRICS.trainings,
    METRICS.trainingPercent,
    METRICS.trainingReportAge,
    METRICS.progressReports,
    METRICS.gpus,
    METRICS.idleGpus,
    METRICS.gpuPercent,
    METRICS.utilisationKnown,
  ]);
  for (const name of Object.values(METRICS)) expect(text).toContain(`# TYPE ${name} `);
  for (const name of Object.values(METRICS).filter((one) => !labelled.has(one as never)))
    expect(text).toMatch(new RegExp(`^${name}`, 'm'));
  expect(text).toMatch(/^mlp_database_up 1$/m);
  expect(text).toContain('route="/api/v1/proxy/clusters"');
});

test('npm run bench -- worst has a request for every route', () => {
  expect(withoutAttack(attacksOn('large-1', 'large-2'))).toEqual([]);
});

test('other origins may call only when they are listed', async () => {
  const open = await startWorld({ environment: { CORS_ORIGINS: 'https://ml.example.com' } });
  try {
    const preflight = async (origin: string) =>
      await open.call('/api/v1/jobs', {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      });
    const listed = await preflight('https://ml.example.com');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://ml.example.com');
    expect(listed.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    const refused = await preflight('https://other.example');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    const words = expect.stringMatching(/https:\/\/other\.example .*CORS_ORIGINS/);
    expect(refused).toMatchObject({ status: 403, body: { detail: words } });
    const read = { headers: { Origin: 'https://other.example' } };
    for (let time = 0; time < 3; time++) expect((await open.call('/api/v1/jobs', read)).status).toBe(200);
    const told = open.logged.filter((line) => line.includes('CORS_ORIGINS')).map((line) => JSON.parse(line).msg);
    expect(told).toEqual([words]);
    // The page itself, also behind a proxy that the browser sees under another name.
    await open.call('/api/v1/jobs', { headers: { Origin: open.url } });
    await open.call('/api/v1/jobs', { headers: { Origin: 'https://proxy.example', 'Sec-Fetch-Site': 'same-origin' } });
    expect(open.logged.filter((line) => line.includes('CORS_ORIGINS'))).toHaveLength(1);
  } finally {
    await open.close();
  }
});
