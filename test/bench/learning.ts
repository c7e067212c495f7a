import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { reportToken } from '../../service/jobs/manifests/index.ts';
import { startReportEndpoint } from '../../service/learning/endpoint.ts';
import { createRecorder } from '../../service/learning/recorder.ts';
import { createReporters } from '../../service/learning/reporters.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import type { Store } from '../../service/store/store.ts';
import { MANY_JOBS } from '../service/some-jobs.ts';
import type { Used } from './learning/hub.ts';
import { bodyOf } from './learning/report.ts';
import type { Answered, Load } from './learning/trainings.ts';
import { median } from './median.ts';
import { startDatabase } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

interface Settings {
  readonly jobs: number;
  readonly every: number;
  readonly seconds: number;
  readonly rounds: number;
}

const command = benchCommand(
  'learning',
  `Trainings that report over HTTP, in a process of their own, to the hub's part that takes reports, in one of its own: what that costs
with curves and without, in turns; the list of all jobs with progress beside that of as many that tell nothing, in turns; and how long a
report is on its way to the event stream. Cores are those for --jobs that report once in --every seconds, by what each report took that
was accepted and written: a machine that is too slow or too busy for so many tells the same. The issue's own size is --jobs 50000.`,
)
  .option('--jobs <n>', 'jobs that run, each with four numbers', count, 5_000)
  .option('--every <seconds>', 'each reports once in so many seconds', count, 10)
  .option('--seconds <n>', 'length of each measurement', count, 5)
  .option('--rounds <n>', 'measurements of each kind, interleaved; the median counts', count, 3);

/** Of what is not measured. */
const MAX_SECONDS = 600;
const KEY = randomBytes(32).toString('hex');
const log = pino({ level: 'error' });

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const figures = await measure(settings, (line) => void (json || console.error(line)));
  if (!json) console.table(figures);
  console.log(JSON.stringify({ settings, figures }));
}

