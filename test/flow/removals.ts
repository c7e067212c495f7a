import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createLeftovers } from '../../service/dispatch/leftovers.ts';
import { createKarmada } from '../../service/karmada/client.ts';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import type { JobAnswer } from './client.ts';
import { eventually, type PlacedJob, type World } from './world.ts';

/** What flows begin with. */
interface Flows {
  world(): World;
  submit(more?: Record<string, unknown>): Promise<JobAnswer>;
  /** Until its cluster has told that it runs. */
  runs(job: JobAnswer): Promise<PlacedJob>;
  /** Until its cluster has told that it has succeeded. */
  succeeds(job: JobAnswer, placed: PlacedJob): Promise<void>;
}

/** What goes by itself when its time has come. */
export function describeRemovals({ runs, submit, succeeds, world }: Flows): void {
  it('keeps its volume for some days after its end and loses it with a word; one that asks for it keeps it', async () => {
    const { base, client, database, gone, pathsOf, remains } = world();
    const [job, keeper] = await Promise.all([submit(), submit({ keepVolume: true })]);
    const ended = async (each: JobAnswer) => {
      const placed = await runs(each);
      const api = base.members.get(placed.cluster);
      const isThere = async () => (await api?.get(pathsOf(each).volume))?.status === 200 || undefined;
      await eventually(base, 'the volume in its cluster', isThere);
      await succeeds(each, placed);
      await gone(placed.path);
      return placed;
    };
    const [, { cluster }] = await Promise.all([ended(job), ended(keeper)]);
    await database.query(`update volume_retention set began_at = now() - interval '9 days'`);
    for (const { id } of [job, keeper]) await endedLongAgo(id);
    await gone(pathsOf(job).volume);
    await eventually(base, 'all of it to go', async () => (await remains(job)).length === 0 || undefined);
    expect((await client.events(job.id)).map(({ reason }) => reason)).toContain('VolumeRemoved');
    expect(await client.job(job.id)).toMatchObject({ status: 'Succeeded' });
    expect((await remains(keeper)).sort()).toEqual([
      `control plane: ${pathsOf(keeper).volume}`,
      `${cluster}: ${pathsOf(keeper).volume}`,
    ]);
  });

  /** It is looked at again, also if a round for it is under way. */
  async function endedLongAgo(id: string): Promise<void> {
    const { database } = world();
    for (const column of ['finished_at', 'updated_at'])
      await database.query(`update job set ${column} = ${column} - interval '8 days' where id = $1`, [id]);
    await database.query(
      `update dispatch set again = token is not null, due_at = case when token is null then now() else due_at end
        where job_id = $1`,
      [id],
    );
  }

  it('takes its policies along when it is the last, and the namespace that was made for it', async ({
    onTestFinished,
  }) => {
    const { base, client, pathsOf, remains } = world();
    const job = await submit();
    const { namespace } = job;
    await runs(job);
    const policies = async () =>
      (await base.control.get(`${pathsOf(job).policies[0]?.replace(/\/[^/]+$/, '')}`)).body.items ?? [];
    const { sweep, stop } = await sweeper(namespace);
    onTestFinished(stop);
    await sweep();
    await sweep();
    expect(await policies()).toHaveLength(1);

    await client.send('DELETE', `/api/v1/jobs/${job.id}`);
    await client.until(job.id, (now) => now === undefined);
    expect(await remains(job)).toEqual([]);
    await eventually(base, 'its policies to go', async () => {
      await sweep();
      return (await policies()).length === 0 || undefined;
    });
    await eventually(base, `namespace ${namespace} to go`, async () => {
      await sweep();
      const everywhere = [base.control, ...base.members.values()];
      const answers = await Promise.all(everywhere.map((api) => api.get(`/api/v1/namespaces/${namespace}`)));
      // A member without a controller of namespaces never gets further.
      const isGoing = answers.every(({ body, status }) => status === 404 || body.metadata.deletionTimestamp);
      return isGoing || undefined;
    });
  });

  /** The service's own, which waits for ten minutes; of nothing but this namespace, since others may use the same Karmada. */
  async function sweeper(only: string) {
    const { base, database } = world();
    const karmada = createKarmada(await loadKubeconfig(base.kubeconfig));
    const overview = karmada.overview({ onChange: () => undefined, onTrouble: () => undefined });
    const { dispatch } = database.store();
    const clock = { ms: 0 };
    const leftovers = createLeftovers({
      karmada: {
        ...karmada,
        ownNamespaces: async (options) => (await karmada.ownNamespaces(options)).filter(({ name }) => name === only),
      },
      log: pino({ level: 'silent' }),
      removeNamespaces: true,
      namespacesWithoutJobs: dispatch.namespacesWithoutJobs,
      onRemoved: () => undefined,
      unusedMs: 1_000,
      now: () => clock.ms,
    });
    const ofNamespace = {
      ...overview,
      unusedPolicies: () => overview.unusedPolicies().filter(({ namespace }) => namespace === only),
    };
    return {
      async sweep() {
        await eventually(base, 'the watches', async () => overview.isComplete || undefined);
        await leftovers.sweep({ ...ofNamespace, isComplete: true }, new AbortController().signal);
        clock.ms += 1_000;
      },
      async stop() {
        await overview.stop();
        await karmada.close();
      },
    };
  }
}
