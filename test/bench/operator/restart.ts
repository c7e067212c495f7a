import { startCluster } from '../../service/operator/cluster.ts';
import { type Program, peakMiB, ready, start } from './programs.ts';
import { addRunningJob } from './settled.ts';

/** A restart with so many jobs and nothing to do. */
export async function restart(folder: string, program: Program, jobs: number) {
  const cluster = await startCluster({ historySize: 100_000 });
  try {
    for (let index = 0; index < jobs; index += 1) addRunningJob(cluster.registry, `job-${index}`);
    const before = cluster.registry.store.version();
    const begun = performance.now();
    const running = await start(folder, program, cluster);
    await ready(running, program, jobs);
    const seconds = (performance.now() - begun) / 1000;
    const result = {
      title: program.title,
      seconds,
      writes: cluster.registry.store.version() - before,
      peakMiB: peakMiB(running.child),
    };
    await running.stop();
    return result;
  } finally {
    await cluster.close();
  }
}
