import { expect, test } from 'vitest';
import { reportSecret, reportToken } from '../../../service/jobs/manifests/index.ts';
import type { ObjectReference } from '../../../service/kube/kube.ts';
import { eventually } from '../../patience.ts';
import { MANIFESTS, setUp } from './world.ts';

const PROGRESS = { url: 'https://hub.example.com/progress', authority: 'PEM', key: 'k'.repeat(32) };

test.each(['ray', 'job'])('the token of a job (%s) goes with it to its cluster, and away with it', async (runtime) => {
  const world = await setUp();
  world.dispatch({
    manifests: { ...MANIFESTS, progress: PROGRESS },
    reportSecret: (job, owner) => reportSecret(job, PROGRESS, owner),
  });
  const { id } = await world.submit({
    runtime,
    ...(runtime === 'job' && { algorithm: { source: 'container', algorithmName: 'own', imageUri: 'own:1' } }),
  });
  const job = await world.until(id, (each) => (each?.clusters.length ?? 0) > 0);
  if (!job) throw new Error('The job is gone');
  const { objectName, namespace } = job;
  const reference: ObjectReference = { apiVersion: 'v1', kind: 'Secret', namespace, name: `${objectName}-report` };
  const member = world.karmada.member(job.clusters[0] ?? '');

  const secret = await eventually(
    () => member.get(reference),
    (each) => each !== undefined,
  );
  const data = (secret as unknown as { data: Record<string, string> }).data;
  const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString();
  expect([text('token'), text('ca.crt')]).toEqual([reportToken(PROGRESS.key, job), 'PEM']);
  const workload = { ...reference, ...WORKLOADS[runtime as keyof typeof WORKLOADS], name: objectName };
  const pods = JSON.stringify(await world.karmada.get(workload));
  expect(pods).toContain(`"https://hub.example.com/progress/jobs/${id}"`);
  expect(pods).not.toContain(text('token'));

  await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'm' });
  await world.until(id, (each) => each === undefined);
  await eventually(
    () => world.karmada.get(reference),
    (each) => each === undefined,
  );
});

test('a job runs untold where Karmada does not take its token', async () => {
  const world = await setUp();
  world.simulated.faults.add({ kind: 'status', code: 403, where: 'karmada', matching: '/secrets/' });
  world.dispatch({
    manifests: { ...MANIFESTS, progress: PROGRESS },
    reportSecret: (job, owner) => reportSecret(job, PROGRESS, owner),
  });
  const { id } = await world.submit();
  expect(await world.until(id, (each) => each?.reason === 'Scheduled' || each?.status === 'Failed')).toMatchObject({
    reason: 'Scheduled',
  });
});

const WORKLOADS = {
  ray: { apiVersion: 'ray.io/v1', kind: 'RayJob' },
  job: { apiVersion: 'batch/v1', kind: 'Job' },
} as const;
