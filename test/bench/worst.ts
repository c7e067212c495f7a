import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Agent, Pool, request } from 'undici';
import { MAX_REQUEST_BYTES } from '../../service/jobs/request.ts';
import { startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { fillWithJobs } from './api/fill.ts';
import { benchCommand, count } from './options.ts';

const command = benchCommand(
  'worst',
  `The worst request of each route, and how long GET /health takes meanwhile: what one caller can put on all. First each route
alone, then all of them together.`,
)
  .option('--seconds <n>', 'length of each measurement', count, 3)
  .option('--callers <n>', 'who send the worst requests of all routes together', count, 20);

interface Flags {
  readonly seconds: number;
  readonly callers: number;
  readonly json?: boolean;
}

interface Attack {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** Nobody listens on the discard port. */
const KARMADA_AWAY = `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
  clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9', insecure-skip-tls-verify: true}}], users: [{name: u, user: {}}]}`;

export async function run(args: string[]): Promise<void> {
  const { seconds, callers, json } = command.parse(args, { from: 'user' }).opts<Flags>();
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-bench-worst-'));
  const postgres = await startPostgres({ directory, log: () => undefined });
  let child: ChildProcess | undefined;
  try {
    const store = createStore({
      connection: parseConnection(postgres.url),
      poolSize: 2,
      log: { info() {}, warn() {} },
    });
    await store.migrate();
    await store.close();
    await fillWithJobs(postgres.url, 2000);
    const largest = await fillWithLarge(postgres.url);
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, KARMADA_AWAY);
    const env = { ...process.env, DATABASE: postgres.url, KUBECONFIG: kubeconfig };
    child = fork(join(import.meta.dirname, 'api/service.ts'), { execArgv: ['--import', 'tsx'], env });
    const [port] = await once(child, 'message');
    const origin = `http://127.0.0.1:${port}`;
    const attacks = attacksOn(largest);
    const figures: Record<string, Figure> = {
      '(nothing)': await meanwhile(origin, seconds, async (until) => sleep(until - performance.now())),
    };
    const pool = new Pool(origin, { connections: callers });
    const send = async ({ method, path, body }: Attack) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) });
      await answer.body.dump({ limit: 64 * 1024 * 1024 });
    };
    for (const [name, attack] of Object.entries(attacks)) {
      figures[name] = await meanwhile(origin, seconds, async (until) => {
        while (performance.now() < until) await send(attack);
      });
    }
    const all = Object.values(attacks);
    figures[`all, ${callers} callers`] = await meanwhile(origin, seconds, async (until) => {
      await Promise.all(
        Array.from({ length: callers }, async (_, caller) => {
          for (let next = caller; performance.now() < until; next++) {
            const attack = all[next % all.length];
            if (attack) await send(attack);
          }
        }),
      );
    });
    await pool.close();
    if (!json) print(figures);
    console.log(JSON.stringify({ seconds, callers, figures }));
  } finally {
    child?.kill('SIGKILL');
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Milliseconds that GET /health took. */
interface Figure {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly asked: number;
}

async function meanwhile(origin: string, seconds: number, act: (until: number) => Promise<void>): Promise<Figure> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  const dispatcher = new Agent({ connections: 1 });
  const asking = (async () => {
    while (performance.now() < until) {
      const asked = performance.now();
      await (await request(`${origin}/health`, { dispatcher })).body.dump();
      times.push(performance.now() - asked);
      await sleep(5);
    }
  })();
  await Promise.all([asking, act(until)]);
  await dispatcher.close();
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), longest: at(1), asked: times.length };
}

function attacksOn(largest: string): Record<string, Attack> {
  const post = (fields: object): Attack => ({
    method: 'POST',
    path: '/api/v1/jobs',
    body: JSON.stringify({ jobName: 'worst', algorithm: { algorithmName: 'xgboost' }, ...fields }),
  });
  const get = (path: string): Attack => ({ method: 'GET', path });
  const names = (many: number, name = (index: number) => `n${index}`, value: unknown = 1) =>
    Object.fromEntries(Array.from({ length: many }, (_, index) => [name(index), value]));
  const columns = Array.from({ length: 4096 }, () => ',');
  return {
    'POST /jobs, 70,000 names': post({ customHyperparameters: names(70_000) }),
    'POST /jobs, names up to the limit': post({ customHyperparameters: names(Math.floor(MAX_REQUEST_BYTES / 11)) }),
    'POST /jobs, 1,000 misspelt': post({ hyperparameters: { xgboost: names(1000, (index) => `max_dept${index}`) } }),
    'POST /jobs, wrong columns': post({
      inputDataConfig: Array.from({ length: 6 }, () => ({ channelName: 'train', csvColumns: columns })),
    }),
    'POST /jobs, largest': post({ customHyperparameters: names(30, undefined, 'x'.repeat(4000)) }),
    'GET /jobs, 1,000 whole': get('/api/v1/jobs?limit=1000'),
    'GET /jobs, 1,000 listed': get('/api/v1/jobs?limit=1000&view=list'),
    'GET /jobs, large ones': get('/api/v1/jobs?limit=1000&namespace=large'),
    'GET /jobs, by text': get('/api/v1/jobs?limit=1000&q=zz'),
    'GET /jobs/{id}': get(`/api/v1/jobs/${largest}`),
    'GET /jobs/{id}/manifest': get(`/api/v1/jobs/${largest}/manifest`),
    'GET /jobs/{id}/logs': get(`/api/v1/jobs/${largest}/logs`),
    'GET /jobs/{id}/events': get(`/api/v1/jobs/${largest}/events`),
    'GET /summary': get('/api/v1/summary'),
    'GET /algorithms': get('/api/v1/algorithms'),
    'GET /openapi.json': get('/openapi.json'),
    'GET /metrics': get('/metrics'),
  };
}

/** 120 finished jobs with as many parameters as one can be told; the first has a long history and a megabyte of short lines. */
async function fillWithLarge(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query('select request from job limit 1');
  const parameters = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`P${index}`, 'x'.repeat(4000)]));
  await client.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name,
                      dispatched_at, finished_at, logs_kept_at)
     select 'large-' || n, 'large', 'large', 'xgboost', 500, 'RayJob', $1, 'Succeeded', 'JobSucceeded', '', 'large-' || n,
            now(), now(), now()
       from generate_series(1, 120) n`,
    [JSON.stringify({ ...rows[0]?.request, customHyperparameters: parameters })],
  );
  await client.query(
    `insert into event (job_id, namespace, status, previous, reason, message)
     select 'large-1', 'large', 'Pending', 'Pending', 'Suspending', repeat('x', 200) from generate_series(1, 10000)`,
  );
  await client.query(
    `insert into job_log (job_id, cluster, pod, container, text, dropped_bytes)
     select 'large-1', 'member1', 'pod', 'main', repeat(E'x\\n', 500000), 0`,
  );
  await client.end();
  return 'large-1';
}

function print(figures: Record<string, Figure>): void {
  console.log('GET /health meanwhile:'.padEnd(40), '    p50     p99  longest');
  for (const [name, { p50, p99, longest }] of Object.entries(figures)) {
    console.log(name.padEnd(40), ...[p50, p99, longest].map((each) => each.toFixed(1).padStart(7)));
  }
  console.log('at most 100 ms at p99');
}
