import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { removeExpired } from '../../service/retention.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import type { Store } from '../../service/store/store.ts';
import { dispatched, MANY_JOBS } from '../service/some-jobs.ts';
import { startDatabase } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

const command = benchCommand(
  'retention',
  `Jobs that are over are removed, with their events, while a monitor writes what it has seen: how long its tick takes in the
database, and how long after it the events are heard of, without the removal and beside it. "Deleting a million rows never
blocks the tick": --jobs 1000000 takes some minutes, most of them to make the rows.`,
)
  .option('--jobs <n>', 'jobs that are over', count, 100_000)
  .option('--seconds <n>', 'length of the measurement without the removal', count, 10);

interface Settings {
  readonly jobs: number;
  readonly seconds: number;
}

/** Milliseconds. */
interface Tick {
  readonly written: number;
  readonly heard: number;
}

/** Jobs that change in a tick, and ticks a second. */
const CHANGES = 50;
const EVERY_MS = 200;
const AT_A_TIME = 50_000;

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const say = (line: string): void => void (json || console.error(line));
  const postgres = await startDatabase();
  const store = createStore({
    connection: parseConnection(postgres.url),
    poolSize: 5,
    log: { info() {}, warn() {} },
  });
  try {
    await store.migrate();
    say(`making ${settings.jobs} jobs that are over`);
    await fill(postgres.url, settings.jobs);
    const ticking = await startTicking(store);
    await sleep(settings.seconds * 1000);
    const alone = ticking.since();
    say('removing them');
    const began = performance.now();
    let removed = 0;
    await removeExpired(
      {
        store: store.retention,
        rules: { jobSeconds: 1, jobsPerNamespace: 0, logSeconds: 0 },
        onRemoved: (what, rows) => {
          if (what === 'job') removed += rows;
        },
      },
      new AbortController().signal,
    );
    const seconds = (performance.now() - began) / 1000;
    const beside = ticking.since();
    await ticking.stop();
    const figures = { alone: summed(alone), beside: summed(beside) };
    if (!json) console.table(figures);
    console.log(JSON.stringify({ settings, removed, seconds: Math.round(seconds), figures }));
  } finally {
    await store.close();
    await postgres.stop();
  }
}

/** Each with three events, as of a job that ran without trouble. */
async function fill(url: string, jobs: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (let from = 1; from <= jobs; from += AT_A_TIME) {
    const to = Math.min(jobs, from + AT_A_TIME - 1);
    await client.query(MANY_JOBS, [from, to, 'Succeeded']);
    await client.query(
      `insert into event (job_id, namespace, status, reason, message)
       select 'many-' || n, 'team-' || n % 20, status, status, 'Job number ' || n
         from generate_series($1::int, $2::int) n, unnest(array['Pending', 'Running', 'Succeeded']) status`,
      [from, to],
    );
  }
  await client.query("update job set cleared_at = now() where id like 'many-%'");
  await client.query("update job set finished_at = now() - interval '1 day' where id like 'many-%'");
  await client.query('vacuum analyze');
  await client.end();
}

/** Writes what a monitor would write, and reads it back as those do who watch. */
async function startTicking(store: Store): Promise<{ since(): Tick[]; stop(): Promise<void> }> {
  const ids: string[] = [];
  for (let each = 0; each < CHANGES; each++) ids.push((await dispatched(store)).id);
  let ticks: Tick[] = [];
  let stopping = false;
  const running = (async () => {
    let lastEvent = await store.events.latest();
    for (let round = 0; !stopping; round++) {
      const began = performance.now();
      const jobs = await store.monitor.read(ids);
      const message = `step ${round}`;
      const set = { reason: 'Running', message } as const;
      const event = { cluster: 'member1', reason: 'Running', message } as const;
      await store.monitor.apply(
        jobs.map(({ id, version }) => ({ jobId: id, readVersion: version, set, under: [], event })),
        [],
      );
      const written = performance.now();
      for (let left = jobs.length; left > 0; ) {
        const events = await store.events.after(lastEvent, 5_000);
        lastEvent = events.at(-1)?.id ?? lastEvent;
        left -= events.filter(({ message: said }) => said === message).length;
      }
      ticks.push({ written: written - began, heard: performance.now() - written });
      await sleep(Math.max(0, EVERY_MS - (performance.now() - began)));
    }
  })();
  return {
    since() {
      const seen = ticks;
      ticks = [];
      return seen;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}

function summed(ticks: readonly Tick[]) {
  const of = (what: keyof Tick) => ticks.map((tick) => tick[what]).toSorted((a, b) => a - b);
  const at = (values: readonly number[], share: number) =>
    Math.round((values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN) * 10) / 10;
  const [written, heard] = [of('written'), of('heard')];
  return {
    ticks: ticks.length,
    'written p50': at(written, 0.5),
    'written p99': at(written, 0.99),
    'written most': at(written, 1),
    'heard p50': at(heard, 0.5),
    'heard p99': at(heard, 0.99),
    'heard most': at(heard, 1),
  };
}
