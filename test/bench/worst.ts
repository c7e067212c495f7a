import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, Pool, request } from 'undici';
import { startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { fillWithJobs } from './api/fill.ts';
import { benchCommand, count } from './options.ts';
import { type Attack, attacksOn, withoutAttack } from './worst/attacks.ts';
import { fillWithLarge } from './worst/fill.ts';

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
    const kubeconfig = join(directory, 'kubeconfig');
    const [, storage] = await start('worst/karmada.ts', { KUBECONFIG: kubeconfig, FOLDER: directory });
    await fillWithLarge(postgres.url, (storage as { endpoint: string }).endpoint);
    const [service, port] = await start('api/service.ts', {
      DATABASE: postgres.url,
      KUBECONFIG: kubeconfig,
      SETTINGS: JSON.stringify((storage as { settings: object }).settings),
    });
    const origin = `http://127.0.0.1:${port}`;
    const attacks = attacksOn('large-1', 'large-2');
    const missing = withoutAttack(attacks);
    if (missing.length > 0) throw new Error(`test/bench/worst/attacks.ts has no request for ${missing.join(', ')}`);
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
  let acting = true;
  const asking = (async () => {
    // A request that was sent in time may hold the service up for longer.
    while (acting) {
      const asked = performance.now();
      await (await request(`${origin}/health`, { dispatcher })).body.dump();
      times.push(performance.now() - asked);
      await sleep(5);
    }
  })();
  await act(until).finally(() => {
    acting = false;
  });
  await asking;
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

function print(figures: Record<string, Figure>, answers: Readonly<Record<string, number>>): void {
  console.log(''.padEnd(44), '   loop   GET /health meanwhile');
  console.log('milliseconds'.padEnd(44), '   held     p50     p99 longest');
  for (const [name, { held, p50, p99, longest }] of Object.entries(figures)) {
    const columns = [held, p50, p99, longest].map((each) => each.toFixed(1).padStart(7));
    console.log(name.padEnd(44), ...columns, ` ${answers[name] ?? ''}`);
  }
  console.log(`at most ${MAX_MS} ms held, and ${MAX_MS} ms at p99, beyond what (nothing) shows of the machine`);
}
