import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENV } from '../../service/contract.ts';
import { freePort } from '../../service/local/free-port.ts';
import { PATIENCE_MS } from '../patience.ts';
import { program } from '../program.ts';

/** The service as it runs in production: a process of its own, told everything by its environment. */
export interface ServiceProcess {
  readonly url: string;
  /** What it has printed. */
  log(): string;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export async function startServiceProcess(settings: {
  databaseUrl: string;
  kubeconfig: string;
  /** Another build of it, such as the bundle of the image. */
  program?: string;
  environment?: Readonly<Record<string, string>>;
}): Promise<ServiceProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [settings.program ?? (await program('service/main.ts'))], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      [ENV.databaseUrl]: settings.databaseUrl,
      [ENV.karmadaKubeconfig]: settings.kubeconfig,
      [ENV.mgmtKubeconfig]: settings.kubeconfig,
      [ENV.host]: '127.0.0.1',
      [ENV.port]: String(port),
      [ENV.databasePoolSize]: '5',
      [ENV.rateLimitPerMinute]: '100000',
      ...settings.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, child, () => printed);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    url,
    log: () => printed,
    async stop() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function ready(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`The service is not ready (exit code ${child.exitCode}). It printed:\n${printed()}`);
}
