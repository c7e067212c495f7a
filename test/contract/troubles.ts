import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeJobObjects } from '../../infra/deploy/destroy/job-objects.ts';
import { clusterFor } from '../../infra/deploy/kube/cluster.ts';
import { LABELS } from '../../service/contract.ts';
import { WORKLOADS } from '../../service/jobs/job.ts';
import { CLAIM } from '../../service/kube/kinds.ts';
import type { KubeObject } from '../../service/kube/kube.ts';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import type { Base } from '../flow/base.ts';
import type { JobAnswer } from '../flow/client.ts';
import { eventually, startWorld, type World } from '../flow/world.ts';

const RUNNING = { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running', startTime: '2026-11-21T09:00:00Z' };
const SUCCEEDED = { jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', endTime: '2026-11-21T09:05:00Z' };

/** What takes a whole cluster, or all jobs: one after the other, and after the flows. */
export function describeTroubles(startBase: () => Promise<Base>): void {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(await startBase());
  });
  afterAll(() => world?.close());

  const until = (job: JobAnswer, holds: (job: JobAnswer) => boolean) =>
    world.client.until(job.id, (now) => now !== undefined && holds(now));
  const runs = async (job: JobAnswer) => {
    const placed = await world.placed(job);
    await placed.says(RUNNING);
    await until(job, ({ status }) => status === 'Running');
    return placed;
  };
  const isReady = async (cluster: string): Promise<boolean> => {
    const { body } = await world.base.control.get(`/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}`);
    return body.status.conditions.some(
      ({ status, type }: Record<string, string>) => type === 'Ready' && status === 'True',
    );
  };

  describe('while a cluster is away', () => {
    it('its jobs stay what they were, others go elsewhere, and what was wanted meanwhile is done when it is back', async ({
      onTestFinished,
    }) => {
      const { base, client } = world;
      const [cluster = ''] = base.members.keys();
      const there = { targetClusters: [cluster] };
      const [running, cancelled] = await Promise.all([world.submit(there), world.submit(there)]);
      const [placed, other] = await Promise.all([runs(running), runs(cancelled)]);
      const uid = (await placed.object())?.metadata.uid;

      const comeBack = await base.cutOff(cluster);
      onTestFinished(comeBack);
      const cut = await until(running, ({ unreachableSince }) => cluster in unreachableSince);
      expect(cut).toMatchObject({ status: 'Running', reason: 'Running' });
      // Karmada calls it ready for as long as that takes.
      const free = await world.submit();
      expect((await world.placed(free)).cluster).not.toBe(cluster);
      const bound = await world.submit(there);
      await until(bound, ({ reason }) => reason === 'Unschedulable');
      await client.send('POST', `/api/v1/jobs/${cancelled.id}/cancel`);
      await until(cancelled, ({ message }) => message.includes(`Cluster ${cluster} cannot be asked`));
      await eventually(base, 'Karmada to miss the cluster', async () => !(await isReady(cluster)) || undefined);
      expect(await client.job(running.id)).toMatchObject({ status: 'Running', clusters: [cluster] });

      await comeBack();
      await until(running, ({ unreachableSince }) => !(cluster in unreachableSince));
      expect(await placed.object()).toMatchObject({ metadata: { uid } });
      await until(cancelled, ({ reason }) => reason === 'Cancelled');
      expect(await other.object()).toBeUndefined();
      expect((await runs(bound)).cluster).toBe(cluster);
      await placed.says(SUCCEEDED);
      await until(running, ({ status }) => status === 'Succeeded');
    });
  });

  describe('a job that its cluster never takes', () => {
    it('is placed anew elsewhere, and is nowhere twice', async (context) => {
      const { base, client, database } = world;
      // Its members have no quotas.
      if (base.simulated) return context.skip();
      const namespace = world.newNamespace();
      const refusals = new Map(
        await Promise.all(
          [...base.members].map(async ([name, api]) => [name, await refuseJobs(api, namespace)] as const),
        ),
      );
      context.onTestFinished(async () => {
        for (const accept of refusals.values()) await accept();
      });
      const job = await world.submit({ namespace });
      const [first = ''] = (await until(job, ({ clusters }) => clusters.length === 1))?.clusters ?? [];
      const others = [...refusals.keys()].filter((name) => name !== first);
      for (const name of others) await refusals.get(name)?.();
      // As if it had been waited for long enough.
      await database.query(`update job set updated_at = updated_at - interval '1 hour' where id = $1`, [job.id]);
      await database.query(
        `update dispatch set again = token is not null, due_at = case when token is null then now() else due_at end where job_id = $1`,
        [job.id],
      );
      const placed = await runs(job);
      expect(others).toContain(placed.cluster);
      expect((await client.events(job.id)).map(({ reason }) => reason)).toContain('PlacedAnew');
      await refusals.get(first)?.();
      await placed.says(SUCCEEDED);
      await until(job, ({ status }) => status === 'Succeeded');
      expect((await base.members.get(first)?.get(placed.path))?.status).toBe(404);
      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
    });
  });

  describe('with the platform', () => {
    it('all that its jobs have goes, on Karmada and in the members', async (context) => {
      const { base } = world;
      const giveUp = new AbortController();
      const karmada = clusterFor(await loadKubeconfig(base.adminKubeconfig), 'default', giveUp.signal);
      context.onTestFinished(() => karmada.kube.close());
      const jobs = await Promise.all([...base.members.keys()].map((name) => world.submit({ targetClusters: [name] })));
      await Promise.all(jobs.map(runs));
      // As the command does: it would send again what is missing.
      await world.service.stop();
      // Whatever is found is removed: another installation may use this Karmada.
      const isOurs = (name: string) => name.startsWith('flow-');
      if (!(await namespacesOfJobs(base)).every(isOurs)) return context.skip();
      const tell = (text: string): void => void text;
      expect(await removeJobObjects(karmada, { waitMs: base.patienceMs, tell })).toEqual([]);
      for (const job of jobs) expect(await world.remains(job)).toEqual([]);
    });
  });
}

/** Of whatever bears the service's label, on the control plane or in a member. */
async function namespacesOfJobs({ control, members }: Base): Promise<string[]> {
  const selector = encodeURIComponent(`${LABELS.managedBy}=${LABELS.managedByValue}`);
  const paths = [...Object.values(WORKLOADS), CLAIM].map(
    ({ apiVersion, plural }) => `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/${plural}`,
  );
  const lists = await Promise.all(
    [control, ...members.values()].flatMap((api) => paths.map((path) => api.get(`${path}?labelSelector=${selector}`))),
  );
  return lists.flatMap(({ body }) => (body.items ?? []).map(({ metadata }: KubeObject) => metadata.namespace ?? ''));
}

/** The namespace takes no RayJob, by a quota. */
async function refuseJobs(api: Base['control'], namespace: string): Promise<() => Promise<void>> {
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const none = { 'count/rayjobs.ray.io': '0' };
  const metadata = { name: 'no-jobs', namespace };
  await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await api.post(quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: none } });
  // Where no controller of quotas runs.
  const { body, status } = await api.patch(`${quotas}/no-jobs/status`, { status: { hard: none, used: none } });
  if (status !== 200) throw new Error(`The quota was not taken: ${JSON.stringify(body)}`);
  return async () => {
    await api.delete(`${quotas}/no-jobs`);
  };
}
