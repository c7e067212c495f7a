import { expect, test } from 'vitest';
import { createClient } from '../../../service/client/index.ts';
import { SIMULATED_PROMETHEUS, startPrometheus } from '../../../service/local/prometheus.ts';
import { atEnd } from '../../concurrently.ts';
import { eventually } from '../../patience.ts';
import { smallJob, startWorld } from '../api/world.ts';

// From the pods of a job to what is told of their use, through the whole service: the simulated Prometheus of a member, the proxy, the store,
// the API.

test('what a job uses is told in all places, of idle GPUs most of all, and why it is not where there is no Prometheus', async () => {
  const world = await startWorld({
    speed: 20,
    environment: {
      UTILISATION_SERVICE: SIMULATED_PROMETHEUS,
      UTILISATION_INTERVAL: '1s',
      UTILISATION_IDLE_AFTER: '1s',
    },
  });
  atEnd(() => world.close());
  const prometheus = await startPrometheus(world.karmada.member('member2'));
  const client = createClient({ url: world.url });
  const submit = async (jobName: string, cluster: string, gpuCount = 0): Promise<string> => {
    const resources = { instanceCount: 2, instanceResources: { cpuCores: 2, memoryGiB: 4, gpuCount } };
    const body = smallJob({ jobName, namespace: 'team-a', targetClusters: [cluster], resources });
    return (await world.call('/api/v1/jobs', { body })).body.id;
  };
  const busy = await submit('busy-forever', 'member2', 2);
  const idle = await submit('idle-forever', 'member2', 1);
  const blind = await submit('blind-forever', 'member1');

  const used = await eventually(
    () => client.jobs.get(busy),
    ({ utilisation }) => (utilisation?.gpuPercent ?? 0) > 50,
  );
  expect(used.utilisation).toMatchObject({ gpus: 4, idleGpus: 0, at: expect.any(String) });
  expect(used.utilisation?.cpuPercent).toBeGreaterThan(10);
  expect(used.attention).toBeNull();

  // Whatever is seen once may be older than a slow machine's next look: each is waited for.
  const wasteful = await eventually(
    () => client.jobs.get(idle),
    ({ attention, utilisation }) => attention?.reason === 'IdleGpus' && utilisation?.idleGpus === 2,
  );
  expect(wasteful.attention?.message).toBe('2 of its 2 GPUs are busy for 5 % of the time at most');
  expect(wasteful.utilisation).toMatchObject({ gpus: 2, idleGpus: 2 });
  expect((await client.jobs.events(idle)).map(({ reason }) => reason)).toContain('IdleGpus');
  for (const query of ['attention=true', 'reason=IdleGpus', 'reason=IdleGpus,Lost&view=list']) {
    const found = await eventually(
      async () => (await world.call(`/api/v1/jobs?${query}`)).body,
      (jobs) => jobs[0]?.utilisation?.idleGpus === 2,
    );
    expect(found.map(({ id }: { id: string }) => id)).toEqual([idle]);
  }
  await eventually(
    async () => (await world.call('/api/v1/filters')).body.reason,
    (reasons) => reasons.some(({ value }: { value: string }) => value === 'IdleGpus'),
  );
  const [team] = await eventually(
    () => client.teams(),
    ([team]) => team?.gpusMeasured === 6,
  );
  expect(team).toMatchObject({ namespace: 'team-a', gpus: 6, idleGpus: 2, gpuPercent: expect.any(Number) });
  const known = await eventually(
    async () => (await world.call('/metrics')).text,
    (told) => told.includes('mlp_gpus_idle{namespace="team-a"} 2'),
  );
  expect(known).toContain('mlp_gpus_measured{namespace="team-a"} 6');

  const { clusters } = await eventually(
    () => client.clusters(),
    ({ clusters }) => clusters[0]?.utilisation != null,
  );
  expect(clusters.map(({ name, utilisation }) => [name, utilisation?.why])).toEqual([
    ['member1', 'It has no Service monitoring/prometheus:9090'],
    ['member2', null],
    ['member3', undefined],
  ]);
  expect(await client.jobs.get(blind)).toMatchObject({ status: 'Running', utilisation: null });
  expect(known).toContain('mlp_utilisation_known{cluster="member2"} 1');

  await world.call(`/api/v1/jobs/${busy}/cancel`, { method: 'POST' });
  await eventually(
    () => client.jobs.get(busy),
    ({ status, utilisation }) => status === 'Failed' && utilisation === null,
  );

  await prometheus.stop();
  await eventually(
    () => client.clusters(),
    ({ clusters }) => clusters[1]?.utilisation?.why === 'Nothing answers behind its Service monitoring/prometheus:9090',
  );
  // What was told last is told a while longer.
  expect((await client.jobs.get(idle)).utilisation).toMatchObject({ gpus: 2 });
}, 180_000);
