import { JOB } from '../../../service/local/kube/job-kind.ts';
import { LEASE, startCluster, TRAINING_JOB } from '../../service/operator/cluster.ts';
import { type Program, start, until } from './programs.ts';
import { addRunningJob, draftOf } from './settled.ts';

/** The leader of two is killed while jobs are being made: until the other one makes those that are new, and whether any was made twice. */
export async function failover(folder: string, program: Program, jobs: number) {
  const cluster = await startCluster({ historySize: 100_000 });
  const { registry } = cluster;
  const made = new Map<string, number>();
  registry.store.onChange(({ type, resource, object }) => {
    if (type === 'ADDED' && resource === JOB) made.set(object.metadata.name, (made.get(object.metadata.name) ?? 0) + 1);
  });
  const holder = (): string => {
    const lease = registry.store.get(LEASE, 'operator', 'trainingjob-controller');
    return String((lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? '').split('_')[0] ?? '';
  };
  const submit = (name: string) => registry.create(TRAINING_JOB, draftOf(name), { manager: 'kubectl' });
  try {
    for (let index = 0; index < jobs; index += 1) addRunningJob(registry, `job-${index}`);
    const leader = await start(folder, program, cluster, { LEADER_ELECTION: 'true', POD_NAME: 'one' });
    await until(async () => holder() === 'one', 'the first leads');
    const other = await start(folder, program, cluster, { LEADER_ELECTION: 'true', POD_NAME: 'two' });
    const renewals = registry.store.version();
    for (let index = 0; index < 20; index += 1) submit(`before-${index}`);
    // It dies in the middle of its work.
    await until(async () => made.has('before-9-training') || registry.store.version() > renewals + 60, 'some are made');
    const killedAt = performance.now();
    await leader.stop();
    for (let index = 0; index < 20; index += 1) submit(`after-${index}`);
    const wanted = ['before', 'after'].flatMap((when) =>
      Array.from({ length: 20 }, (_, index) => `${when}-${index}-training`),
    );
    await until(async () => wanted.every((name) => made.has(name)), 'all new jobs made by the other');
    const seconds = (performance.now() - killedAt) / 1000;
    await other.stop();
    return { seconds, madeTwice: [...made].filter(([, times]) => times > 1).length };
  } finally {
    await cluster.close();
  }
}
