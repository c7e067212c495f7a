import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { reportToken } from '../../service/jobs/manifests/index.ts';
import { startReportEndpoint } from '../../service/learning/endpoint.ts';
import { createRecorder } from '../../service/learning/recorder.ts';
import { createReporters } from '../../service/learning/reporters.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import type { Store } from '../../service/store/store.ts';
import { parseReport } from '../../service/trainingjob/index.ts';
import { MANY_JOBS } from '../service/some-jobs.ts';
import { median } from './median.ts';
import { startDatabase } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

interface Settings {
  readonly jobs: number;
  readonly every: number;
  readonly seconds: number;
}

const command = benchCommand(
  'learning',
  `Trainings that report: what it takes of this process to take their reports, keep how far they are and draw their curves, beside
the same without curves; the list of all jobs with progress and with none; and how long a report is on its way to the event stream.
The making of the reports is counted in. The issue's own size is --jobs 50000 --seconds 60.`,
)
  .option('--jobs <n>', 'jobs that run, each with four numbers', count, 5_000)
  .option('--every <seconds>', 'each reports once in so many seconds', count, 10)
  .option('--seconds <n>', 'length of each measurement', count, 15);

const KEY = randomBytes(32).toString('hex');
const log = pino({ level: 'error' });

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const figures = await measure(settings, (line) => void (json || console.error(line)));
  if (!json) console.table(figures);
  console.log(JSON.stringify({ settings, figures }));
}

async function measure(settings: Settings, say: (line: string) => void) {
  const postgres = await startDatabase();
  const store = createStore({ connection: parseConnection(postgres.url), poolSize: 10, log });
  const database = new pg.Client({ connectionString: postgres.url });
  try {
    await database.connect();
    await store.migrate();
    say(`${settings.jobs} jobs`);
    const ids = await runningJobs(database, settings.jobs);
    const bare = await listing(store);
    // What is compiled as it runs is not counted.
    await reporting(store, ids, { ...settings, seconds: 2 }, false);
    say('reports without curves');
    const without = await reporting(store, ids, settings, false);
    say('reports with curves');
    const withCurves = await reporting(store, ids, settings, true);
    say('the list, with and without progress');
    const full = await listing(store);
    say('report to event stream');
    const latencies = await onTheirWay(store, ids.slice(0, 50));
    const bytes = await database.query<{ bytes: string }>(
      "select pg_total_relation_size('job_curve') + pg_total_relation_size('job_series') as bytes",
    );
    return {
      'reports a second': settings.jobs / settings.every,
      'cores, without curves': without.cores,
      'cores, with curves': withCurves.cores,
      'cores, ratio': rounded(withCurves.cores / without.cores),
      'RSS MiB, with curves': withCurves.rssMiB,
      'list of all ms, without progress': rounded(bare),
      'list of all ms, with progress': rounded(full),
      'list, ratio': rounded(full / bare),
      'report to event stream ms, median': rounded(median(latencies)),
      'bytes of curves a job': Math.round(Number(bytes.rows[0]?.bytes) / settings.jobs),
    };
  } finally {
    await database.end();
    await store.close();
    await postgres.stop();
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

async function runningJobs(database: pg.Client, jobs: number): Promise<string[]> {
  await database.query(MANY_JOBS, [1, jobs, 'Running']);
  await database.query('vacuum analyze');
  const { rows } = await database.query<{ id: string }>('select id from job order by id');
  return rows.map(({ id }) => id);
}

async function reporting(store: Store, ids: readonly string[], { every, seconds }: Settings, curves: boolean) {
  const recorder = createRecorder({ store: curves ? store.curves : NO_CURVES, log });
  const reporters = createReporters({ store: store.progress, recorder, log });
  recorder.start();
  const objects = new Map([...(await store.progress.reporters(ids))].map(([id, { objectName }]) => [id, objectName]));
  const began = performance.now();
  const before = process.cpuUsage();
  let told = 0;
  while (performance.now() - began < seconds * 1000) {
    const due = ((performance.now() - began) / 1000) * (ids.length / every);
    for (; told < due; told += 1) {
      const id = ids[told % ids.length] ?? '';
      void reporters.take(id, objects.get(id) ?? '', reportOf(told), 'report').catch((error) => log.error(error));
    }
    await sleep(10);
  }
  const { system, user } = process.cpuUsage(before);
  const rssMiB = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  await reporters.stop();
  await recorder.stop();
  return { cores: rounded((system + user) / 1e6 / ((performance.now() - began) / 1000)), rssMiB };
}

const NO_CURVES = { append: async () => undefined, settle: async () => undefined };

const bodyOf = (step: number) => ({
  trainerStatus: {
    lastUpdatedTime: new Date().toISOString(),
    progressPercentage: Math.floor(step / 1000) % 100,
    estimatedRemainingSeconds: 60,
    metrics: ['loss', 'eval_loss', 'grad_norm', 'learning_rate']
      .map((name, place) => ({ name, value: String(1 / (step + place + 1)) }))
      .concat({ name: 'current_step', value: String(step) }),
  },
});

function reportOf(step: number) {
  const parsed = parseReport(bodyOf(step));
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.report;
}

/** All pages, as many times as make a median. */
async function listing(store: Store): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    let cursor: string | undefined;
    do {
      const query = { sort: 'createdAt', descending: true, limit: 1000, withRequests: false } as const;
      const { nextCursor } = await store.jobs.list({ ...query, ...(cursor !== undefined && { cursor }) });
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    times.push(performance.now() - began);
  }
  return median(times);
}

/** From the first byte of a report over HTTP to the notice that all replicas pass on to their watchers. */
async function onTheirWay(store: Store, ids: readonly string[]): Promise<number[]> {
  const recorder = createRecorder({ store: store.curves, log });
  const reporters = createReporters({ store: store.progress, recorder, log });
  const endpoint = await startReportEndpoint({ host: '127.0.0.1', port: 0, key: KEY, reporters, log });
  const heard = new Map<string, () => void>();
  const leave = await store.progress.onProgress((news) => {
    for (const { jobId } of news) heard.get(jobId)?.();
  });
  const known = await store.progress.reporters(ids);
  const latencies: number[] = [];
  try {
    for (const [id, { objectName }] of known) {
      const began = performance.now();
      const news = new Promise<void>((resolve) => heard.set(id, resolve));
      const headers = {
        authorization: `Bearer ${reportToken(KEY, { id, objectName })}`,
        'content-type': 'application/json',
      };
      const sent = request({ port: endpoint.port, path: `/jobs/${id}`, method: 'POST', agent: false, headers });
      sent.on('response', (response) => response.resume());
      sent.end(JSON.stringify(bodyOf(1_000_000 + latencies.length)));
      await news;
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