async function measure({ jobs, ...settings }: Settings, say: (line: string) => void) {
  const postgres = await startDatabase();
  const closing: (() => Promise<unknown>)[] = [() => postgres.stop()];
  try {
    say(`${jobs} jobs that report, and as many that tell nothing`);
    const [telling, silent] = await Promise.all(
      ['telling', 'silent'].map((name) => databaseOfJobs(postgres.url, name, jobs)),
    );
    if (!telling || !silent) throw new Error('There are two databases');
    closing.unshift(telling.close, silent.close);
    const reports = await reporting(telling, { jobs, ...settings }, say);
    say('the list, with progress and with none');
    const lists = await listing(telling.store, silent.store, settings.rounds);
    say('report to event stream');
    const latencies = await onTheirWay(telling.store, telling.jobs.slice(0, 50));
    return {
      ...reports,
      ...lists,
      'report to event stream ms, median': rounded(median(latencies)),
      ...(await growth(telling.database, jobs)),
    };
  } finally {
    for (const close of closing) await close();
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

interface Side {
  readonly url: string;
  readonly store: Store;
  readonly database: pg.Client;
  readonly jobs: readonly { readonly id: string; readonly objectName: string }[];
  close(): Promise<void>;
}

async function databaseOfJobs(server: string, name: string, jobs: number): Promise<Side> {
  const admin = new pg.Client(server);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const store = createStore({ connection: parseConnection(url), poolSize: 10, log });
  await store.migrate();
  const database = new pg.Client(url);
  await database.connect();
  await database.query(MANY_JOBS, [1, jobs, 'Running']);
  await database.query('vacuum analyze');
  const { rows } = await database.query('select id, object_name as "objectName" from job order by id');
  return {
    url,
    store,
    database,
    jobs: rows,
    async close() {
      await database.end();
      await store.close();
    },
  };
}

/** Two hubs on one database, of which one keeps no curves, in turns. */
async function reporting(side: Side, { every, jobs, rounds, seconds }: Settings, say: (line: string) => void) {
  const children: ChildProcess[] = [];
  const start = async (file: string, given: Record<string, string> = {}) => {
    const env = { ...process.env, KEY, DATABASE: side.url, ...given };
    const child = fork(join(import.meta.dirname, 'learning', file), { execArgv: ['--import', 'tsx'], env });
    children.push(child);
    const [first] = await once(child, 'message');
    return { child, port: Number(first) };
  };
  try {
    const without = await start('hub.ts', { CURVES: 'false' });
    const withCurves = await start('hub.ts', { CURVES: 'true' });
    const { child: trainings } = await start('trainings.ts');
    trainings.send({ jobs: side.jobs });
    await once(trainings, 'message');
    const perSecond = jobs / every;
    const round = async ({ child, port }: typeof without, load: Omit<Load, 'port'> = { perSecond, seconds }) => {
      trainings.send({ port, ...load } satisfies Load);
      const [answered] = (await once(trainings, 'message')) as [Answered];
      child.send('used?');
      const [used] = (await once(child, 'message')) as [Used];
      return { ...answered, ...used, cores: (used.cpuSeconds / answered.accepted) * perSecond };
    };
    // What is compiled as it first runs is not counted, nor that each job is looked up at its first report.
    for (const hub of [without, withCurves])
      await round(hub, { perSecond: 1_000_000, seconds: MAX_SECONDS, most: jobs });
    const pairs: { without: Awaited<ReturnType<typeof round>>; withCurves: Awaited<ReturnType<typeof round>> }[] = [];
    for (let place = 0; place < rounds; place += 1) {
      say(`reports, round ${place + 1} of ${rounds}`);
      pairs.push({ without: await round(without), withCurves: await round(withCurves) });
    }
    const all = pairs.map(({ withCurves: each }) => each);
    return {
      'reports a second, wanted': perSecond,
      'reports a second, accepted': rounded(median(all.map(({ accepted, seconds: took }) => accepted / took))),
      'reports refused': pairs.reduce((sum, pair) => sum + pair.without.refused + pair.withCurves.refused, 0),
      'ms of processor a report, with curves': rounded(
        median(all.map(({ accepted, cpuSeconds }) => (1000 * cpuSeconds) / accepted)),
      ),
      'cores, without curves': rounded(median(pairs.map((pair) => pair.without.cores))),
      'cores, with curves': rounded(median(all.map(({ cores }) => cores))),
      'cores, ratio': rounded(median(pairs.map((pair) => pair.withCurves.cores / pair.without.cores))),
      'RSS MiB, with curves': Math.max(...all.map(({ rssMiB }) => rssMiB)),
    };
  } finally {
    for (const child of children) child.disconnect();
  }
}

/** All pages of both, in turns. */
async function listing(telling: Store, silent: Store, rounds: number) {
  const pairs: { full: number; bare: number }[] = [];
  await allPages(telling);
  await allPages(silent);
  for (let round = 0; round < rounds; round += 1)
    pairs.push({ bare: await allPages(silent), full: await allPages(telling) });
  return {
    'list of all ms, without progress': rounded(median(pairs.map(({ bare }) => bare))),
    'list of all ms, with progress': rounded(median(pairs.map(({ full }) => full))),
    'list, ratio': rounded(median(pairs.map(({ full, bare }) => full / bare))),
  };
}

async function allPages(store: Store): Promise<number> {
  const began = performance.now();
  let cursor: string | undefined;
  do {
    const query = { sort: 'createdAt', descending: true, limit: 1000, withRequests: false } as const;
    const { nextCursor } = await store.jobs.list({ ...query, ...(cursor !== undefined && { cursor }) });
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return performance.now() - began;
}

const LEARNT = ['job_progress', 'job_listed', 'job_curve', 'job_series'];

async function growth(database: pg.Client, jobs: number) {
  const { rows } = await database.query<{ bytes: string; numbers: string }>(
    `select (select sum(pg_total_relation_size(name::regclass)) from unnest($1::text[]) name) as bytes,
            (select sum(merged + cardinality(names)) from job_curve) as numbers`,
    [LEARNT],
  );
  return {
    'numbers in curves': Number(rows[0]?.numbers),
    'bytes of what was learnt, a job': Math.round(Number(rows[0]?.bytes) / jobs),
  };
}

/** From the first byte of a report over HTTP to the notice that all replicas pass on to their watchers. */
async function onTheirWay(store: Store, jobs: Side['jobs']): Promise<number[]> {
  const recorder = createRecorder({ store: store.curves, log });
  const reporters = createReporters({ store: store.progress, recorder, log });
  const endpoint = await startReportEndpoint({ host: '127.0.0.1', port: 0, key: KEY, reporters, log });
  const heard = new Map<string, () => void>();
  const leave = await store.progress.onProgress((news) => {
    for (const { jobId } of news) heard.get(jobId)?.();
  });
  const latencies: number[] = [];
  try {
    for (const job of jobs) {
      const began = performance.now();
      const news = new Promise<void>((resolve) => heard.set(job.id, resolve));
      const headers = { authorization: `Bearer ${reportToken(KEY, job)}`, 'content-type': 'application/json' };
      const sent = request({ port: endpoint.port, path: `/jobs/${job.id}`, method: 'POST', agent: false, headers });
      const refused = new Promise<void>((_, reject) => {
        sent.once('error', reject);
        sent.once('response', (response) => {
          response.resume();
          if (response.statusCode !== 200) reject(new Error(`A report was answered with ${response.statusCode}`));
        });
      });
      sent.end(bodyOf(1_000_000_000 + latencies.length));
      await Promise.race([news, refused]);
      latencies.push(performance.now() - began);
    }
  } finally {
    await leave();
    await endpoint.stop();
    await reporters.stop();
    await recorder.stop();
  }
  return latencies;
}
