import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABELS } from '../../service/contract.ts';
import { ALGORITHMS, objectNameOf } from '../../service/jobs/index.ts';
import { JOB } from '../../service/local/kube/job-kind.ts';
import { runPod } from '../service/logs/pod.ts';
import { freshDatabase } from '../service/postgres.ts';
import { type Base, simulatedBase } from './base.ts';
import type { JobAnswer } from './client.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { eventually, startWorld, type World } from './world.ts';

// Each test is named by what the platform's first implementation did wrong.

const xgboost = { source: 'builtin', algorithmName: 'xgboost' };
const RUNNING = { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running', startTime: '2026-11-21T09:00:00Z' };
const MONITOR_MS = 500;

let base: Base;
let world: World;
beforeAll(async () => {
  base = await simulatedBase();
  world = await startWorld(base, { MONITOR_INTERVAL: `${MONITOR_MS}ms` });
});
afterAll(() => world?.close());

const simulated = () => {
  if (!base.simulated) throw new Error('the simulated Karmada is needed');
  return base.simulated;
};
const submit = (more: Record<string, unknown> = {}) =>
  world.client.submit({ jobName: 'demo', namespace: world.newNamespace(), algorithm: xgboost, ...more });
const ends = (id: string) => world.client.until(id, (job) => job?.status === 'Succeeded' || job?.status === 'Failed');
async function running(more: Record<string, unknown> = {}) {
  const job = await submit(more);
  const placed = await world.placed(job);
  await placed.says(RUNNING);
  await world.client.until(job.id, (now) => now?.status === 'Running');
  return { job, placed };
}
const rowsIn = async (namespace: string): Promise<JobAnswer[]> =>
  (await world.client.send('GET', `/api/v1/jobs?namespace=${namespace}`)).body;
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

describe('submitting', () => {
  it.each(ALGORITHMS.map(({ name }) => name))(
    'eight of nine algorithms answered 400: %s runs',
    async (algorithmName) => {
      const job = await submit({ algorithm: { source: 'builtin', algorithmName } });
      expect(job.algorithm).toBe(algorithmName);
      expect((await world.placed(job)).path).toContain('rayjobs');
    },
  );

  it('a refused request left a Pending row that was polled for ever', async () => {
    const namespace = world.newNamespace();
    const answer = await world.client.send('POST', '/api/v1/jobs', {
      jobName: 'demo',
      namespace,
      algorithm: { algorithmName: 'no-such' },
    });
    expect(answer.status).toBe(400);
    expect(await rowsIn(namespace)).toEqual([]);
  });

  it('two jobs of one name collided, as the RayJob was named after jobName', async () => {
    const namespace = world.newNamespace();
    const [one, two] = [await submit({ namespace }), await submit({ namespace })];
    expect((await world.placed(one)).path).not.toBe((await world.placed(two)).path);
  });

  it('when the policy failed the RayJob stayed, with nothing undone', async () => {
    const remove = simulated().faults.add({
      kind: 'status',
      code: 422,
      message: 'policy not allowed here',
      where: 'karmada',
      method: 'POST',
      matching: 'propagationpolicies',
    });
    const job = await submit();
    expect(await ends(job.id)).toMatchObject({
      status: 'Failed',
      message: expect.stringContaining('policy not allowed here'),
    });
    remove();
    await eventually(base, 'nothing left to run', async () =>
      (await world.remains(job)).some((path) => path.includes('rayjobs')) ? undefined : true,
    );
  });

  it('without target clusters the job ran on every cluster', async () => {
    const { job } = await running();
    const name = objectNameOf(job.id);
    const counts = await Promise.all(
      [...base.members.values()].map(async (api) =>
        (await api.get(`/apis/ray.io/v1/namespaces/${job.namespace}/rayjobs/${name}`)).status === 200 ? 1 : 0,
      ),
    );
    expect(counts.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  });

  it('the volume was created but not mounted, not propagated and never deleted', async () => {
    const { job, placed } = await running();
    const name = objectNameOf(job.id);
    const object = await placed.object();
    for (const group of ['headGroupSpec', 'workerGroupSpecs.0']) {
      expect(at(object, `spec.rayClusterSpec.${group}.template.spec.volumes.0.persistentVolumeClaim.claimName`)).toBe(
        name,
      );
      expect(at(object, `spec.rayClusterSpec.${group}.template.spec.containers.0.volumeMounts.0.mountPath`)).toBe(
        '/home/ray/result-storage',
      );
    }
    const claim = `/api/v1/namespaces/${job.namespace}/persistentvolumeclaims/${name}`;
    await eventually(base, 'the volume beside the job', async () =>
      (await base.members.get(placed.cluster)?.get(claim))?.status === 200 ? true : undefined,
    );
    await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
    await world.client.until(job.id, (now) => now === undefined);
    expect(await world.remains(job)).toEqual([]);
  });

  it('maxRuntimeSeconds, priority, nthread and the label column were ignored', async () => {
    const job = await submit({
      priority: 777,
      stoppingCondition: { maxRuntimeSeconds: 99 },
      hyperparameters: { xgboost: { nthread: 3 } },
      inputDataConfig: [{ channelName: 'train', bucket: 'b', labelName: 'price' }],
    });
    const object = await (await world.placed(job)).object();
    expect(object?.spec.activeDeadlineSeconds).toBe(99);
    expect(at(object, 'metadata.annotations')).toMatchObject({ 'mlplatform.io/priority': '777' });
    expect(object?.spec.runtimeEnvYAML).toContain('"NTHREAD": "3"');
    expect(object?.spec.runtimeEnvYAML).toContain('"LABEL_COLUMN": "price"');
  });

  it('YAML could be injected through names, endpoints and custom parameters', async () => {
    const evil = 'x"\n  EVIL: "1';
    for (const request of [
      { jobName: evil },
      { namespace: evil },
      { inputDataConfig: [{ channelName: 'train', endpoint: `https://${evil}` }] },
      { customHyperparameters: { [evil]: 1 } },
      { customHyperparameters: { A: evil } },
    ]) {
      const answer = await world.client.send('POST', '/api/v1/jobs', {
        jobName: 'demo',
        algorithm: xgboost,
        ...request,
      });
      expect([answer.status, answer.body.errors?.length]).toEqual([400, 1]);
    }
  });

  it('S3 keys stood in the source and, in plain text, in every RayJob', async () => {
    const job = await submit();
    const object = await (await world.placed(job)).object();
    const env = at(object, 'spec.rayClusterSpec.workerGroupSpecs.0.template.spec.containers.0.env') as {
      name: string;
      value?: string;
    }[];
    const credentials = env.filter(({ name }) => name.startsWith('AWS_'));
    expect(credentials.length).toBeGreaterThanOrEqual(2);
    for (const variable of credentials)
      expect(variable).toMatchObject({ valueFrom: { secretKeyRef: { name: 'mlplatform-object-storage' } } });
    expect(credentials.every(({ value }) => value === undefined)).toBe(true);
    expect(JSON.stringify(object)).not.toMatch(/AKIA|minioadmin/i);
    const refused = await world.client.send('POST', '/api/v1/jobs', {
      jobName: 'demo',
      algorithm: xgboost,
      customHyperparameters: { S3_SECRET_KEY: 'abc' },
    });
    expect(refused.status).toBe(400);
  });
});

describe('the state of a job', () => {
  it('was Running on submission, then Pending, then Running again', async () => {
    const { job } = await running();
    const statuses = (await world.client.events(job.id)).map(({ status }) => status);
    expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual(['Pending', 'Running']);
  });

  it('was Pending for ever when STOPPED', async () => {
    const { job, placed } = await running();
    await placed.says({ jobStatus: 'STOPPED', jobDeploymentStatus: 'Complete' });
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Stopped' });
  });

  it.each(['', 'RUNNING'])('ignored a failure at deployment level while jobStatus was "%s"', async (jobStatus) => {
    const job = await submit();
    const placed = await world.placed(job);
    await placed.says({
      jobStatus,
      jobDeploymentStatus: 'Failed',
      reason: 'SubmissionFailed',
      message: 'no submitter',
    });
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'SubmissionFailed', message: 'no submitter' });
  });

  it('never ended when its RayJob was deleted from outside', async () => {
    const { job, placed } = await running();
    await base.control.delete(placed.path);
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Lost' });
  });

  it('/status read only batch Jobs, and wrote to the database on GET', async () => {
    const { job, placed } = await running();
    const row = () => world.database.query('select xmin::text, version from job where id = $1', [job.id]);
    const before = await row();
    expect((await world.client.send('GET', `/api/v1/jobs/${job.id}/status`)).body).toMatchObject({
      phase: 'Running',
      active: 1,
      clusterDistribution: { [placed.cluster]: 1 },
    });
    expect(await row()).toEqual(before);
  });
});

