import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { latencyOf, load, quantile } from './monitor/figures.ts';
import { SEED, SEED_FINISHED } from './monitor/jobs.ts';
import { type Members, type Subject, startDatabase, startMembers, startSubject } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

const command = benchCommand(
  'monitor',
  `Three processes besides this one: PostgreSQL (embedded, durable), the simulated members, and the monitor alone.
A request takes as long as Karmada's proxy needs for its TLS session (12 to 18 ms, about 190 a second), for the monitor as
for the floor; "bare" are the same without that wait, where all time is this machine's own.`,
)
  .option('--jobs <n>', 'active jobs', count, 50_000)
  .option('--clusters <n>', 'member clusters', count, 50)
  .option('--rate <n>', 'changes a second for the latencies', count, 100)
  .option('--burst <n>', 'changes a second for the sustained run', count, 1_000)
  .option('--finished <n>', 'finished jobs that must cost nothing', count, 200_000)
  .option('--seconds <n>', 'length of each measurement', count, 20)
  .option('--sample <n>', 'jobs read one by one for the comparison', count, 500);

/** Changes that are on their way when the driver stops must not count as lost. */
const SETTLE_MS = 4_000;

interface Settings {
  readonly jobs: number;
  readonly clusters: number;
  readonly rate: number;
  readonly burst: number;
  readonly finished: number;
  readonly seconds: number;
  readonly sample: number;
}

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const say = (line: string): void => void (json || console.error(line));
  const figures = await measure(settings, say);
  if (!json) print(figures);
  console.log(JSON.stringify(figures));
}

type Figures = Awaited<ReturnType<typeof measure>>;

async function measure(settings: Settings, say: (line: string) => void) {
  say(`${settings.jobs} jobs on ${settings.clusters} clusters: filling the database`);
  const postgres = await startDatabase();
  const members = await startMembers(settings.jobs, settings.clusters);
  await seed(postgres.url, settings);
  const subject = await startSubject(postgres.url, members.url, settings.clusters);
  const scene = { ...settings, members, subject, say };
  try {
    members.proxy(false);
    say('Without what a real proxy takes. The floor: fetch, unzip, parse, compare');
    const bare = await beside(scene);
    members.proxy(true);
    say('With it. The floor: fetch, unzip, parse, compare');
    const before = await subject.floor(10);
    say('Polling, nothing changes');
    await subject.start('poll');
    await settled(scene);
    const idle = await idleWindow(scene);
    say(`Polling, ${settings.rate} changes a second`);
    const poll = await changing(scene, settings.rate);
    say(`Polling, ${settings.burst} changes a second`);
    const burst = await changing(scene, settings.burst);
    await subject.stop();
    say('The floor again, after the monitor');
    const after = await subject.floor(10);
    say('One GET per job');
    const { ms } = await subject.oneByOne(settings.sample);
    say(`Watching, ${settings.rate} changes a second`);
    await subject.start('watch');
    await settled(scene);
    const watch = await changing(scene, settings.rate);
    say(`Watching, ${settings.burst} changes a second`);
    const watchBurst = await changing(scene, settings.burst);
    await subject.stop();
    say(`Polling, nothing changes, with ${settings.finished} finished jobs`);
    await seedFinished(postgres.url, settings);
    await subject.start('poll');
    await settled(scene);
    const idleWithFinished = await idleWindow(scene);
    await subject.stop();
    return {
      machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
      settings,
      floor: {
        ms: quantile([...before.ms, ...after.ms], 0.5),
        beforeMs: quantile(before.ms, 0.5),
        afterMs: quantile(after.ms, 0.5),
        cpuMs: (before.cpuMs + after.cpuMs) / 2,
        megabytes: before.bytes / 1e6,
      },
      bare,
      oneByOne: {
        sample: settings.sample,
        msPerJob: ms / settings.sample,
        extrapolatedSecondsForAll: (ms / settings.sample / 1000) * settings.jobs,
      },
      idle,
      poll,
      burst,
      watch,
      watchBurst,
      idleWithFinished,
    };
  } finally {
    await subject.end();
    members.end();
    await postgres.stop();
  }
}

/** The floor and the monitor side by side, twice the floor because the machine may have other work meanwhile. */
async function beside(scene: Scene) {
  const { subject } = scene;
  const before = await subject.floor(5);
  await subject.start('poll');
  await settled(scene);
  const idle = await idleWindow(scene);
  const poll = await changing(scene, scene.rate);
  await subject.stop();
  const after = await subject.floor(5);
  const floor = {
    ms: quantile([...before.ms, ...after.ms], 0.5),
    cpuMs: (before.cpuMs + after.cpuMs) / 2,
  };
  return { floor, idle, poll };
}

interface Scene extends Settings {
  readonly members: Members;
  readonly subject: Subject;
}

