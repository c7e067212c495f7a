import { expect, test } from 'vitest';
import { createCandidates } from '../../../service/dispatch/candidates.ts';
import type { Job } from '../../../service/jobs/job.ts';
import type { MemberCluster } from '../../../service/karmada/karmada.ts';
import { newJob } from '../some-jobs.ts';

const cluster = (name: string): MemberCluster => ({
  name,
  ready: true,
  reason: '',
  message: '',
  region: '',
  zone: '',
  kubernetesVersion: '',
  nodes: { total: 1, ready: 1 },
  allocatable: { cpu: '64', memory: '512Gi' },
  allocated: {},
});

test('a second after the monitor has lost a cluster no job is sent there, and Karmada is asked every five', async () => {
  const clock = { ms: 0 };
  const away = new Set<string>();
  let asked = 0;
  const candidates = createCandidates({
    karmada: {
      async clusters() {
        asked += 1;
        return ['member1', 'member2'].map(cluster);
      },
    },
    unreachable: async () => new Set(away),
    fenced: async () => new Set(),
    now: () => clock.ms,
  });
  const choose = async () => (await candidates.choose({ request: newJob().request } as Job)).place;
  expect(await choose()).toMatchObject({ first: ['member1'], without: [] });
  away.add('member1');
  clock.ms = 1_000;
  expect(await choose()).toMatchObject({ first: ['member2'], without: ['member1'] });
  away.clear();
  clock.ms = 5_000;
  expect(await choose()).toMatchObject({ first: ['member1'], without: [] });
  expect(asked).toBe(2);
});

test('what is taken is not counted on by another choice, until it is given back', async () => {
  const candidates = createCandidates({
    karmada: { clusters: async () => ['member1', 'member2'].map(cluster) },
    unreachable: async () => new Set(),
    fenced: async () => new Set(),
    now: () => 0,
  });
  const job = { request: newJob().request } as Job;
  const taken = await Promise.all([candidates.take(job), candidates.take(job), candidates.take(job)]);
  expect(taken.map(({ place }) => place?.first)).toEqual([['member1'], ['member2'], ['member1']]);
  taken[0]?.giveBack();
  taken[2]?.giveBack();
  expect((await candidates.choose(job)).place?.first).toEqual(['member1']);
});
