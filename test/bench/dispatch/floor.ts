import pLimit from 'p-limit';
import type { JobSpec } from '../../../service/jobs/manifests/index.ts';
import { objectsOf } from '../../../service/jobs/manifests/index.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import type { ObjectReference } from '../../../service/kube/kube.ts';
import { MANIFESTS } from './jobs.ts';

// The least that could do it: the same objects sent by as many as the dispatcher has at work, and the same watches. No database, no
// queue, no choice of a cluster, no second look.

export interface Floor {
  readonly seconds: number;
  readonly ms: readonly number[];
}

/** From the first request until the last job is placed. */
export async function placeAll(
  karmada: Karmada,
  jobs: readonly JobSpec[],
  clusters: readonly string[],
  atOnce: number,
) {
  const waiting = new Map<string, () => void>();
  const overview = karmada.overview({
    onChange: (name) => waiting.get(name)?.(),
    onTrouble: (error) => console.error(error),
  });
  await makeShared(karmada, jobs[0], clusters);
  const limit = pLimit(atOnce);
  const ms: number[] = [];
  const start = performance.now();
  const placed = jobs.map(async (job, index) => {
    const first = clusters[index % clusters.length] ?? '';
    const [, , volume, workload] = objectsOf(job, MANIFESTS, [first]);
    if (!volume || !workload) throw new Error('A job has four objects');
    const isPlaced = new Promise<void>((resolve) => {
      waiting.set(workload.metadata.name, () => {
        if ((overview.binding(referenceTo(workload))?.placement.clusters.length ?? 0) > 0) resolve();
      });
    });
    await limit(async () => {
      await karmada.create(volume);
      await karmada.create(workload);
    });
    waiting.get(workload.metadata.name)?.();
    await isPlaced;
    ms.push(performance.now() - start);
  });
  await Promise.all(placed);
  const seconds = (performance.now() - start) / 1000;
  await overview.stop();
  return { seconds, ms } satisfies Floor;
}

/** The namespace, and a policy for each cluster that may be the first choice. */
async function makeShared(karmada: Karmada, job: JobSpec | undefined, clusters: readonly string[]): Promise<void> {
  if (!job) return;
  for (const cluster of clusters) {
    for (const object of objectsOf(job, MANIFESTS, [cluster]).slice(0, 2))
      if (!(await karmada.get(referenceTo(object)))) await karmada.create(object);
  }
}

const referenceTo = ({ apiVersion, kind, metadata }: Parameters<Karmada['create']>[0]): ObjectReference => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? null,
  name: metadata.name,
});
