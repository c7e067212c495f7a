import { Pool } from 'undici';

// The load generator: a process of its own, so that what it costs is not charged to whom it measures.

/** One measurement: that many callers, each sending its next request when the last is answered. */
export interface Load {
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** One is taken after another. */
  readonly paths: readonly string[];
  readonly body?: string;
  readonly callers: number;
  readonly seconds: number;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** Ids of what was created, for the reads that follow. */
  readonly ids: readonly string[];
}

const MAX_IDS = 2000;

async function measure({ origin, method, paths, body, callers, seconds }: Load): Promise<Measured> {
  const pool = new Pool(origin, { connections: callers, pipelining: 1 });
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const times: number[] = [];
  const ids: string[] = [];
  let failed = 0;
  let next = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const path = paths[next++ % paths.length] ?? '/';
        const asked = performance.now();
        const answer = await pool.request({ path, method, headers, ...(body !== undefined && { body }) });
        const text = await answer.body.text();
        times.push(performance.now() - asked);
        if (answer.statusCode >= 300) failed++;
        else if (method === 'POST' && ids.length < MAX_IDS) ids.push(JSON.parse(text).id);
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  await pool.close();
  times.sort((a, b) => a - b);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { perSecond: times.length / elapsed, p50: quantile(0.5), p99: quantile(0.99), failed, ids };
}

process.on('message', async (load: Load) => {
  process.send?.(await measure(load));
});
process.send?.(0);
