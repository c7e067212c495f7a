import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Agent, Pool, request } from 'undici';
import { startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { fillWithJobs } from './api/fill.ts';
import { benchCommand, count } from './options.ts';
import { type Attack, attacksOn, routeOf } from './worst/attacks.ts';

const command = benchCommand(
  'worst',
  `The worst requests of every route: for how long each holds the event loop at a stretch, and how long GET /health takes
meanwhile. First each alone, one after the other, then all of them together.`,
)
  .option('--seconds <n>', 'length of each measurement', count, 2)
  .option('--callers <n>', 'who send the worst requests of all routes together', count, 20)
  .option('--only <text>', 'the requests whose name has this in it');

interface Flags {
  readonly seconds: number;
  readonly callers: number;
  readonly only?: string;
  readonly json?: boolean;
}

/** What is promised: docs and README say it, and a request that takes more is to be mended. */
const MAX_MS = 100;

export async function run(args: string[]): Promise<void> {
  const { seconds, callers, only, json } = command.parse(args, { from: 'user' }).opts<Flags>();
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-bench-worst-'));
  const postgres = await startPostgres({ directory, log: () => undefined });
  const children: ChildProcess[] = [];
  const start = async (file: string, env: NodeJS.ProcessEnv): Promise<[ChildProcess, unknown]> => {
    const child = fork(join(import.meta.dirname, file), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...env },
    });
    children.push(child);
    const [said] = await once(child, 'message');
    return [child, said];
  };
  try {
    const store = createStore({
      connection: parseConnection(postgres.url),
      poolSize: 2,
      log: { info() {}, warn() {} },
    });
    await store.migrate();
    await store.close();
    await fillWithJobs(postgres.url, 2000);
    await fillWithLarge(postgres.url);
    const kubeconfig = join(directory, 'kubeconfig');
    await start('worst/karmada.ts', { KUBECONFIG: kubeconfig });
    const [service, port] = await start('api/service.ts', { DATABASE: postgres.url, KUBECONFIG: kubeconfig });
    const origin = `http://127.0.0.1:${port}`;
    const attacks = attacksOn('large-1', 'large-2');
    await requireEveryRoute(origin, attacks);
    const chosen = Object.entries(attacks).filter(([name]) => only === undefined || name.includes(only));

    const pool = new Pool(origin, { connections: callers });
    const answers: Record<string, number> = {};
    const send = async (name: string, attack: Attack) => {
      answers[name] = await sent(pool, attack);
    };
    const measure = (act: (until: number) => Promise<void>) => meanwhile(origin, service, seconds, act);
    const figures: Record<string, Figure> = {
      '(nothing)': await measure(async (until) => sleep(until - performance.now())),
    };
    // What has run once is compiled.
    for (const [name, attack] of chosen) await send(name, attack);
    for (const [name, attack] of chosen) {
      figures[name] = await measure(async (until) => {
        while (performance.now() < until) await send(name, attack);
      });
    }
    figures[`all, ${callers} callers`] = await measure(async (until) => {
      await Promise.all(
        Array.from({ length: callers }, async (_, caller) => {
          for (let next = caller; performance.now() < until; next++) {
            const [name, attack] = chosen[next % chosen.length] ?? [];
            if (name && attack) await send(name, attack);
          }
        }),
      );
    });
    await pool.close();
    if (!json) print(figures, answers);
    console.log(JSON.stringify({ seconds, callers, figures }));
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Sends it and reads the answer, of a stream its first bytes; returns the status. */
async function sent(pool: Pool, { method, path, body, headers = {}, take }: Attack): Promise<number> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await pool.request({
    method,
    path,
    headers: { ...headers, ...type },
    ...(body !== undefined && { body }),
  });
  if (take === undefined) {
    await answer.body.dump({ limit: 256 * 1024 * 1024 });
    return answer.statusCode;
  }
  let bytes = 0;
  for await (const part of answer.body) {
    bytes += part.length;
    if (bytes >= take) break;
  }
  return answer.statusCode;
}

/** A route that is added later is measured as well, or the bench says so. */
async function requireEveryRoute(origin: string, attacks: Readonly<Record<string, Attack>>): Promise<void> {
  const { body } = await request(`${origin}/openapi.json`);
  const { paths } = (await body.json()) as { paths: Record<string, Record<string, unknown>> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const attacked = new Set(Object.values(attacks).map((attack) => routeOf(attack, documented)));
  const missing = documented.filter((route) => !attacked.has(route));
  if (missing.length > 0) throw new Error(`test/bench/worst/attacks.ts has no request for ${missing.join(', ')}`);
}

/** Milliseconds: how long the event loop was held at a stretch at most, in processor time, and what GET /health took. */
interface Figure {
  readonly held: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly asked: number;
}

async function meanwhile(
  origin: string,
  service: ChildProcess,
  seconds: number,
  act: (until: number) => Promise<void>,
): Promise<Figure> {
  const times: number[] = [];
  await heldIn(service);
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
  return { held: await heldIn(service), p50: at(0.5), p99: at(0.99), longest: at(1), asked: times.length };
}

/** For how long its event loop was held at a stretch since this was asked last. */
async function heldIn(service: ChildProcess): Promise<number> {
  service.send('held?');
  const [milliseconds] = await once(service, 'message');
  return milliseconds;
}

/**
 * 120 finished jobs with as many parameters as one can be told; the first has a long history and a megabyte of short lines, the second
 * still has its pods, in member1.
 */
async function fillWithLarge(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query('select request from job limit 1');
  const parameters = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`P${index}`, 'x'.repeat(4000)]));
  await client.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                      dispatched_at, finished_at, logs_kept_at)
     select 'large-' || n, 'large', 'large', 'xgboost', 500, 'RayJob', $1, 'Succeeded', 'JobSucceeded', '', 'large-' || n, array['member1'],
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
}

function print(figures: Record<string, Figure>, answers: Readonly<Record<string, number>>): void {
  console.log(''.padEnd(44), '   loop   GET /health meanwhile');
  console.log('milliseconds'.padEnd(44), '   held     p50     p99 longest');
  for (const [name, { held, p50, p99, longest }] of Object.entries(figures)) {
    const columns = [held, p50, p99, longest].map((each) => each.toFixed(1).padStart(7));
    console.log(name.padEnd(44), ...columns, ` ${answers[name] ?? ''}`);
  }
  console.log(`at most ${MAX_MS} ms held, and ${MAX_MS} ms at p99, beyond what (nothing) shows of the machine`);
}
