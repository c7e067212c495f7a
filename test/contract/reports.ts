import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../service/contract.ts';
import { attemptNameOf, objectNameOf } from '../../service/jobs/ids.ts';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import { freePort } from '../../service/local/free-port.ts';
import type { Base } from '../flow/base.ts';
import type { JobAnswer } from '../flow/client.ts';
import { createKubeApi } from '../flow/kube-api.ts';
import { eventually, startWorld, type World } from '../flow/world.ts';

const RUNNING = { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running', startTime: '2026-11-21T09:00:00Z' };
const LOST = { jobStatus: '', jobDeploymentStatus: 'Failed', reason: 'SubmissionFailed', message: 'no answer' };

/** With PROGRESS_URL: the token by which the pods of a job report to the hub goes where they go, and nowhere else. */
export function describeReports(startBase: () => Promise<Base>): void {
  describe('the token of a job', () => {
    let world: World;
    let folder: string;
    let endpoint: string;
    let mayMakeSecrets: boolean;
    beforeAll(async () => {
      const base = await startBase();
      mayMakeSecrets = base.simulated !== null || (await maySendSecrets(base));
      folder = await mkdtemp(join(tmpdir(), 'reports-'));
      const keyFile = join(folder, 'key');
      await writeFile(keyFile, 'k'.repeat(32), { mode: 0o600 });
      const port = await freePort();
      endpoint = `http://127.0.0.1:${port}`;
      world = await startWorld(base, {
        [ENV.progressUrl]: endpoint,
        [ENV.progressPort]: String(port),
        [ENV.progressKeyFile]: keyFile,
      });
    });
    afterAll(async () => {
      await world?.close();
      await rm(folder, { recursive: true });
    });

    const pathOf = ({ namespace }: JobAnswer, objectName: string) =>
      `/api/v1/namespaces/${namespace}/secrets/${objectName}-report`;
    const everywhere = () => [world.base.control, ...world.base.members.values()];
    const isAnywhere = async (path: string) =>
      (await Promise.all(everywhere().map((api) => api.get(path)))).some(({ status }) => status !== 404);
    const tokenIn = (cluster: string, path: string): Promise<string> =>
      eventually(world.base, `${path} in ${cluster}`, async () => {
        const { body, status } = (await world.base.members.get(cluster)?.get(path)) ?? { status: 0 };
        return status === 200 ? Buffer.from(body.data.token, 'base64').toString() : undefined;
      });
    const report = async (id: string, token: string, percent: number): Promise<number> => {
      const answer = await fetch(`${endpoint}/jobs/${id}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          trainerStatus: { progressPercentage: percent, lastUpdatedTime: new Date().toISOString() },
        }),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const shows = (id: string, percent: number) =>
      world.client.until(id, (job) => job?.progress?.percent === percent && job.progress.source === 'report');

    it('comes to its cluster alone, is as good there as the hub takes it, and goes with the job', async (context) => {
      if (!mayMakeSecrets) return context.skip();
      const { base, client } = world;
      const job = await world.submit();
      const placed = await world.placed(job);
      const since = performance.now();
      const path = pathOf(job, objectNameOf(job.id));
      const token = await tokenIn(placed.cluster, path);
      console.log(`the token came ${Math.round(performance.now() - since)} ms after its RayJob was seen`);
      const elsewhere = [...base.members].filter(([name]) => name !== placed.cluster);
      for (const [, api] of elsewhere) expect((await api.get(path)).status).toBe(404);
      expect(JSON.stringify(await placed.object())).not.toContain(token);
      await placed.says(RUNNING);
      await client.until(job.id, ({ status } = job) => status === 'Running');
      expect(await report(job.id, token, 40)).toBe(200);
      await shows(job.id, 40);

      // The pods of the same attempt have the same token.
      expect((await client.send('POST', `/api/v1/jobs/${job.id}/suspend`)).status).toBe(202);
      await eventually(base, 'spec.suspend', async () => (await placed.object())?.spec.suspend === true || undefined);
      expect((await client.send('POST', `/api/v1/jobs/${job.id}/resume`)).status).toBe(202);
      await eventually(base, 'spec.suspend', async () => (await placed.object())?.spec.suspend !== true || undefined);
      expect(await tokenIn(placed.cluster, path)).toBe(token);

      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      await eventually(base, 'the token to go everywhere', async () => !(await isAnywhere(path)) || undefined);
      expect(await world.remains(job)).toEqual([]);
    });

    it('is another one for the next attempt, and that of the last one is worth nothing any more', async (context) => {
      if (!mayMakeSecrets) return context.skip();
      const { base, client } = world;
      const job = await world.submit({
        retryPolicy: { maxAttempts: 2, on: ['infrastructure'], backoff: { seconds: 1 } },
      });
      const placed = await world.placed(job);
      const [before, after] = [1, 2].map((attempt) => pathOf(job, attemptNameOf(job.id, attempt)));
      const token = await tokenIn(placed.cluster, before ?? '');
      await placed.says(RUNNING);
      await client.until(job.id, ({ status } = job) => status === 'Running');
      await placed.says(LOST);
      const second = await client.until(job.id, (now) => now?.reason === 'Scheduled' && now.clusters.length === 1);
      const next = await tokenIn(second?.clusters[0] ?? '', after ?? '');
      expect(next).not.toBe(token);
      await eventually(base, 'the last token to go', async () => !(await isAnywhere(before ?? '')) || undefined);
      expect(await report(job.id, token, 10)).toBe(409);
      expect(await report(job.id, next, 20)).toBe(200);
      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      await eventually(base, 'the token to go everywhere', async () => !(await isAnywhere(after ?? '')) || undefined);
    });
  });
}

/** The rights that `infra` generates have that when `progress.enabled` is set. */
async function maySendSecrets({ kubeconfig }: Base): Promise<boolean> {
  const service = createKubeApi(await loadKubeconfig(kubeconfig));
  const may = async (verb: string) => {
    const { body } = await service.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, resource: 'secrets', namespace: 'flow' } },
    });
    return body.status?.allowed === true;
  };
  const isSo = (await may('create')) && (await may('patch'));
  await service.close();
  if (!isSo) console.log('The service may not send Secrets here: what is reported to the hub is left out');
  return isSo;
}
