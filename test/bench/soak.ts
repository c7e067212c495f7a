import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startDatabase } from './monitor/processes.ts';
import { benchCommand, count } from './options.ts';

const command = benchCommand(
  'soak',
  `Jobs that come, run, end and are taken away again, through the whole service, and the memory that it holds after each tenth of
them, once the garbage is collected: the ratio to that after the first tenth stays near 1, however many there were.`,
)
  .option('--jobs <n>', 'jobs', count, 20_000)
  .option('--at-once <n>', 'jobs of which anything is left in a cluster, at most', count, 100);

interface Settings {
  readonly jobs: number;
  readonly atOnce: number;
}

interface Sample {
  readonly jobs: number;
  readonly seconds: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  /** As /metrics tells it. */
  readonly remembered: Readonly<Record<string, number>>;
}

const SAMPLES = 10;
const REQUEST = JSON.stringify({
  jobName: 'train-sleep-10',
  namespace: 'soak',
  algorithm: { algorithmName: 'xgboost' },
});

export async function run(args: string[]): Promise<void> {
  const { json, ...settings } = command.parse(args, { from: 'user' }).opts<Settings & { json?: boolean }>();
  const samples = await measure(settings, (line) => void (json || console.error(line)));
  const [first] = samples;
  if (!json && first) {
    const ratio = (value: number, of: number) => Math.round((value / of) * 100) / 100;
    console.table(
      samples.map(({ heapMiB, jobs, remembered, rssMiB, seconds }) => ({
        jobs,
        seconds,
        'RSS MiB': rssMiB,
        'RSS / first': ratio(rssMiB, first.rssMiB),
        'heap MiB': heapMiB,
        'heap / first': ratio(heapMiB, first.heapMiB),
        ...Object.fromEntries(Object.entries(remembered).map(([what, held]) => [`held: ${what}`, held])),
      })),
    );
  }
  console.log(JSON.stringify({ settings, samples }));
}

async function measure({ atOnce, jobs }: Settings, say: (line: string) => void): Promise<Sample[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-bench-soak-'));
  const postgres = await startDatabase();
  const karmada = await started(resolve(import.meta.dirname, '../simulation/karmada/process.ts'), ['--speed', '50']);
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, (karmada.said as { kubeconfig: string }).kubeconfig);
  const service = await started(join(import.meta.dirname, 'soak/service.ts'), [postgres.url, kubeconfig]);
  const origin = `http://127.0.0.1:${service.said}`;
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  const start = performance.now();
  const samples: Sample[] = [];
  try {
    let submitted = 0;
    while (samples.length < SAMPLES) {
      const cleared = await clearedOf(database);
      const room = Math.min(atOnce - (submitted - cleared), jobs - submitted);
      await Promise.all(Array.from({ length: Math.max(0, room) }, () => submit(origin)));
      submitted += Math.max(0, room);
      if (cleared < Math.ceil((jobs / SAMPLES) * (samples.length + 1))) {
        await sleep(100);
        continue;
      }
      const sample = await sampled(service.child, origin);
      samples.push({ jobs: cleared, seconds: Math.round((performance.now() - start) / 1000), ...sample });
      say(`${cleared} jobs have come and gone: ${sample.rssMiB} MiB resident, ${sample.heapMiB} MiB of it in use`);
    }
  } finally {
    await database.end();
    service.child.disconnect();
    await once(service.child, 'exit');
    karmada.child.disconnect();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
  return samples;
}

async function submit(origin: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/api/v1/jobs`, { method: 'POST', headers, body: REQUEST });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** Jobs of which nothing is left in any cluster. */
async function clearedOf(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ cleared: number }>('select count(cleared_at)::int as cleared from job');
  return rows[0]?.cleared ?? 0;
}

async function sampled(child: ChildProcess, origin: string): Promise<Omit<Sample, 'jobs' | 'seconds'>> {
  child.send('memory');
  const [{ heapUsed, rss }] = (await once(child, 'message')) as [{ heapUsed: number; rss: number }];
  const text = await (await fetch(`${origin}/metrics`)).text();
  const remembered = [...text.matchAll(/^mlp_remembered\{what="(\w+)"\} (\d+)$/gm)];
  return {
    rssMiB: Math.round(rss / 2 ** 20),
    heapMiB: Math.round(heapUsed / 2 ** 20),
    remembered: Object.fromEntries(remembered.map(([, what = '', count]) => [what, Number(count)])),
  };
}

async function started(file: string, args: string[]): Promise<{ child: ChildProcess; said: unknown }> {
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [said] = await once(child, 'message');
  return { child, said };
}
