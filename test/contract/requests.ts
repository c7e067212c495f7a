import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../service/contract.ts';
import type { Base } from '../flow/base.ts';
import type { JobAnswer } from '../flow/client.ts';
import { eventually, startWorld, type World } from '../flow/world.ts';

const JOBS = 30;
const HELD = 'example.com/held';
/** From the request until its cluster is known, and from DELETE until nothing is left, on the control plane and in members. */
const MAX_TO_PLACE = 5;
const MAX_TO_REMOVE = 6;
/** Karmada may not follow our first choice in every case. */
const MAX_UNEVEN = 2;

/** What jobs cost Karmada, as the service itself counts it. */
export function describeRequests(startBase: () => Promise<Base>): void {
  describe('the requests of jobs', () => {
    let world: World;
    beforeAll(async () => {
      // What the monitor asks is the same however many jobs there are: it is not counted here.
      world = await startWorld(await startBase(), { MONITOR_INTERVAL: '10m' });
    });
    afterAll(() => world?.close());

    const placed = async (job: JobAnswer): Promise<string> =>
      (await world.client.until(job.id, (now) => now?.clusters.length === 1))?.clusters[0] ?? '';
    const remove = async ({ id }: JobAnswer) => {
      await world.client.send('DELETE', `/api/v1/jobs/${id}`);
      await world.client.until(id, (now) => now === undefined);
    };

    it.for([
      ['its cluster', (cluster: string) => world.base.members.get(cluster)],
      ['Karmada', () => world.base.control],
    ] as const)(
      'are ever rarer for one whose removal somebody holds up in %s, and it goes when it is let go',
      async ([_where, api], { onTestFinished }) => {
        const { base, database } = world;
        const job = await world.submit();
        const { cluster, path } = await world.placed(job);
        await placed(job);
        const holder = api(cluster);
        const hold = async (isHeld: boolean) => {
          const metadata = (await holder?.get(path))?.body.metadata;
          const others = (metadata?.finalizers ?? []).filter((name: string) => name !== HELD);
          return holder?.patch(path, { metadata: { finalizers: [...others, ...(isHeld ? [HELD] : [])] } });
        };
        expect((await hold(true))?.status).toBe(200);
        // It would never go.
        onTestFinished(async () => void (await hold(false)));
        const before = await requestsOf(world);
        await world.client.send('DELETE', `/api/v1/jobs/${job.id}`);
        const looks = await eventually(base, 'a pause of five seconds', async () => {
          const [row] = await database.query<{ attempts: number; seconds: number }>(
            `select attempts, extract(epoch from due_at - now())::float8 as seconds from dispatch
            where job_id = $1 and token is null`,
            [job.id],
          );
          return row && row.attempts > 1 && row.seconds > 5 ? row.attempts : undefined;
        });
        const requests = (await requestsOf(world)) - before;
        console.log(`${requests} requests for ${looks} looks in vain`);
        expect(requests).toBeLessThanOrEqual(MAX_TO_REMOVE + 2 * looks);
        expect(await world.client.job(job.id)).toMatchObject({ reason: 'Deleting' });
        expect((await hold(false))?.status).toBe(200);
        await world.client.until(job.id, (now) => now === undefined);
        expect(await world.remains(job)).toEqual([]);
      },
    );

    it('are a handful for each of thirty on its way and on its way out, which spread over equal clusters', async () => {
      const { base } = world;
      const namespace = world.newNamespace();
      // What all share: the watches, the namespace, the policy of each first choice.
      await Promise.all([...base.members.keys()].map(() => world.submit({ namespace }).then(placed)));

      const before = await requestsOf(world);
      const jobs = await Promise.all(Array.from({ length: JOBS }, () => world.submit({ namespace })));
      const clusters = await Promise.all(jobs.map(placed));
      const toPlace = ((await requestsOf(world)) - before) / JOBS;
      await Promise.all(jobs.map((job) => world.placed(job)));

      const beforeRemoval = await requestsOf(world);
      await Promise.all(jobs.map(remove));
      const toRemove = ((await requestsOf(world)) - beforeRemoval) / JOBS;
      const each = [...base.members.keys()].map((name) => clusters.filter((cluster) => cluster === name).length);
      console.log(`requests a job: ${toPlace} to be placed, ${toRemove} to be gone; jobs in each cluster: ${each}`);

      expect(toPlace).toBeLessThanOrEqual(MAX_TO_PLACE);
      expect(toRemove).toBeLessThanOrEqual(MAX_TO_REMOVE);
      // The simulated ones differ in size.
      if (!base.simulated) expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(MAX_UNEVEN);
      for (const job of jobs) expect(await world.remains(job)).toEqual([]);
    });
  });
}

/** To the control plane and, through it, to the members. */
async function requestsOf({ client }: World): Promise<number> {
  const { body } = await client.send('GET', '/metrics');
  const counts = String(body)
    .split('\n')
    .filter((line) => line.startsWith(`${METRICS.karmadaRequests}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' '))));
  return counts.reduce((sum, count) => sum + count, 0);
}
