import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import type { Store } from '../../service/store/store.ts';
import type { Floor } from './dispatch/floor.ts';
import { newJob } from './dispatch/jobs.ts';
import { quantile } from './monitor/figures.ts';
import { startDatabase } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

const command = benchCommand(
  'dispatch',
  `Jobs from their row in the database to the cluster that Karmada gives them, and from DELETE to nothing. Three processes besides this
one: PostgreSQL (embedded, durable), the simulated Karmada, and the dispatcher alone. The API server takes as long as a real one took
for each request: 18 ms for a POST, 6 for a GET, 23 for a server-side apply, 12 to 18 for a session through the proxy. Beside it the
least that could do it: the same POSTs, as many at once, and the same watches, without a dispatcher; before and after.`,
)
  .option('--jobs <n>', 'jobs', count, 400)
  .option('--clusters <n>', 'member clusters', count, 3);

/** As measured on a real one; a merge patch and a DELETE were not, and cost a read and a write as a POST does. */
const TAKES_MS = { POST: 18, PATCH: 23, GET: 6, DELETE: 18 } as const;
/** The dispatcher's own. */
const AT_ONCE = 8;
/** What a real control plane of that kind took at most, whoever sent it. */
const POSTS_A_SECOND = 80;

interface Settings {
  readonly jobs: number;
  readonly clusters: number;
}

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const figures = await measure(settings, (line) => void (json || console.error(line)));
  if (!json) print(figures);
  console.log(JSON.stringify(figures));
}

type Figures = Awaited<ReturnType<typeof measure>>;

async function measure({ clusters, jobs }: Settings, say: (line: string) => void) {
  const postgres = await startDatabase();
  const connection = parseConnection(postgres.url);
  const store = createStore({ connection, poolSize: 5, log: { info() {}, warn() {} } });
  const database = new pg.Client({ connectionString: postgres.url });
  await Promise.all([store.migrate(), database.connect()]);
  const karmada = await startKarmada(clusters);
  const subject = await startSubject(postgres.url, karmada.url);
  try {
    say(`${jobs} jobs, the least that could place them`);
    const before = await subject.ask<Floor>('floor', { jobs, atOnce: AT_ONCE });
    await subject.ask('requests');
    say('The dispatcher');
    await subject.ask('start');
    // The watches are open, the first policies made.
    await placed(store, database, clusters);
    await subject.ask('requests');
    const dispatcher = await placed(store, database, jobs);
    const onTheWay = await subject.ask<Requests>('requests');
    say('The least again');
    const after = await subject.ask<Floor>('floor', { jobs, atOnce: AT_ONCE });
    await subject.ask('requests');
    say('Its removal');
    const removal = await removed(store, database);
    const onTheWayOut = await subject.ask<Requests>('requests');
    await subject.ask('stop');
    const perSecond = jobs / dispatcher.seconds;
    const floorPerSecond = (2 * jobs) / (before.seconds + after.seconds);
    const posts = (onTheWay.create ?? 0) / jobs;
    return {
      machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
      settings: { jobs, clusters, atOnce: AT_ONCE, takesMs: TAKES_MS },
      dispatcher: { perSecond, p50: quantile(dispatcher.ms, 0.5), p99: quantile(dispatcher.ms, 0.99) },
      floor: {
        perSecond: floorPerSecond,
        beforeAfter: [jobs / before.seconds, jobs / after.seconds],
        p50: quantile([...before.ms, ...after.ms], 0.5),
        p99: quantile([...before.ms, ...after.ms], 0.99),
      },
      ofTheFloor: perSecond / floorPerSecond,
      requestsAJob: perJob(onTheWay, jobs),
      postsAJob: posts,
      mostOfARealServer: POSTS_A_SECOND / posts,
      removal: { perSecond: removal.jobs / removal.seconds, requestsAJob: perJob(onTheWayOut, removal.jobs) },
    };
  } finally {
    subject.end();
    karmada.end();
    await database.end();
    await store.close();
    await postgres.stop();
  }
}

type Requests = Readonly<Record<string, number>>;

