import { setTimeout as sleep } from 'node:timers/promises';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { startCluster, TRAINING_JOB } from '../../service/operator/cluster.ts';
import { quantile } from '../monitor/figures.ts';
import { type Program, ready, start, until } from './programs.ts';
import { addRunningJob, draftOf } from './settled.ts';

/** New jobs at a rate, until their Job is there. */
export async function creation(
  folder: string,
  program: Program,
  { created, perSecond }: { readonly created: number; readonly perSecond: number },
) {
  const cluster = await startCluster({ historySize: 100_000 });
  try {
    const running = await start(folder, program, cluster);
    addRunningJob(cluster.registry, 'first');
    await ready(running, program, 1);
    const begun = new Map<string, number>();
    const latencies: number[] = [];
    cluster.registry.store.onChange(({ type, resource, object }) => {
      const since = begun.get(object.metadata.name.replace(/-training$/, ''));
      if (type === 'ADDED' && resource === JOB && since !== undefined) latencies.push(performance.now() - since);
    });
    const requests = cluster.requests.length;
    const start0 = performance.now();
    for (let index = 0; index < created; index += 1) {
      await sleep(Math.max(0, start0 + (index * 1000) / perSecond - performance.now()));
      begun.set(`new-${index}`, performance.now());
      cluster.registry.create(TRAINING_JOB, draftOf(`new-${index}`), { manager: 'kubectl' });
    }
    await until(async () => latencies.length >= created, 'each new job has its Job');
    const requestsPerJob = writesIn(cluster.requests.slice(requests)) / created;
    await running.stop();
    const [p50 = null, p99 = null, max = null] = [0.5, 0.99, 1].map((part) => quantile(latencies, part));
    return { title: program.title, p50, p99, max, requestsPerJob };
  } finally {
    await cluster.close();
  }
}

const writesIn = (titles: readonly string[]): number => titles.filter((title) => !/^(GET|WATCH)/.test(title)).length;
