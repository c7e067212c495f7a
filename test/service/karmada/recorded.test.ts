import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memberCluster } from '../../../service/karmada/clusters.ts';
import { COLUMNS } from '../../../service/karmada/columns.ts';
import { placementOf } from '../../../service/karmada/placement.ts';
import { parseList } from '../../../service/kube/objects.ts';
import { parseTable } from '../../../service/kube/table.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { NAMESPACE } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { ASKED } from '../kube/asked.ts';
import { batchJob, eventually, place, rayJob, startWorld, TEAM, type World } from './simulation.ts';

// `recorded/` holds answers of a real Karmada and its members, shortened. The simulator must answer the same requests the
// same way, and the client must read both.

const recorded = async (name: string) =>
  JSON.parse(await readFile(join(import.meta.dirname, 'recorded', `${name}.json`), 'utf8'));

const PROXY = '/apis/cluster.karmada.io/v1alpha1/clusters/member2/proxy';

async function ask(
  { simulated }: World,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(simulated.url + path, init);
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text) };
}

const post = (world: World, namespace: string, object: object) =>
  ask(world, `/apis/ray.io/v1/namespaces/${namespace}/rayjobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });

/** The recorded RayJobs in member2, with the statuses that they had. */
async function withRecordedRayJobs(world: World): Promise<void> {
  const { registry } = world.simulated.member('member2').server;
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM } }, { manager: 'test' });
  for (const job of (await recorded('rayjobs')).items as StoredObject[]) {
    const { name, labels } = job.metadata;
    registry.create(RAY_JOB, { ...job, metadata: { name, namespace: TEAM, labels } }, { manager: 'test' });
    registry.setStatus(RAY_JOB, TEAM, name, job.status as object);
  }
}

test('refusals are the recorded Status objects, field for field', async () => {
  const world = await startWorld();
  await world.karmada.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM } });
  await post(world, TEAM, { ...rayJob('fx-run'), metadata: { name: 'fx-run' } });
  const statuses = await recorded('statuses');

  expect(await ask(world, `/apis/ray.io/v1/namespaces/${TEAM}/rayjobs/nope`)).toEqual({
    status: 404,
    body: statuses['get-404'],
  });
  expect(await post(world, TEAM, { ...rayJob('fx-run'), metadata: { name: 'fx-run' } })).toEqual({
    status: 409,
    body: statuses['post-409'],
  });
  expect(await post(world, TEAM, { ...rayJob('x'), metadata: { name: 'Bad_Name' } })).toEqual({
    status: 422,
    body: statuses['post-422'],
  });
  expect(await post(world, 'nons', { ...rayJob('x'), metadata: { name: 'x' } })).toEqual({
    status: 404,
    body: statuses['post-no-namespace'],
  });
  expect(await ask(world, '/apis/cluster.karmada.io/v1alpha1/clusters/nocluster/proxy/api/v1/pods')).toEqual({
    status: 404,
    body: statuses['proxy-unknown-cluster'],
  });
});

test('an expired watch answers 200 with the recorded ERROR line', async () => {
  const world = await startWorld();
  await withRecordedRayJobs(world);
  world.simulated.expireVersions('member2');
  const { status, body } = await ask(world, `${PROXY}/apis/ray.io/v1/rayjobs?watch=1&resourceVersion=1`);
  const expected = (await recorded('statuses'))['watch-expired'];
  const message = expect.stringMatching(/^too old resource version: 1 \(\d+\)$/);
  expect({ status, body }).toEqual({ status: 200, body: { ...expected, object: { ...expected.object, message } } });
});

test('the Table of RayJobs has the recorded columns and, for the same statuses, the recorded cells', async () => {
  const world = await startWorld();
  await withRecordedRayJobs(world);
  const { body } = await ask(world, `${PROXY}/apis/ray.io/v1/rayjobs?includeObject=None&resourceVersion=0`, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const expected = (await recorded('tables')).rayjobs;
  expect(withoutAges(body)).toEqual(withoutAges(expected));
  expect(parseTable(COLUMNS.RayJob, body, ASKED).rows).toEqual(parseTable(COLUMNS.RayJob, expected, ASKED).rows);
  expect(parseTable(COLUMNS.RayJob, expected, ASKED).rows[0]).toEqual({
    name: 'fx-bad',
    cells: {
      'job status': 'FAILED',
      'deployment status': 'Failed',
      'ray cluster name': null,
      'start time': '2026-11-21T09:00:00Z',
      'end time': '2026-11-21T09:01:00Z',
    },
  });
});

test('the Table of batch Jobs has the recorded columns and cells', async () => {
  const world = await startWorld();
  const { registry } = world.simulated.member('member2').server;
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM } }, { manager: 'test' });
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'fx-batch', namespace: TEAM },
    spec: { template },
  };
  registry.create(JOB, job, { manager: 'test' });
  registry.setStatus(JOB, TEAM, 'fx-batch', { active: 1, startTime: new Date().toISOString() });
  const { body } = await ask(world, `${PROXY}/apis/batch/v1/jobs?includeObject=None&resourceVersion=0`, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const expected = (await recorded('tables')).jobs;
  expect(withoutAges(body)).toEqual(withoutAges(expected));
  expect(parseTable(COLUMNS.Job, body, ASKED).rows).toEqual(parseTable(COLUMNS.Job, expected, ASKED).rows);
});

test('with includeObject=Metadata each row carries what was recorded of an object', async () => {
  const world = await startWorld();
  await place(world.karmada, rayJob('fx-bad'), ['member2']);
  const { body } = await ask(world, `${PROXY}/apis/ray.io/v1/rayjobs?includeObject=Metadata`, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const object = (answer: unknown) => (answer as { rows: { object: StoredObject }[] }).rows[0]?.object;
  const [actual, expected] = [object(body), object(await recorded('table-with-metadata'))];
  expect(actual?.kind).toBe(expected?.kind);
  // Names that only Karmada's own controllers read are left out by the simulator.
  const internal = /resourcetemplate.karmada.io\/managed-|work.karmada.io\/(name|permanent-id)$|kubectl/;
  for (const field of ['labels', 'annotations'] as const) {
    const names = Object.keys(expected?.metadata[field] ?? {}).filter((name) => !internal.test(name));
    expect(Object.keys(actual?.metadata[field] ?? {}).sort()).toEqual(names.sort());
  }
});

test('a binding looks as recorded once the object has run in its member', async () => {
  const world = await startWorld();
  const expected = (await recorded('resourcebindings')).items.find(
    (item: StoredObject) => item.metadata.name === 'fx-run-rayjob',
  );
  await place(world.karmada, rayJob('fx-run'), ['member2']);
  const { status } = expected.status.aggregatedStatus[0];
  world.simulated.member('member2').server.registry.setStatus(RAY_JOB, TEAM, 'fx-run', status);
  const binding = await eventually(async () => {
    const { body } = await ask(
      world,
      `/apis/work.karmada.io/v1alpha2/namespaces/${TEAM}/resourcebindings/fx-run-rayjob`,
    );
    return (
      JSON.stringify(body).includes('FullyAppliedSuccess') &&
      JSON.stringify(body).includes('RUNNING') &&
      (body as StoredObject)
    );
  });
  expect(shapeOf({ ...binding, metadata: { ...binding.metadata, managedFields: undefined } })).toEqual(
    shapeOf({ ...expected, spec: { ...expected.spec, placement: (binding.spec as { placement: object }).placement } }),
  );
  expect((binding.status as { aggregatedStatus: unknown[] }).aggregatedStatus).toEqual(
    expected.status.aggregatedStatus,
  );
});

test('a batch Job gets the labels, selector and defaults that were recorded', async () => {
  const world = await startWorld();
  await world.karmada.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM } });
  const job = await world.karmada.apply(batchJob('fx-batch'));
  const expected = await recorded('batchjob');
  const { uid } = job.metadata;
  expect(job.metadata.labels).toMatchObject({
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'fx-batch',
    'controller-uid': uid,
    'job-name': 'fx-batch',
  });
  const { template: _, selector, ...spec } = job.spec as Record<string, unknown>;
  const { template: __, selector: ___, ...wanted } = expected.spec;
  expect(spec).toEqual(wanted);
  expect(selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
});

test('the client reads the recorded clusters and bindings', async () => {
  const [cluster] = parseList(await recorded('clusters'), ASKED).items;
  expect(cluster && memberCluster(cluster)).toMatchObject({
    name: 'member1',
    ready: true,
    reason: 'ClusterReady',
    kubernetesVersion: 'v1.34.0',
    region: '',
    nodes: { total: 0, ready: 0 },
  });
  const bindings = parseList(await recorded('resourcebindings'), ASKED).items.map((item) => placementOf(item));
  expect(bindings).toEqual([
    {
      kind: 'Job',
      namespace: 'team-a',
      name: 'fx-batch',
      hasPlacement: true,
      placement: expect.objectContaining({ clusters: ['member1', 'member2'], scheduled: true }),
    },
    {
      kind: 'RayJob',
      namespace: 'team-a',
      name: 'fx-run',
      hasPlacement: true,
      placement: expect.objectContaining({ clusters: ['member2'], scheduled: true }),
    },
  ]);
});

const MOVING = new Set(['age', 'Age', 'Duration', 'Selector']);

/** Without what differs from one run to the next: versions, ages, uids; and without texts of Kubernetes' documentation. */
function withoutAges(body: unknown): object {
  const table = body as {
    columnDefinitions: { name: string; description: string }[];
    rows: { cells: unknown[]; object: unknown }[];
  };
  const { columnDefinitions } = table;
  return {
    ...table,
    metadata: {},
    columnDefinitions: columnDefinitions.map((column) => ({
      ...column,
      description: column.description.includes('JSONPath') ? column.description : '',
    })),
    rows: table.rows.map(({ cells, object }) => ({
      object,
      cells: cells.map((cell, i) => (MOVING.has(columnDefinitions[i]?.name ?? '') ? typeof cell : cell)),
    })),
  };
}

/** Names and types, without values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => a.localeCompare(b)).map(([name, inner]) => [name, shapeOf(inner)]),
  );
}
