import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { parseConnection } from '../service/store/connection.ts';
import { createStore } from '../service/store/create-store.ts';
import { ensureBuilt } from '../service/web/build.ts';
import { leftBehind } from './left-behind.ts';
import { collectTemporaryFiles } from './scratch.ts';
import { type OwnPostgres, startOwnPostgres } from './service/own-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a worker asks for what is made once a run, when the first test needs it (`forTheRun`). */
    broker: string;
    /** Folder for programs that are bundled once a run. */
    programs: string;
  }
}

/** What every fresh database is a copy of. */
export const TEMPLATE = 'migrated_template';

/**
 * One PostgreSQL and one built page for the whole run, made when the first test asks for them; runs without such tests do not pay.
 * TEST_DATABASE_URL names a server of one's own instead (its user must be allowed to create databases), such as another version.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporaryFiles = await collectTemporaryFiles();
  sparePrograms();
  project.provide('programs', temporaryFiles.folder);
  let server: Promise<{ url: string; dispose(): Promise<void> }> | undefined;
  let page: Promise<string> | undefined;
  const secret = randomBytes(16).toString('hex');
  const made: Record<string, () => Promise<string>> = {
    [`/${secret}/postgres`]: async () => {
      server ??= startWithTemplate();
      return (await server).url;
    },
    [`/${secret}/page`]: () => {
      page ??= ensureBuilt((line) => console.log(line));
      return page;
    },
  };
  const broker = createServer((request, response) => {
    // A connection that is kept may be closed here while a worker sends its next question.
    response.setHeader('connection', 'close');
    const make = made[request.url ?? ''];
    if (!make) {
      response.writeHead(404).end();
      return;
    }
    make().then(
      (what) => response.end(what),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const address = broker.address();
  if (typeof address !== 'object' || address === null) throw new Error('The broker has no port');
  project.provide('broker', `http://127.0.0.1:${address.port}/${secret}`);

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
  if (own) await signInCheaply(url);
  await makeTemplate(url);
  return { url, dispose: () => disposeOf(own, url) };
}

/** Thousands of sessions are opened in a run, and a third of what one costs the test is to make its password hard to guess. */
async function signInCheaply(url: string): Promise<void> {
  const { password, username } = new URL(url);
  await onServer(url, async (client) => {
    await client.query('set scram_iterations = 1');
    await client.query(`alter role ${client.escapeIdentifier(username)} password ${client.escapeLiteral(password)}`);
  });
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
