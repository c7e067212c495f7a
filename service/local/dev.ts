import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import pretty from 'pino-pretty';
import { createServer } from 'vite';
import { requireFreePort } from '../api/server.ts';
import { DEFAULT_PORT, ENV } from '../contract.ts';
import { createLog } from '../log.ts';
import { runUntilSignal } from '../process.ts';
import { type Backing, startBacking } from './backing.ts';

// npm run dev: the service starts again on every change of its sources, the page reloads by itself. Database and simulated
// clusters run through it, so jobs go on. PORT and PAGE_PORT move the two addresses.

const HOST = '127.0.0.1';
const PORT = Number(process.env[ENV.port] ?? DEFAULT_PORT);
const PAGE_PORT = Number(process.env.PAGE_PORT ?? 5173);
const WEB = fileURLToPath(new URL('../web', import.meta.url));

const forPeople = () =>
  pretty({ ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true });
const log = createLog('info', forPeople());
await runUntilSignal(startDevelopment, log);

async function startDevelopment(): Promise<{ stop(): Promise<void> }> {
  await requireFreePort(HOST, PORT);
  const backing = await startBacking(log, PORT, undefined);
  try {
    const service = startReloadingService(backing);
    const page = await startPage(log);
    log.info(`The page with hot reload: http://localhost:${PAGE_PORT}   The API: http://localhost:${PORT}`);
    return {
      async stop() {
        await page.close();
        await service.stop();
        await backing.stop();
      },
    };
  } catch (error) {
    await backing.stop();
    throw error;
  }
}

/** `tsx watch` over the very program that runs in a cluster. */
function startReloadingService({ databaseUrl, karmadaKubeconfig }: Backing): { stop(): Promise<void> } {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const sql = fileURLToPath(new URL('../store/sql/*.sql', import.meta.url));
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [tsx, 'watch', '--clear-screen=false', '--include', sql, main], {
    env: {
      [ENV.rateLimitPerMinute]: '60000',
      ...process.env,
      [ENV.host]: HOST,
      [ENV.port]: String(PORT),
      [ENV.databaseUrl]: databaseUrl,
      [ENV.karmadaKubeconfig]: karmadaKubeconfig,
      [ENV.mgmtKubeconfig]: karmadaKubeconfig,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C reaches us alone, and the service is told once to end, before its database is.
    detached: true,
  });
  child.stdout.pipe(forPeople());
  const ended = once(child, 'exit');
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function startPage(log: Logger) {
  process.env.API_URL = `http://${HOST}:${PORT}`;
  const page = await createServer({
    root: WEB,
    configFile: `${WEB}/vite.config.ts`,
    server: { host: HOST, port: PAGE_PORT, strictPort: true },
    clearScreen: false,
    logLevel: 'warn',
  });
  await page.listen().catch(async (error: Error) => {
    await page.close();
    log.error(`The page cannot listen on port ${PAGE_PORT}; PAGE_PORT names another`);
    throw error;
  });
  return page;
}