const perJob = (requests: Requests, jobs: number): Requests =>
  Object.fromEntries(Object.entries(requests).map(([what, count]) => [what, Math.round((count / jobs) * 100) / 100]));

/** All at once, as from many callers, until the last is placed. */
async function placed(store: Store, database: pg.Client, jobs: number) {
  const start = performance.now();
  const ids = await Promise.all(
    Array.from({ length: jobs }, async () => {
      const inserted = await store.jobs.insert(newJob());
      if (inserted.outcome !== 'created') throw new Error(inserted.outcome);
      return inserted.job.id;
    }),
  );
  await until(database, `select count(*)::int as left from job where id = any($1) and clusters = '{}'`, [ids]);
  const seconds = (performance.now() - start) / 1000;
  const { rows } = await database.query<{ ms: number }>(
    `select extract(epoch from event.at - job.created_at)::float8 * 1000 as ms
       from event join job on job.id = event.job_id where event.reason = 'Scheduled' and job.id = any($1)`,
    [ids],
  );
  return { seconds, ms: rows.map(({ ms }) => ms) };
}

async function removed(store: Store, database: pg.Client) {
  const { rows } = await database.query<{ id: string }>('select id from job');
  const start = performance.now();
  const ids = rows.map(({ id }) => id);
  await store.jobs.setWantedOfMany(ids, 'delete', { reason: 'Deleting', message: 'asked for' });
  await until(database, 'select count(*)::int as left from job', []);
  return { jobs: ids.length, seconds: (performance.now() - start) / 1000 };
}

/** Looked at ten times a second: a look costs a few milliseconds of the database. */
async function until(database: pg.Client, sql: string, values: unknown[]): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ left: number }>(sql, values);
    if (rows[0]?.left === 0) return;
    await sleep(100);
  }
}

async function startKarmada(clusters: number) {
  const file = resolve(import.meta.dirname, '../simulation/karmada/process.ts');
  const args = ['--speed', '0', '--real-proxy', '--clusters', String(clusters)];
  const child = fork(file, args, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ control, url }] = (await once(child, 'message')) as [{ url: string; control: string }];
  for (const [method, ms] of Object.entries(TAKES_MS)) {
    const body = JSON.stringify({ kind: 'delay', ms, where: 'karmada', method });
    const answer = await fetch(`${control}/faults`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }
  return { url, end: () => child.disconnect() };
}

async function startSubject(databaseUrl: string, karmadaUrl: string) {
  const file = join(import.meta.dirname, 'dispatch/subject.ts');
  const child: ChildProcess = fork(file, [databaseUrl, karmadaUrl], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  let last = 0;
  return {
    async ask<T>(what: string, argument: object = {}): Promise<T> {
      last += 1;
      child.send({ id: last, command: what, argument });
      const [{ error, result }] = (await once(child, 'message')) as [{ result: T; error?: string }];
      if (error !== undefined) throw new Error(error);
      return result;
    },
    end: () => child.disconnect(),
  };
}

function print({ dispatcher, floor, mostOfARealServer, ofTheFloor, postsAJob, removal, requestsAJob }: Figures): void {
  const round = (value: number | null) => value && Math.round(value * 100) / 100;
  console.table({
    dispatcher: {
      'jobs a second': round(dispatcher.perSecond),
      'of the floor': round(ofTheFloor),
      'ms p50': round(dispatcher.p50),
      'ms p99': round(dispatcher.p99),
    },
    'floor: the same POSTs': {
      'jobs a second': round(floor.perSecond),
      'of the floor': 1,
      'ms p50': round(floor.p50),
      'ms p99': round(floor.p99),
    },
  });
  console.table({ 'requests a job, on its way': requestsAJob, 'from DELETE to gone': removal.requestsAJob });
  console.log(
    `${round(postsAJob)} POSTs a job: a control plane that takes ${POSTS_A_SECOND} a second takes ${round(mostOfARealServer)} jobs a second, ` +
      `whoever sends them. ${round(removal.perSecond)} jobs a second removed.`,
  );
}