describe('DELETE', () => {
  it('removed a batch Job of that name and left the RayJob running', async () => {
    const { job, placed } = await running();
    const { server } = simulated().member(placed.cluster);
    const foreign = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: objectNameOf(job.id), namespace: job.namespace },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
    };
    server.registry.create(JOB, foreign, { manager: 'somebody else' });
    await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
    await world.client.until(job.id, (now) => now === undefined);
    expect(await placed.object()).toBeUndefined();
    expect(server.registry.store.get(JOB, job.namespace, objectNameOf(job.id))).toBeDefined();
  });

  it('swallowed errors and forgot the job', async () => {
    const { job, placed } = await running();
    const remove = simulated().faults.add({
      kind: 'status',
      code: 500,
      message: 'etcd is away',
      where: 'karmada',
      method: 'DELETE',
      matching: objectNameOf(job.id),
    });
    await world.client.send('POST', `/api/v1/jobs/${job.id}/cancel`);
    const shown = await world.client.until(job.id, (now) => now?.message.includes('etcd is away') ?? true);
    expect(shown).toMatchObject({ status: 'Running' });
    remove();
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Cancelled' });
    expect(await placed.object()).toBeUndefined();
  });
});

it('logs were a stub', async () => {
  const { job, placed } = await running();
  const pod = runPod(simulated(), placed.cluster, {
    namespace: job.namespace,
    name: `${job.jobName}-submitter`,
    container: 'ray-job-submitter',
    labels: { [LABELS.jobId]: job.id },
  });
  pod.write('epoch 1', 'epoch 2');
  const path = `/api/v1/jobs/${job.id}/logs?container=ray-job-submitter`;
  expect((await world.client.send('GET', path)).body).toBe('epoch 1\nepoch 2\n');
  pod.phase('Succeeded');
  await placed.says({ jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete' });
  await ends(job.id);
  await eventually(base, 'the logs to be kept', async () =>
    (await world.database.query('select 1 from job_log where job_id = $1', [job.id])).length > 0 ? true : undefined,
  );
  pod.remove();
  expect((await world.client.send('GET', path)).body).toBe('epoch 1\nepoch 2\n');
});

describe('the monitor', () => {
  const AT_LEAST = 8;

  /**
   * When each cluster was asked whether any of its jobs has moved, and how often more than that was asked of it, rows or objects;
   * once it was asked a few times.
   */
  async function asked() {
    simulated().requests.clear();
    const reads = () =>
      simulated()
        .requests.entries()
        .filter(({ cluster, method, path }) => cluster !== null && method === 'GET' && path.includes('rayjobs'));
    const ofVersions = () => reads().filter(({ query }) => query.includes('fieldSelector='));
    const timesOf = (name: string) => ofVersions().flatMap(({ at, cluster }) => (cluster === name ? [at] : []));
    return await eventually(base, 'some ticks', async () => {
      const perCluster = [...base.members.keys()].map(timesOf);
      const enough = perCluster.every(({ length }) => length >= AT_LEAST);
      return enough ? { perCluster, more: reads().length - ofVersions().length } : undefined;
    });
  }

  let second: ServiceProcess;
  beforeAll(async () => {
    second = await startServiceProcess({
      databaseUrl: world.database.url,
      kubeconfig: base.kubeconfig,
      environment: { MONITOR_INTERVAL: `${MONITOR_MS}ms` },
    });
  });

  it('asked job by job, read only the first cluster, and doubled the work with two replicas', async () => {
    const clusters = [...base.members.keys()];
    const jobs = await Promise.all(
      clusters.flatMap((cluster) => [1, 2].map(() => running({ targetClusters: [cluster] }))),
    );
    expect(new Set(jobs.map(({ placed }) => placed.cluster)).size).toBe(clusters.length);
    expect(await world.database.query('select 1 from replica')).toHaveLength(2);
    // Once nothing changes any more, neither rows nor objects are read.
    const { perCluster } = await eventually(base, 'a while in which nothing changes', async () => {
      const counts = await asked();
      return counts.more === 0 ? counts : undefined;
    });
    for (const times of perCluster) {
      const [first = 0, last = 0] = [times[0], times.at(-1)];
      // One for each tick, of which the first may come late by several; the work of two replicas would be twice as much.
      expect(times.length - 1).toBeLessThanOrEqual((1.5 * (last - first)) / MONITOR_MS + 1);
    }
  });

  it('panicked in a graceful stop, as it was stopped twice', async () => {
    expect(await second.stop()).toBe(0);
    const afterwards = second.log().slice(second.log().indexOf('SIGTERM'));
    expect(afterwards).toContain('Stopped');
    expect(afterwards).not.toMatch(/"level":"(warn|error|fatal)"|unhandled/i);
  });
});

describe('the API', () => {
  it('gave the list whole, unpaged', async () => {
    const namespace = world.newNamespace();
    for (let count = 0; count < 3; count++) await submit({ namespace });
    const first = await world.client.send('GET', `/api/v1/jobs?namespace=${namespace}&limit=2`);
    expect(first.body).toHaveLength(2);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await world.client.send('GET', new URL(next, world.client.url).href.slice(world.client.url.length));
    expect(second.body).toHaveLength(1);
    expect(second.headers.get('link') ?? '').not.toContain('rel="next"');
  });

  it("handed out member clusters' Secrets", async () => {
    const answer = await world.client.send('GET', '/api/v1/proxy/clusters/member1/resources?type=secrets');
    expect(answer.status).toBe(403);
    expect((await world.client.send('GET', '/api/v1/proxy/clusters/member1/resources?type=nodes')).status).toBe(200);
  });

  it('allowed every origin, with credentials', async () => {
    const answer = await world.client.send('GET', '/api/v1/jobs', undefined, { origin: 'https://evil.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('had no authentication', async () => {
    const database = await freshDatabase();
    const open = startServiceProcess({
      databaseUrl: database.url,
      kubeconfig: base.kubeconfig,
      environment: { HOST: '0.0.0.0' },
    });
    await expect(open).rejects.toThrow(/exit code 1[\s\S]*AUTH/);
  });
});

describe('the database', () => {
  it('let an ORM make the tables at boot', async () => {
    const rows = await world.database.query<{ number: number; checksum: string }>(
      'select number, checksum from schema_migration order by number',
    );
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.every(({ checksum }) => checksum.length === 64)).toBe(true);
  });

  it('had its database password in a ConfigMap', async () => {
    // As text: a chart's templates are no YAML before they are rendered.
    const root = new URL('../../charts-out/', import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.yaml'));
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, root), 'utf8')));
    const configMaps = texts.flatMap((text) => text.split(/^---$/m)).filter((text) => /^kind: ConfigMap$/m.test(text));
    expect(configMaps.length).toBeGreaterThan(0);
    for (const text of configMaps)
      expect(text).not.toMatch(/DATABASE_URL|postgres(ql)?:\/\/[^\s"]*:[^\s"]*@|PASSWORD"?\s*:/i);
  });
});
