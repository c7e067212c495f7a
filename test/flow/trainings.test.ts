import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemberOperator, startTrainingOperators } from '../../service/local/training-operators.ts';
import { simulatedBase } from './base.ts';
import type { JobAnswer } from './client.ts';
import { startWorld, type World } from './world.ts';

// TrainingJobs from the hub to their end, with the operator as it is in each member, workers that report to it, and nobody's help.

let world: World;
let operators: MemberOperator[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainings-'));
  const base = await simulatedBase({ speed: 20 });
  const members = base.simulated?.members.values() ?? [];
  operators = await startTrainingOperators(members, { folder, log: pino({ level: 'silent' }) });
  // What has ended stays, pods and all: a training may be over before a busy machine has looked at it.
  world = await startWorld(base, { FINISHED_RETENTION: '1h' });
});
afterAll(async () => {
  await world?.close();
  for (const each of operators) await each.stop();
  await rm(folder, { recursive: true });
});

const submit = (jobName: string, more: Record<string, unknown> = {}) =>
  world.client.submit({
    jobName,
    namespace: world.newNamespace(),
    runtime: 'trainingjob',
    algorithm: { source: 'container', algorithmName: 'bert', imageUri: 'busybox:1.37' },
    hyperparameters: { bert: { epochs: 10 } },
    ...more,
  });
const until = (id: string, holds: (job: JobAnswer) => boolean) =>
  world.client.until(id, (job) => job !== undefined && holds(job));
const ends = (id: string) => until(id, ({ status }) => status === 'Succeeded' || status === 'Failed');

describe.concurrent('a training', () => {
  it('tells how far it is until it is complete, with its pods and its output', async () => {
    const { id } = await submit('sleep-60', { resources: { instanceCount: 2 } });
    await until(id, ({ progress }) => (progress?.percent ?? 0) > 0);
    const { clusters } = (await world.client.send('GET', `/api/v1/jobs/${id}/pods`)).body;
    expect(clusters[0].pods).toHaveLength(2);
    expect(clusters[0].pods[0]).toMatchObject({ role: 'worker', name: expect.stringContaining('-training-') });
    const output = await (await fetch(`${world.client.url}/api/v1/jobs/${id}/logs?follow=true`)).text();
    expect(output).toContain('epoch');
    expect(await ends(id)).toMatchObject({ status: 'Succeeded' });
    // Within the second in which the newest is written.
    expect(await until(id, ({ progress }) => progress?.percent === 100)).toMatchObject({
      progress: { source: 'trainingjob', workers: { ready: 2, of: 2 } },
    });
    const reasons = (await world.client.events(id)).map(({ reason }) => reason);
    // Its history has its states, and no percents.
    expect(reasons.length).toBeLessThan(10);
  });

  it('that fails is restarted as often as was said, and says why it failed', async () => {
    const job = await submit('fail', { training: { backoffLimit: 1 } });
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'BackoffLimitExceeded' });
    expect((await ends(job.id))?.message).toMatch(/^Failed 2 times, the last time: /);
  });

  it('is suspended, which takes its pods, and resumed', async () => {
    const { id } = await submit('forever');
    await until(id, ({ status }) => status === 'Running');
    expect((await world.client.send('POST', `/api/v1/jobs/${id}/suspend`)).status).toBe(202);
    await until(id, ({ reason }) => reason === 'Suspended');
    expect((await world.client.send('GET', `/api/v1/jobs/${id}/pods`)).body.clusters[0].pods).toEqual([]);
    expect((await world.client.send('POST', `/api/v1/jobs/${id}/resume`)).status).toBe(202);
    await until(id, ({ status }) => status === 'Running');
    expect((await world.client.send('GET', `/api/v1/jobs/${id}/pods`)).body.clusters[0].pods).toHaveLength(1);
  });

  it('is cancelled, and nothing of it is left in any cluster', async () => {
    const job = await submit('forever');
    await until(job.id, ({ status }) => status === 'Running');
    expect((await world.client.send('POST', `/api/v1/jobs/${job.id}/cancel`)).status).toBe(202);
    expect(await ends(job.id)).toMatchObject({ status: 'Failed', reason: 'Cancelled' });
    expect(await world.remains(job)).toEqual([]);
  });
});
