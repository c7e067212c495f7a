import { expect, test } from 'vitest';
import { DEFAULT_CLUSTERS } from '../../../../service/local/karmada/clusters.ts';
import { RAY_JOB } from '../../../../service/local/karmada/kinds.ts';
import { createMember } from '../../../../service/local/karmada/member.ts';
import { NAMESPACE } from '../../../../service/local/kube/kinds.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const NOTHING = { resourceVersion: '0', includeObject: 'None', fieldSelector: 'metadata.name=none.such' };

function setUp() {
  const [settings] = DEFAULT_CLUSTERS;
  if (!settings) throw new Error('no cluster');
  const { server } = createMember(settings, {});
  const { registry } = server;
  const list = async (query: Record<string, string>) => {
    const reply = await server.handle({
      method: 'GET',
      path: ['apis', 'ray.io', 'v1', 'rayjobs'],
      query: new URLSearchParams(query),
      headers: { accept: TABLE },
      body: '',
      bytes: Buffer.alloc(0),
      signal: new AbortController().signal,
    });
    if ('stream' in reply) throw new Error('a list is no stream');
    return JSON.parse(reply.body) as { rows?: unknown[]; metadata: { resourceVersion: string }; code?: number };
  };
  const rayJob = {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: { name: 'train', namespace: 'default' },
    spec: {
      entrypoint: 'python train.py',
      rayClusterSpec: {
        headGroupSpec: { rayStartParams: {}, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
      },
    },
  };
  return {
    registry,
    list,
    createJob: () => registry.create(RAY_JOB, rayJob, { manager: 'test' }),
    createOther: (name: string) =>
      registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager: 'test' }),
  };
}

test('a list that matches nothing tells the version of the cache of its kind, which other kinds do not move', async () => {
  const { registry, list, createJob, createOther } = setUp();
  createJob();
  const before = await list(NOTHING);
  expect(before.rows).toEqual([]);
  expect(before.metadata.resourceVersion).toBe((await list({ resourceVersion: '0' })).metadata.resourceVersion);
  createOther('another');
  expect((await list(NOTHING)).metadata).toEqual(before.metadata);
  registry.setStatus(RAY_JOB, 'default', 'train', { jobStatus: 'RUNNING' });
  const after = await list(NOTHING);
  expect(Number(after.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
});

test('a list without a version is of this moment; one not older than a version is never older', async () => {
  const { registry, list, createJob, createOther } = setUp();
  createJob();
  createOther('another');
  const now = String(registry.store.version());
  expect((await list({})).metadata.resourceVersion).toBe(now);
  expect((await list({ resourceVersion: now, resourceVersionMatch: 'NotOlderThan' })).metadata.resourceVersion).toBe(
    now,
  );
  expect(await list({ resourceVersion: String(Number(now) + 1), resourceVersionMatch: 'NotOlderThan' })).toMatchObject({
    code: 504,
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
  });
});
