import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { program } from '../../program.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { call, smallJob, temporaryFile, until } from './world.ts';

// The service as its image runs it: a process of its own, told by environment and signals.

/** As in service/process.ts. */
const PARENT_WATCHED_EVERY_MS = 250;

let database: TestDatabase;
let karmada: SimulatedKarmada;
let file: Awaited<ReturnType<typeof temporaryFile>>;
let environment: Record<string, string>;
let main: string;
beforeAll(async () => {
  main = await program('service/main.ts');
  database = await freshDatabase();
  karmada = await startSimulatedKarmada({ speed: 0, propagationDelayMs: 1 });
  file = await temporaryFile(karmada.kubeconfig);
  environment = {
    DATABASE_URL: database.url,
    KARMADA_KUBECONFIG: file.path,
    MGMT_KUBECONFIG: file.path,
    PORT: '0',
  };
});
afterAll(async () => {
  await karmada.close();
  await database.drop();
  await file.remove();
});

interface Run {
  readonly child: ChildProcess;
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
}

function run(variables: Record<string, string>, args: string[] = []): Run {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watched(child);
}

/** As npm does: below a shell, which has something to do after it; all in a process group of their own. */
function runBelowShell(): Run {
  const child = spawn('sh', ['-c', '"$0" "$1"; exit', process.execPath, main], {
    env: { PATH: process.env.PATH ?? '', ...environment, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  return watched(child);
}

function watched(child: ChildProcess): Run {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  const exit = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, output: () => output, exit };
}

async function startListening(started = run(environment)): Promise<Run & { url: string }> {
  const port = await until(async () => /"port":(\d+)/.exec(started.output())?.[1], `it listens: ${started.output()}`);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await call(`${url}/ready`)).status === 200, 'it is ready');
  return { ...started, url };
}

/** A submission that waits in the database, until `goOn`. */
async function submissionInFlight(url: string) {
  await database.query('begin');
  await database.query('lock table job in share mode');
  const answer = call(`${url}/api/v1/jobs`, { body: smallJob({ jobName: 'in-flight' }) });
  answer.catch(() => undefined);
  await until(async () => {
    const waiting = await database.query("select from pg_locks where relation = 'job'::regclass and not granted");
    return waiting.length > 0;
  }, 'the insert waits');
  return { answer, goOn: () => database.query('commit') };
}

const drains = ({ output }: Run) => until(async () => output().includes('SIGTERM: finishing'), 'it drains');

test('a wrong password and a schema of a newer version are told at once, in a line', async () => {
  const wrong = new URL(database.url);
  wrong.password = 'wrong';
  const newer = await freshDatabase();
  await newer.query("insert into schema_migration (number, name, checksum) select 9999, '9999_tomorrow', ''");
  for (const [url, words] of [
    [wrong.href, /does not let us in: password authentication failed .*Check user and password/],
    [newer.url, /has migration 9999_tomorrow.*made by a newer version/],
  ] as const) {
    const service = run({ ...environment, DATABASE_URL: url });
    expect(await service.exit).toBe(1);
    const told = service
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.at(-1)).toMatchObject({ level: 'fatal', msg: expect.stringMatching(words) });
    expect(service.output()).not.toMatch(/does not answer|"stack"/);
  }
  await newer.drop();
});

test('SIGTERM: what is in flight is answered and stored, streams end, nothing else is taken, exit 0', async () => {
  const service = await startListening();
  const stream = await fetch(`${service.url}/api/v1/events`);
  const streamEnds = stream.text();
  const inFlight = await submissionInFlight(service.url);
  service.child.kill('SIGTERM');
  await drains(service);
  await inFlight.goOn();
  const answer = await inFlight.answer;
  expect(answer.status).toBe(201);
  expect(answer.headers.get('connection')).toBe('close');
  await streamEnds;
  expect(await service.exit).toBe(0);
  expect(await database.query('select id from job where id = $1', [answer.body.id])).toHaveLength(1);
  expect(service.output()).toContain('"msg":"Stopped"');
  await expect(fetch(`${service.url}/health`)).rejects.toThrow();
});

test('SIGTERM to npm, its shell and the service at once is no second SIGTERM', async () => {
  const service = await startListening(runBelowShell());
  const inFlight = await submissionInFlight(service.url);
  const shellEnds = once(service.child, 'exit');
  process.kill(-(service.child.pid ?? Number.NaN), 'SIGTERM');
  await Promise.all([drains(service), shellEnds]);
  // Longer than the service takes to see that its parent has gone; were it slower still, there would be less to see, not more.
  await sleep(2 * PARENT_WATCHED_EVERY_MS);
  await inFlight.goOn();
  expect((await inFlight.answer).status).toBe(201);
  await service.exit;
  expect(service.output()).toContain('"msg":"Stopped"');
});

test('a second SIGTERM ends it at once', async () => {
  const service = await startListening();
  const inFlight = await submissionInFlight(service.url);
  service.child.kill('SIGTERM');
  await drains(service);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(1);
  expect(service.output()).toContain('SIGTERM again: ending at once');
  await expect(inFlight.answer).rejects.toThrow();
  await inFlight.goOn();
});

test('mistakes in the settings: exit 1 with all of them, on one screen, without secrets', async () => {
  const { exit, output } = run({ DATABASE_URL: 'mysql://u:hunter2@h/d', PORT: 'x', HOST: '0.0.0.0' }, ['--wrong']);
  expect(await exit).toBe(1);
  for (const part of [
    '6 settings are missing or wrong',
    'DATABASE_URL',
    'KARMADA_KUBECONFIG',
    'MGMT_KUBECONFIG',
    'PORT=x',
    '--wrong',
    'AUTH=none',
  ]) {
    expect(output()).toContain(part);
  }
  expect(output()).not.toContain('hunter2');
});

test('a port in use is told with the way out', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { exit, output } = run(environment, [`--port=${port}`]);
  expect(await exit).toBe(1);
  expect(output()).toContain(`Port ${port} is in use`);
  expect(output()).toContain('--port=');
  other.close();
});

test('--help names every variable', async () => {
  const { ENV } = await import('../../../service/contract.ts');
  const { exit, output } = run({}, ['--help']);
  expect(await exit).toBe(0);
  for (const name of Object.values(ENV)) expect(output()).toContain(name);
});
