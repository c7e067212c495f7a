import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import pLimit from 'p-limit';
import { Agent } from 'undici';
import { clusterName } from './jobs.ts';

const unzip = promisify(gunzip);
const AT_ONCE = 32;
const TIMEOUT_MS = 15_000;

export interface Floor {
  /** Of each round. */
  readonly ms: number[];
  readonly cpuMs: number;
  readonly bytes: number;
}

/**
 * What a tick cannot be faster than in this language on this machine: all clusters' tables fetched with the same parallelism,
 * unzipped, parsed and compared with those of the round before, and nothing else. One figure per round, in milliseconds.
 */
export async function measureFloor(server: string, clusters: number, rounds: number): Promise<Floor> {
  const agent = new Agent({ connections: AT_ONCE, pipelining: 1 });
  const limit = pLimit(AT_ONCE);
  const known = new Map<string, string>();
  const times: number[] = [];
  let bytes = 0;
  let cpu = process.cpuUsage();

  async function one(cluster: string): Promise<void> {
    const path = `/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}/proxy/apis/ray.io/v1/rayjobs?includeObject=None&resourceVersion=0`;
    const answer = await agent.request({
      origin: server,
      path,
      method: 'GET',
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', 'accept-encoding': 'gzip' },
      headersTimeout: TIMEOUT_MS,
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    bytes += body.length;
    const table = JSON.parse((await unzip(body)).toString('utf8')) as { rows: { cells: (string | null)[] }[] };
    for (const { cells } of table.rows) {
      const name = cells[0] ?? '';
      const columns = `${cells[1] ?? ''}|${cells[2] ?? ''}|${cells[3] ?? ''}|${cells[4] ?? ''}|${cells[5] ?? ''}|`;
      if (known.get(name) !== columns) known.set(name, columns);
    }
  }

  // The first round opens connections and fills the map: not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: clusters }, (_, cluster) => limit(() => one(clusterName(cluster)))));
    if (round > 0) times.push(performance.now() - startedAt);
    else {
      bytes = 0;
      cpu = process.cpuUsage();
    }
    // As the monitor does: once a second, so that neither is warmer than the other.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - (performance.now() - startedAt))));
  }
  const { user, system } = process.cpuUsage(cpu);
  await agent.close();
  return { ms: times, cpuMs: (user + system) / 1_000 / rounds, bytes: bytes / rounds };
}
