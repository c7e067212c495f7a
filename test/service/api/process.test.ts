import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { type FaultProxy, startFaultProxy } from '../../fault-proxy.ts';
import { program } from '../../program.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { call, smallJob, temporaryFile, until } from './world.ts';

// The service as its image runs it: a process of its own, told by environment and signals.

let database: TestDatabase;
let karmada: SimulatedKarmada;
let proxy: FaultProxy;
let file: Awaited<ReturnType<typeof temporaryFile>>;
let environment: Record<string, string>;
let main: string;
beforeAll(async () => {
  main = await program('service/main.ts');
  database = await freshDatabase();
  proxy = await startFaultProxy({ port: database.port });
  karmada = await startSimulatedKarmada({ speed: 0, propagationDelayMs: 1 });
  file = await temporaryFile(karmada.kubeconfig);
  environment = {
    DATABASE_URL: database.url.replace(/:\d+\//, `:${proxy.port}/`),
    KARMADA_KUBECONFIG: file.path,
    MGMT_KUBECONFIG: file.path,
    PORT: '0',
  };
});
afterAll(async () => {
  await karmada.close();
  await proxy.close();
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
  const port = await until(
    async () => /"port":(\d+)/.exec(started.output())?.[1],
    `it listens: ${started.output()}`,
    30_000,
  );
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await call(`${url}/ready`)).status === 200, 'it is ready');
  return { ...started, url };
}

test('SIGTERM: what is in flight is answered and stored, streams end, nothing else is taken, exit 0', async () => {
  const service = await startListening();
  const stream = await fetch(`${service.url}/api/v1/events`);
  const streamEnds = stream.text();
  proxy.delay(200);
  const inFlight = call(`${service.url}/api/v1/jobs`, { body: smallJob({ jobName: 'in-flight' }) });
  await until(async () => proxy.connections > 0, 'the database is being asked');
  await new Promise((sent) => setTimeout(sent, 50));
  service.child.kill('SIGTERM');
  const answer = await inFlight;
  proxy.heal();
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
  proxy.delay(400);
  const inFlight = call(`${service.url}/api/v1/jobs`, { body: smallJob({ jobName: 'in-flight' }) });
  await new Promise((sent) => setTimeout(sent, 50));
  process.kill(-(service.child.pid ?? Number.NaN), 'SIGTERM');
  expect((await inFlight).status).toBe(201);
  proxy.heal();
  await service.exit;
  expect(service.output()).toContain('"msg":"Stopped"');
});

test('a second SIGTERM ends it at once', async () => {
  const service = await startListening();
  proxy.blackHole();
  const hanging = call(`${service.url}/api/v1/jobs`).catch(() => 'cut off');
  await new Promise((sent) => setTimeout(sent, 50));
  service.child.kill('SIGTERM');
  await until(async () => service.output().includes('SIGTERM: finishing'), 'it drains');
  const asked = performance.now();
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(1);
  expect(performance.now() - asked).toBeLessThan(2000);
  await hanging;
  proxy.cut();
  proxy.heal();
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