/** The first ticks load the memory and are not what is measured. */
async function settled({ subject }: Scene): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await subject.reset();
    await sleep(1_000);
    const { ticks } = await subject.window();
    quiet = ticks.length > 0 && ticks.every((tick) => tick.jobs > 0 && tick.changes === 0) ? quiet + 1 : 0;
  }
}

async function idleWindow({ subject, seconds }: Scene) {
  await subject.reset();
  await sleep((seconds / 2) * 1_000);
  return load(await subject.window());
}

async function changing({ members, subject, seconds }: Scene, rate: number) {
  await members.log();
  await subject.reset();
  members.changes(rate);
  await sleep(seconds * 1_000);
  members.changes(0);
  const window = await subject.window();
  await sleep(SETTLE_MS);
  const { stored } = await subject.window();
  return { ...load(window), latencyMs: latencyOf(await members.log(), stored) };
}

async function seed(url: string, { jobs, clusters }: Settings): Promise<void> {
  const store = createStore({ connection: parseConnection(url), poolSize: 1, log: { info: () => {}, warn: () => {} } });
  await store.migrate();
  await store.close();
  await sql(url, SEED, [0, jobs - 1, clusters, REQUEST]);
}

const seedFinished = (url: string, { finished, clusters }: Settings): Promise<void> =>
  sql(url, SEED_FINISHED, [finished, clusters, REQUEST]);

async function sql(url: string, statement: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement, values);
  await client.query('vacuum analyze');
  await client.end();
}

/** As large as a real one, so that reading requests by mistake would show. */
const REQUEST = JSON.stringify({
  jobName: 'train-resnet',
  algorithm: { source: 'builtin', algorithmName: 'xgboost' },
  customHyperparameters: Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`PARAMETER_${i}`, `value number ${i}`]),
  ),
});

function print(figures: Figures): void {
  const { floor, bare, oneByOne, idle, poll, burst, watch, watchBurst, idleWithFinished, settings } = figures;
  const columns = {
    'idle, bare': bare.idle,
    [`poll ${settings.rate}/s, bare`]: bare.poll,
    idle,
    [`poll ${settings.rate}/s`]: poll,
    [`poll ${settings.burst}/s`]: burst,
    [`watch ${settings.rate}/s`]: watch,
    [`watch ${settings.burst}/s`]: watchBurst,
    [`idle, ${settings.finished} finished`]: idleWithFinished,
  };
  const floorOf = (column: typeof idle) => (column === bare.idle || column === bare.poll ? bare.floor : floor);
  const row = (of: (column: typeof idle & Partial<Pick<typeof poll, 'latencyMs'>>) => number | null | undefined) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, round(of(column))]));
  console.table({
    'tick ms p50': row((c) => c.tickMs.p50),
    'tick ms p99': row((c) => c.tickMs.p99),
    'tick p50 / floor': row((c) => (c.tickMs.p50 ?? 0) / (floorOf(c).ms ?? 1)),
    'cpu ms a tick': row((c) => c.cpuMsPerTick),
    'cpu / floor': row((c) => c.cpuMsPerTick / floorOf(c).cpuMs),
    'versions a tick': row((c) => c.versionsPerTick),
    'Tables a tick': row((c) => c.tablesPerTick),
    'LISTs a tick': row((c) => c.listsPerTick),
    'GETs a tick': row((c) => c.getsPerTick),
    'failed requests': row((c) => c.failedRequests),
    'statements a tick': row((c) => c.statementsPerTick),
    'lease statements a second': row((c) => c.leaseStatementsPerSecond),
    'MB a second': row((c) => c.megabytesPerSecond),
    'cores used': row((c) => c.cpuCores),
    'peak MiB': row((c) => c.peakMiB),
    changes: row((c) => c.latencyMs?.changes),
    'latency ms p50': row((c) => c.latencyMs?.p50),
    'latency ms p99': row((c) => c.latencyMs?.p99),
    'latency ms max': row((c) => c.latencyMs?.max),
    overtaken: row((c) => c.latencyMs?.overtaken),
    lost: row((c) => c.latencyMs?.lost),
  });
  console.table({
    'floor: fetch, unzip, parse, compare': { 'ms for all jobs': round(floor.ms), 'cpu ms': round(floor.cpuMs) },
    'floor, bare': { 'ms for all jobs': round(bare.floor.ms), 'cpu ms': round(bare.floor.cpuMs) },
    [`one GET per job, extrapolated from ${oneByOne.sample}`]: {
      'ms for all jobs': round(oneByOne.extrapolatedSecondsForAll * 1000),
    },
    'a tick of the monitor, idle': { 'ms for all jobs': round(idle.tickMs.p50) },
  });
}

const round = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * 100) / 100;
