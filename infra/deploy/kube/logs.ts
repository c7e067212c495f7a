import { buffer } from 'node:stream/consumers';
import { KubeError } from '../../../service/kube/errors.ts';
import type { ContainerName, LogQuery } from '../../../service/kube/kube.ts';
import type { Cluster } from './cluster.ts';

/** What a container has said; nothing where it has not, or where it may not be read. */
export async function logLines(
  { kube, signal }: Cluster,
  container: ContainerName,
  query: LogQuery,
): Promise<string[]> {
  try {
    const text = (await buffer(await kube.logs(container, query, { signal }))).toString();
    return text.trim() === '' ? [] : text.trimEnd().split('\n');
  } catch (error) {
    if (error instanceof KubeError && error.status !== null) return [];
    throw error;
  }
}
