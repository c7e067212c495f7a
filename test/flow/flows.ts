import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Base } from './base.ts';
import type { JobAnswer } from './client.ts';
import { describeRemovals } from './removals.ts';
import { eventually, type PlacedJob, startWorld, type World } from './world.ts';

const xgboost = { source: 'builtin', algorithmName: 'xgboost' };
/** To the second, as API servers tell it. Not long ago, or what is kept for some days after the end would go. */
const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z');
const START = minutesAgo(10);
const END = minutesAgo(5);

const RUNNING = { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running', startTime: START };
const SUCCEEDED = { jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', startTime: START, endTime: END };

/** From the request to the end of a job and to its last trace: the same against a simulated and against a real Karmada. */
export function describeFlows(startBase: () => Promise<Base>): void {
  let world: World;
  beforeAll(async () => {
    const base = await startBase();
    console.log(`flows run against ${base.name}, members ${[...base.members.keys()].join(', ')}`);
    world = await startWorld(base, { FINISHED_RETENTION: '3s' });
  });
  afterAll(() => world?.close());

  const submit = (more: Record<string, unknown> = {}): Promise<JobAnswer> => world.submit(more);
  const submitTraining = (more: Record<string, unknown> = {}): Promise<JobAnswer> =>
    submit({
      runtime: 'trainingjob',
      algorithm: { source: 'container', algorithmName: 'bert', imageUri: 'busybox:1.37' },
      ...more,
    });
  const ends = (id: string) => world.client.until(id, (job) => job?.status === 'Succeeded' || job?.status === 'Failed');
  const shows = (id: string, reason: string) => world.client.until(id, (job) => job?.reason === reason);
  const runs = async (job: JobAnswer) => {
    const placed = await world.placed(job);
    await placed.says(RUNNING);
    await world.client.until(job.id, (now) => now?.status === 'Running');
    return placed;
  };

  const succeeds = async (job: JobAnswer, placed: PlacedJob): Promise<void> => {
    await placed.says(SUCCEEDED);
    await ends(job.id);
  };

  describe.concurrent('a job', () => {
    describeRemovals({ world: () => world, submit, runs, succeeds });

    it('goes from Pending by way of its cluster to Running and Succeeded', async () => {
      const job = await submit();
      expect(job).toMatchObject({ status: 'Pending', algorithm: 'xgboost', priority: 500 });
      const placed = await world.placed(job);
      const scheduled = await world.client.until(job.id, (now) => now?.clusters.length === 1);
      expect(scheduled).toMatchObject({ status: 'Pending', clusters: [placed.cluster] });
      await placed.says({ jobDeploymentStatus: 'Initializing', startTime: START });
      await shows(job.id, 'Starting');
      await placed.says(RUNNING);
      await world.client.until(job.id, (now) => now?.status === 'Running');
      await placed.says(SUCCEEDED);
      expect(await ends(job.id)).toMatchObject({ status: 'Succeeded', reason: 'Succeeded' });

      const statuses = (await world.client.events(job.id)).map(({ status }) => status);
      // Never Running before the member says so, and never back.
      expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual([
        'Pending',
        'Running',
        'Succeeded',
      ]);
      expect((await world.client.send('GET', `/api/v1/jobs/${job.id}/status`)).body).toMatchObject({
        phase: 'Succeeded',
        active: 0,
        succeeded: 1,
        failed: 0,
        startTime: new Date(START).toISOString(),
        completionTime: new Date(END).toISOString(),
        clusterDistribution: { [placed.cluster]: 1 },
      });
    });

    it('is one RayJob on one cluster, with its volume beside it and everything it was asked for', async () => {
      const job = await submit({
        priority: 900,
        resources: { instanceCount: 2, instanceResources: { cpuCores: 1, memoryGiB: 2, gpuCount: 0 }, volumeSizeGB: 3 },
        stoppingCondition: { maxRuntimeSeconds: 321 },
        inputDataConfig: [
          { channelName: 'train', endpoint: 'https://minio.local', bucket: 'b', prefix: 'k/', labelName: 'price' },
        ],
      });
      const placed = await world.placed(job);
      const object = await placed.object();
      const listed = await Promise.all(
        [...world.base.members.values(), world.base.control].map(
          async (api) => (await api.get(`/apis/ray.io/v1/namespaces/${job.namespace}/rayjobs`)).body.items?.length ?? 0,
        ),
      );
      expect(listed.reduce((sum, count) => sum + count, 0)).toBe(2);
      expect(object?.spec).toMatchObject({ activeDeadlineSeconds: 321, backoffLimit: 0 });
      expect(object?.spec.runtimeEnvYAML).toContain('"LABEL_COLUMN": "price"');
      const claims = `/api/v1/namespaces/${job.namespace}/persistentvolumeclaims`;
      await eventually(world.base, 'the volume in the same cluster', async () => {
        const items = (await world.base.members.get(placed.cluster)?.get(claims))?.body.items ?? [];
        return items.length === 1 ? items : undefined;
      });
      const elsewhere = [...world.base.members].filter(([name]) => name !== placed.cluster);
      for (const [, api] of elsewhere) expect((await api.get(claims)).body.items ?? []).toEqual([]);
      await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
    });

    it('runs where it was told to', async () => {
      const target = [...world.base.members.keys()].at(-1) ?? '';
      const job = await submit({ targetClusters: [target] });
      expect((await world.placed(job)).cluster).toBe(target);
    });

    it('fails with the words of KubeRay', async () => {
      const job = await submit();
      const placed = await runs(job);
      await placed.says({
        jobStatus: 'FAILED',
        jobDeploymentStatus: 'Failed',
        reason: 'AppFailed',
        message: 'exit code 1: out of memory',
        endTime: END,
      });
      expect(await ends(job.id)).toMatchObject({
        status: 'Failed',
        reason: 'AppFailed',
        message: 'exit code 1: out of memory',
      });
    });

    it('fails at deployment level while Ray still calls it running', async () => {
      const job = await submit();
      const placed = await runs(job);
      await placed.says({ jobStatus: 'RUNNING', jobDeploymentStatus: 'Failed', reason: 'DeadlineExceeded' });
      expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'DeadlineExceeded' });
    });

    it('leaves its cluster some time after its end, and its volume stays there until the job is deleted', async () => {
      const job = await submit();
      const placed = await runs(job);
      const { workload, volume } = world.pathsOf(job);
      const volumeThere = async () => (await world.base.members.get(placed.cluster)?.get(volume))?.body.metadata;
      // Without it no pod would have started.
      const uid = await eventually(world.base, 'the volume in its cluster', async () => (await volumeThere())?.uid);
      await placed.says(SUCCEEDED);
      await ends(job.id);
      await world.gone(workload);
      // Karmada takes out of a member what nothing keeps there within a second or two: whatever went has gone then.
      await eventually(world.base, 'the binding of the RayJob to go', async () => {
        const name = `${workload.split('/').at(-1)}-rayjob`;
        const path = `/apis/work.karmada.io/v1alpha2/namespaces/${job.namespace}/resourcebindings/${name}`;
        return (await world.base.control.get(path)).status === 404 ? true : undefined;
      });
      expect(await volumeThere()).toMatchObject({ uid });
      expect(await volumeThere()).not.toHaveProperty('deletionTimestamp');
      await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await world.client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
    });

    it('that was stopped in its Ray cluster has ended', async () => {
      const job = await submit();
      const placed = await world.placed(job);
      await placed.says({ jobStatus: 'STOPPED', jobDeploymentStatus: 'Complete' });
      expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Stopped' });
    });

    it('is suspended and resumed in its cluster', async () => {
      const job = await submit();
      const placed = await runs(job);
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/suspend`)).status).toBe(202);
      await eventually(world.base, 'spec.suspend', async () =>
        (await placed.object())?.spec.suspend === true ? true : undefined,
      );
      await placed.says({ jobStatus: '', jobDeploymentStatus: 'Suspended' });
      expect(await shows(job.id, 'Suspended')).toMatchObject({ status: 'Pending' });
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/resume`)).status).toBe(202);
      await eventually(world.base, 'spec.suspend', async () =>
        (await placed.object())?.spec.suspend === true ? undefined : true,
      );
      await placed.says(RUNNING);
      await world.client.until(job.id, (now) => now?.status === 'Running');
      await placed.says(SUCCEEDED);
      expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
    });

    it('is cancelled: nothing of it is left to run, and it says so', async () => {
      const job = await submit();
      const placed = await runs(job);
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/cancel`)).status).toBe(202);
      expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Cancelled' });
      expect(await placed.object()).toBeUndefined();
      expect((await world.remains(job)).filter((path) => path.includes('rayjobs'))).toEqual([]);
    });

    it('is deleted with all that was made for it, everywhere', async () => {
      const job = await submit();
      await runs(job);
      expect(await world.client.send('DELETE', `/api/v1/jobs/${job.id}`)).toMatchObject({
        status: 200,
        body: { message: expect.any(String) },
      });
      await world.client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
      expect((await world.client.send('DELETE', `/api/v1/jobs/${job.id}`)).status).toBe(404);
    });

    it('is run again as a new job that is linked to the first', async () => {
      const job = await submit();
      const placed = await runs(job);
      await placed.says({ jobStatus: 'FAILED', jobDeploymentStatus: 'Failed', reason: 'AppFailed' });
      await ends(job.id);
      const again = await world.client.send('POST', `/api/v1/jobs/${job.id}/retry`);
      expect(again).toMatchObject({ status: 201, body: { retryOf: job.id, attempt: 2, request: job.request } });
      const second = await runs(again.body);
      await second.says(SUCCEEDED);
      expect(await ends(again.body.id)).toMatchObject({ status: 'Succeeded' });
      expect((await world.client.job(job.id))?.status).toBe('Failed');
    });

    it('sent ten times at once under one key is one job and one RayJob', async () => {
      const namespace = world.newNamespace();
      const request = { jobName: 'demo', namespace, algorithm: xgboost };
      const key = { 'idempotency-key': `key-${namespace}` };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => world.client.send('POST', '/api/v1/jobs', request, key)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      await world.placed(answers[0]?.body);
      expect((await world.base.control.get(`/apis/ray.io/v1/namespaces/${namespace}/rayjobs`)).body.items).toHaveLength(
        1,
      );
    });

    it('may have the name of another', async () => {
      const namespace = world.newNamespace();
      const [one, two] = await Promise.all([submit({ namespace }), submit({ namespace })]);
      const [first, second] = await Promise.all([runs(one), runs(two)]);
      expect(first.path).not.toBe(second.path);
      await first.says(SUCCEEDED);
      expect(await ends(one.id)).toMatchObject({ status: 'Succeeded' });
      expect((await world.client.job(two.id))?.status).toBe('Running');
    });

    it('for a cluster that nobody knows is refused, and nothing is made of it', async () => {
      const namespace = world.newNamespace();
      const answer = await world.client.send('POST', '/api/v1/jobs', {
        jobName: 'demo',
        namespace,
        algorithm: xgboost,
        targetClusters: ['nowhere'],
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(JSON.stringify(answer.body)).toContain('targetClusters');
      expect((await world.client.send('GET', `/api/v1/jobs?namespace=${namespace}`)).body).toEqual([]);
      expect((await world.base.control.get(`/api/v1/namespaces/${namespace}`)).status).toBe(404);
    });

    it('whose RayJob somebody else deletes ends as Lost', async () => {
      const job = await submit();
      const placed = await runs(job);
      await world.base.control.delete(placed.path);
      expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Lost' });
    });

    it('without Ray runs as a batch Job', async (context) => {
      const { members, membersWithJobs } = world.base;
      const targetClusters = [...members.keys()].filter((name) => !membersWithJobs.includes(name));
      if (targetClusters.length === 0) return context.skip();
      const algorithm = { source: 'container', algorithmName: 'mine', imageUri: 'busybox:1.37' };
      const job = await submit({ runtime: 'job', algorithm, command: ['true'], targetClusters });
      const placed = await world.placed(job);
      await placed.says({ startTime: START, active: 1, ready: 1 });
      await world.client.until(job.id, (now) => now?.status === 'Running');
      const condition = (type: string) => ({ type, status: 'True', lastProbeTime: END, lastTransitionTime: END });
      await placed.says({
        active: 0,
        ready: 0,
        succeeded: 1,
        completedIndexes: '0',
        completionTime: END,
        conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
      });
      expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
    });

    it('as a TrainingJob is told by the operator in its cluster, from there to Karmada and to its end', async () => {
      const job = await submitTraining({ resources: { instanceCount: 2, volumeSizeGB: 3 } });
      expect(job).toMatchObject({ status: 'Pending', kind: 'TrainingJob' });
      const placed = await world.placed(job);
      expect((await placed.object())?.spec).toMatchObject({
        numWorkers: 2,
        suspend: false,
        checkpoint: { storage: { pvcName: placed.path.split('/').at(-1), create: false } },
      });
      const { volume } = world.pathsOf(job);
      await eventually(world.base, 'the volume in the same cluster', async () =>
        (await world.base.members.get(placed.cluster)?.get(volume))?.status === 200 ? true : undefined,
      );
      await placed.says({ state: 'Initializing', reason: 'Starting', attempt: 1, startTime: START });
      await shows(job.id, 'Starting');
      await placed.says({ state: 'Running', reason: 'Running', message: '2 of 2 workers run' });
      await world.client.until(job.id, (now) => now?.status === 'Running');
      await placed.says({ progress: '45%', currentEpoch: 9 });
      const progress = { source: 'trainingjob', percent: 45, epoch: 9, loss: 0.31, cluster: placed.cluster };
      await placed.says({ metrics: { loss: 0.31 } });
      const isSo = ({ progress: now }: JobAnswer) => now?.percent === 45 && now.loss === 0.31;
      expect(await world.client.until(job.id, (now) => now !== undefined && isSo(now))).toMatchObject({ progress });
      const listed = await world.client.send('GET', `/api/v1/jobs?namespace=${job.namespace}&view=list`);
      expect(listed.body).toMatchObject([{ id: job.id, progress }]);
      // Karmada's own copy, through its interpreter.
      await eventually(world.base, 'the status on the control plane', async () => {
        const { status } = (await world.base.control.get(placed.path)).body;
        return status?.state === 'Running' && status.progress === '45%' && status.currentEpoch === 9 ? true : undefined;
      });
      await placed.says({ state: 'Completed', reason: 'Succeeded', progress: '100%', completionTime: END });
      expect(await ends(job.id)).toMatchObject({ status: 'Succeeded' });
      expect((await world.client.send('GET', `/api/v1/jobs/${job.id}/status`)).body).toMatchObject({
        startTime: new Date(START).toISOString(),
        completionTime: new Date(END).toISOString(),
      });
      await world.gone(placed.path);
      await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await world.client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
    });

    it('as a TrainingJob is suspended, resumed, restarted by its operator, and cancelled', async () => {
      const job = await submitTraining();
      const placed = await world.placed(job);
      await placed.says({ state: 'Running', reason: 'Running', attempt: 1, restartCount: 0 });
      await world.client.until(job.id, (now) => now?.status === 'Running');
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/suspend`)).status).toBe(202);
      const isSuspended = async () => (await placed.object())?.spec.suspend === true;
      await eventually(world.base, 'spec.suspend', async () => (await isSuspended()) || undefined);
      await placed.says({ state: 'Suspended', reason: 'Suspended' });
      expect(await shows(job.id, 'Suspended')).toMatchObject({ status: 'Pending' });
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/resume`)).status).toBe(202);
      await eventually(world.base, 'spec.suspend', async () => !(await isSuspended()) || undefined);
      await placed.says({ state: 'Running', reason: 'Running', attempt: 2 });
      await world.client.until(job.id, (now) => now?.status === 'Running');
      await placed.says({ state: 'Pending', reason: 'Restarting', attempt: 3, restartCount: 1 });
      expect(await shows(job.id, 'Retrying')).toMatchObject({ status: 'Pending' });
      expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/cancel`)).status).toBe(202);
      expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Cancelled' });
      expect(await placed.object()).toBeUndefined();
    });

    it('as a TrainingJob fails with the words of its operator, and is run again', async () => {
      const job = await submitTraining();
      const placed = await world.placed(job);
      const failure = {
        failureReason: 'BackoffLimitExceeded',
        failureMessage: 'It failed 4 times: worker 1, exit code 1',
      };
      await placed.says({ state: 'Failed', reason: 'Failed', attempt: 4, ...failure, completionTime: END });
      expect(await ends(job.id)).toMatchObject({
        status: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'It failed 4 times: worker 1, exit code 1',
      });
      const again = await world.client.send('POST', `/api/v1/jobs/${job.id}/retry`);
      expect(again).toMatchObject({ status: 201, body: { retryOf: job.id, kind: 'TrainingJob' } });
      await world.placed(again.body);
    });

    it('is found by those who list, filter and sum up', async () => {
      const job = await submit();
      const list = await world.client.send('GET', `/api/v1/jobs?namespace=${job.namespace}`);
      expect(list.body.map(({ id }: JobAnswer) => id)).toEqual([job.id]);
      const clusters = (await world.client.send('GET', '/api/v1/proxy/clusters')).body.clusters.map(
        ({ name }: { name: string }) => name,
      );
      expect(clusters).toEqual(expect.arrayContaining([...world.base.members.keys()]));
    });
  });
}
