import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import pg from 'pg';
import { startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { fillWithJobs } from './api/fill.ts';
import type { Load, Measured } from './api/load.ts';
import { median } from './median.ts';
import { benchCommand, count } from './options.ts';

interface Flags extends Settings {
  readonly jobs: number;
  readonly karmada: 'away' | 'here';
  readonly json?: boolean;
}

const command = benchCommand(
  'api',
  `Five processes: PostgreSQL (embedded, durable as in production), the real service, a bare express handler that inserts or
reads the same row in the same table of its own database, the load generator, and this one.`,
)
  .option('--seconds <n>', 'length of each measurement', count, 3)
  .option('--rounds <n>', 'measurements of each kind, interleaved; the median counts', count, 5)
  .option('--callers <n>', 'requests at a time', count, 32)
  .option('--jobs <n>', 'rows in the large table', count, 1_000_000)
  .addOption(
    new Option(
      '--karmada <where>',
      'away: nothing to dispatch to, so that the API alone is measured; here: a simulated control plane in a process of its own, so that each job posted is also dispatched meanwhile',
    )
      .choices(['away', 'here'])
      .default('away'),
  );

interface Settings {
  readonly seconds: number;
  readonly rounds: number;
  readonly callers: number;
}

export async function run(args: string[]): Promise<void> {
  const { jobs, json, karmada, ...settings } = command.parse(args, { from: 'user' }).opts<Flags>();
  const say = (line: string) => json || console.error(line);
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-bench-api-'));
  const children: ChildProcess[] = [];
  // What they are given goes by the environment: a database address with its password has no place in the process list.
  const start = async (
    file: string,
    given: Record<string, string> = {},
  ): Promise<{ child: ChildProcess; origin: string }> => {
    const env = { ...process.env, ...given };
    const child = fork(join(import.meta.dirname, 'api', file), { execArgv: ['--import', 'tsx'], env });
    children.push(child);
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with code ${code}`)));
    ended.catch(() => undefined);
    const [port] = await Promise.race([once(child, 'message'), ended]);
    return { child, origin: `http://127.0.0.1:${port}` };
  };
  say('Starting PostgreSQL ...');
  const postgres = await startPostgres({ directory, log: () => undefined });
  try {
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, KARMADA_AWAY);
    if (karmada === 'here') await start('karmada.ts', { KUBECONFIG: kubeconfig });
    const urls = await makeDatabases(postgres.url, jobs, say);
    const generator = (await start('load.ts')).child;
    const send = async (load: Omit<Load, keyof Settings>): Promise<Measured> => {
      generator.send({ ...load, ...settings });
      const [measured] = (await once(generator, 'message')) as [Measured];
      return measured;
    };
    const [service, large, bare] = await Promise.all([
      start('service.ts', { DATABASE: urls.small, KUBECONFIG: kubeconfig }),
      start('service.ts', { DATABASE: urls.large, KUBECONFIG: kubeconfig }),
      start('bare.ts', { DATABASE: urls.bare }),
    ]);
    const figures = await measureAll({ service, large, bare }, send, settings.rounds, say);
    if (!json) print(figures);
    console.log(
      JSON.stringify({
        cpus: cpus()[0]?.model,
        cores: cpus().length,
        ...settings,
        karmada,
        ...figures,
      }),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Nobody listens on the discard port: the dispatcher finds that out once and waits. */
const KARMADA_AWAY = `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
  clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9', insecure-skip-tls-verify: true}}], users: [{name: u, user: {}}]}`;

async function makeDatabases(url: string, jobs: number, say: (line: string) => unknown) {
  const at = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const admin = new pg.Client(url);
  await admin.connect();
  for (const name of ['small', 'large', 'bare']) {
    await admin.query(`create database ${name}`);
    const store = createStore({ connection: parseConnection(at(name)), poolSize: 2, log: { info() {}, warn() {} } });
    await store.migrate();
    await store.close();
    say(`Filling the ${name} database ...`);
    await fillWithJobs(at(name), name === 'large' ? jobs : 1000);
  }
  await admin.end();
  return { small: at('small'), large: at('large'), bare: at('bare') };
}

type Send = (load: Omit<Load, keyof Settings>) => Promise<Measured>;
type Side = { origin: string };

async function measureAll(
  sides: { service: Side; large: Side; bare: Side },
  send: Send,
  rounds: number,
  say: (line: string) => unknown,
) {
  const body = await readFile(join(import.meta.dirname, '../service/jobs/xgboost-request.json'), 'utf8');
  const { service, large, bare } = sides;
  const post = (side: Side, path: string) => send({ origin: side.origin, method: 'POST', paths: [path], body });
  say('Warming up ...');
  const ids = { service: (await post(service, '/api/v1/jobs')).ids, bare: (await post(bare, '/jobs')).ids };
  const get = (side: Side, paths: string[]) => send({ origin: side.origin, method: 'GET', paths });
  const list = (side: Side) => get(side, ['/api/v1/jobs?limit=100&namespace=filled']);
  const kinds = {
    post: [() => post(service, '/api/v1/jobs'), () => post(bare, '/jobs')],
    get: [
      () =>
        get(
          service,
          ids.service.map((id) => `/api/v1/jobs/${id}`),
        ),
      () =>
        get(
          bare,
          ids.bare.map((id) => `/jobs/${id}`),
        ),
    ],
    list: [() => list(large), () => list(service)],
  } as const;
  const figures: Record<string, ReturnType<typeof compare>> = {};
  for (const [name, [ours, theirs]] of Object.entries(kinds)) {
    await ours();
    await theirs();
    const pairs: [Measured, Measured][] = [];
    for (let round = 0; round < rounds; round++) {
      say(`${name}, round ${round + 1} of ${rounds}`);
      // Whoever goes second finds the disk and the caches as the first left them: they take turns.
      if (round % 2 === 0) pairs.push([await ours(), await theirs()]);
      else {
        const second = await theirs();
        pairs.push([await ours(), second]);
      }
    }
    figures[name] = compare(pairs);
  }
  return figures;
}

function compare(pairs: [Measured, Measured][]) {
  const summary = (side: 0 | 1) => ({
    perSecond: Math.round(median(pairs.map((pair) => pair[side].perSecond))),
    p50: median(pairs.map((pair) => pair[side].p50)),
    p99: median(pairs.map((pair) => pair[side].p99)),
    failed: pairs.reduce((sum, pair) => sum + pair[side].failed, 0),
  });
  return {
    ours: summary(0),
    theirs: summary(1),
    ratio: median(pairs.map(([ours, theirs]) => ours.perSecond / theirs.perSecond)),
  };
}

function print(figures: Record<string, ReturnType<typeof compare>>): void {
  const row = (name: string, { perSecond, p50, p99, failed }: ReturnType<typeof compare>['ours']) =>
    console.log(
      `${name.padEnd(34)} ${String(perSecond).padStart(7)}/s   p50 ${p50.toFixed(1).padStart(6)} ms   p99 ${p99.toFixed(1).padStart(6)} ms${failed ? `   ${failed} FAILED` : ''}`,
    );
  const { post, get, list } = figures;
  if (!post || !get || !list) return;
  row('POST /api/v1/jobs', post.ours);
  row('  bare express, the same row', post.theirs);
  console.log(`  ratio ${post.ratio.toFixed(2)} (at least 0.6)\n`);
  row('GET /api/v1/jobs/{id}', get.ours);
  row('  bare express, the same row', get.theirs);
  console.log(`  ratio ${get.ratio.toFixed(2)} (at least 0.7)\n`);
  row('GET /api/v1/jobs, page of 100, large', list.ours);
  row('  the same out of 1,000', list.theirs);
  console.log(`  cost ${(1 / list.ratio).toFixed(2)} times (at most 1.5)\n`);
}
