import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../service/contract.ts';
import { attemptNameOf } from '../../service/jobs/ids.ts';
import type { Base } from '../flow/base.ts';
import type { JobAnswer } from '../flow/client.ts';
import { eventually, startWorld, type World } from '../flow/world.ts';

const RUNNING = { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running', startTime: '2026-11-21T09:00:00Z' };
const SUCCEEDED = { jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', endTime: '2026-11-21T09:05:00Z' };

/** A cluster is out of reach of service and Karmada alike, and goes on running what it has: the worst that can be. */
export function describeLostCluster(startBase: () => Promise<Base>): void {
  describe('a job whose cluster is lost', () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld(await startBase(), { [ENV.clusterLostAfter]: '1s' });
    });
    afterAll(() => world?.close());

    it('goes on elsewhere once that is fenced, has one result, and leaves nothing there when it is back', async ({
      onTestFinished,
    }) => {
      const { base, client } = world;
      const until = (job: JobAnswer, holds: (now: JobAnswer) => boolean) =>
        client.until(job.id, (now) => now !== undefined && holds(now));
      const isReady = async (cluster: string): Promise<boolean> => {
        const { body } = await base.control.get(`/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}`);
        const conditions: readonly Record<string, string>[] = body.status.conditions;
        return conditions.some(({ status, type }) => type === 'Ready' && status === 'True');
      };
      const job = await world.submit({
        retryPolicy: { maxAttempts: 3, on: ['infrastructure'], backoff: { seconds: 0 }, elsewhere: 'fromStart' },
      });
      const first = await world.placed(job);
      await first.says(RUNNING);
      await until(job, ({ status }) => status === 'Running');
      const second = first.path.replace(attemptNameOf(job.id, 1), attemptNameOf(job.id, 2));
      const isAnywhere = async (path: string) =>
        (await Promise.all([base.control, ...base.members.values()].map((api) => api.get(path)))).some(
          ({ status }) => status === 200,
        );

      const fence = `/api/v1/proxy/clusters/${first.cluster}/fence`;
      // A cluster that answers is believed.
      expect((await client.send('POST', fence, { reason: 'rack 3 is off' })).status).toBe(409);
      const comeBack = await base.cutOff(first.cluster);
      onTestFinished(comeBack);
      await until(job, ({ attention }) => attention?.reason === 'ClusterLost');
      await eventually(base, 'Karmada to miss the cluster', async () => !(await isReady(first.cluster)) || undefined);
      expect(await client.job(job.id)).toMatchObject({ status: 'Running', clusters: [first.cluster] });
      expect(await isAnywhere(second)).toBe(false);

      expect((await client.send('POST', fence, { reason: 'rack 3 is off' })).status).toBe(200);
      const others = [...base.members].filter(([name]) => name !== first.cluster);
      const [other, there] = await eventually(base, 'the next attempt in another cluster', async () => {
        const answers = await Promise.all(others.map(([, api]) => api.get(second)));
        return others.find((_, index) => answers[index]?.status === 200);
      });
      // Its old placement has gone from Karmada before; in the cluster itself nobody can see to it.
      expect((await base.control.get(first.path)).status).toBe(404);
      if (!base.simulated) expect(await first.object()).toBeDefined();
      const says = async (status: object) =>
        expect((await there.patch(`${second}/status`, { status })).status).toBe(200);
      await says(RUNNING);
      await until(job, ({ clusters, status }) => status === 'Running' && clusters.join() === other);
      // What the old one comes to is of no interest any more. Nobody has a way of his own into a simulated member.
      if (!base.simulated) await first.says({ ...RUNNING, ...SUCCEEDED });

      await comeBack();
      await eventually(base, 'Karmada to find the cluster', async () => (await isReady(first.cluster)) || undefined);
      await world.gone(first.path);
      await eventually(
        base,
        'the word of it',
        async () => (await client.events(job.id)).some(({ reason }) => reason === 'LeftoversGone') || undefined,
      );
      expect(await client.job(job.id)).toMatchObject({ status: 'Running', clusters: [other] });
      expect((await client.send('DELETE', fence)).status).toBe(200);
      await says({ ...RUNNING, ...SUCCEEDED });
      await until(job, ({ status }) => status === 'Succeeded');
      const { body } = await client.send('GET', `/api/v1/jobs/${job.id}/attempts`);
      expect(body).toMatchObject([
        { attempt: 1, status: 'Failed', reason: 'ClusterLost', clusters: [first.cluster] },
        { attempt: 2, status: 'Succeeded', clusters: [other] },
      ]);
      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      expect(await isAnywhere(second)).toBe(false);
      expect(await world.remains(job)).toEqual([]);
    });
  });
}
