import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { parseConnection } from '../service/store/connection.ts';
import { createStore } from '../service/store/create-store.ts';
import { leftBehind } from './left-behind.ts';
import { collectTemporaryFiles } from './scratch.ts';
import { type OwnPostgres, startOwnPostgres } from './service/own-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a worker asks for the run's PostgreSQL. */
    postgresBroker: string;
    /** Folder for programs that are bundled once a run. */
    programs: string;
  }
}

/** What every fresh database is a copy of. */
export const TEMPLATE = 'migrated_template';

/**
 * One PostgreSQL for the whole run, started when the first test asks for it; runs without such tests do not pay.
 * TEST_DATABASE_URL names a server of one's own instead (its user must be allowed to create databases), such as another version.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporaryFiles = await collectTemporaryFiles();
  sparePrograms();
  project.provide('programs', temporaryFiles.folder);
  let server: Promise<{ url: string; dispose(): Promise<void> }> | undefined;
  const secret = randomBytes(16).toString('hex');
  const broker = createServer((request, response) => {
    // A connection that is kept may be closed here while a worker sends its next question.
    response.setHeader('connection', 'close');
    if (request.url !== `/${secret}`) {
      response.writeHead(404).end();
      return;
    }
    server ??= startWithTemplate();
    server.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const address = broker.address();
  if (typeof address !== 'object' || address === null) throw new Error('The broker has no port');
  project.provide('postgresBroker', `http://127.0.0.1:${address.port}/${secret}`);

  return async () => {
    broker.close();
    broker.closeAllConnections();
    await server?.then((started) => started.dispose());
    const left = await leftBehind(temporaryFiles.folder);
    await temporaryFiles.remove();
    if (left.length === 0) return;
    // An error of this function is told, and does not fail the run by itself.
    process.exitCode = 1;
    throw new Error(`The tests have left behind:\n  ${left.join('\n  ')}`);
  };
}

/**
 * helm and esbuild end before their garbage matters: without collecting it, 17 releases of a chart take 1.0 s of CPU in the place of
 * 1.5, and half a gigabyte at most. What goes on for longer collects at the limit.
 */
function sparePrograms(): void {
  process.env.GOGC ??= 'off';
  process.env.GOMEMLIMIT ??= '600MiB';
}

async function startWithTemplate(): Promise<{ url: string; dispose(): Promise<void> }> {
  const own = process.env.TEST_DATABASE_URL ? undefined : await startOwnPostgres();
  const url = own?.url ?? process.env.TEST_DATABASE_URL ?? '';
  await makeTemplate(url);
  return { url, dispose: () => disposeOf(own, url) };
}

async function makeTemplate(url: string): Promise<void> {
  await onServer(url, async (client) => {
    await client.query(`drop database if exists ${TEMPLATE}`);
    await client.query(`create database ${TEMPLATE}`);
  });
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  const log = { info: () => undefined, warn: () => undefined };
  const store = createStore({ connection: parseConnection(template.href), poolSize: 1, log });
  await store.migrate();
  await store.close();
}

async function disposeOf(own: OwnPostgres | undefined, url: string): Promise<void> {
  if (own) await own.dispose();
  else await onServer(url, (client) => client.query(`drop database if exists ${TEMPLATE}`));
}

async function onServer(url: string, act: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}
