import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { ENV } from '../../service/contract.ts';
import { freePort } from '../../service/local/free-port.ts';
import { startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { findChromium, launchBrowser } from './browser.ts';
import { type Platform, startPlatform } from './platform.ts';

// npm run screenshots: pictures of each page for the README and for looking at, light and dark, from the real service.

const DIRECTORY = resolve('docs/screenshots');
const MAX_BYTES = 200_000;

const JOBS: readonly Record<string, unknown>[] = [
  { jobName: 'churn-weekly', algorithm: { algorithmName: 'xgboost' } },
  { jobName: 'demand-forecast', algorithm: { algorithmName: 'lightgbm' }, priority: 700 },
  { jobName: 'product-images-fail', algorithm: { algorithmName: 'tensorflow-cnn' } },
  { jobName: 'support-summaries', algorithm: { algorithmName: 'tensorflow-transformer' } },
  { jobName: 'ranking-v7', algorithm: { algorithmName: 'torch-mpi' } },
  { jobName: 'speech-base', algorithm: { algorithmName: 'jax-pjit' }, namespace: 'research' },
  { jobName: 'fraud-nightly', algorithm: { algorithmName: 'xgboost' }, priority: 900 },
];
/** Submitted when the others have ended, for each scheme anew. */
const LATE_JOBS: readonly Record<string, unknown>[] = [
  {
    jobName: 'pose-estimation',
    algorithm: { source: 'container', algorithmName: 'pose', imageUri: 'registry.example.com/missing/pose:2.1' },
    entrypoint: 'python train.py',
    targetClusters: ['member2'],
  },
  {
    jobName: 'assistant-finetune',
    algorithm: { algorithmName: 'deepspeed-zero3' },
    namespace: 'research',
    priority: 800,
  },
  { jobName: 'pricing', algorithm: { algorithmName: 'horovod-mpi' }, targetClusters: ['member1'] },
];

/** A month of work: who, how it ended, hours, GPUs, and steps that it told of. */
const WORK = [
  ['ads', 'Succeeded', 'Succeeded', 310, 8, 120_000],
  ['ads', 'Failed', 'Preempted', 22, 8, 9_000],
  ['ads', 'Failed', 'AppFailed', 9, 8, 2_000],
  ['search', 'Succeeded', 'Succeeded', 420, 4, 300_000],
  ['search', 'Failed', 'Stalled', 31, 4, 12_000],
  ['search', 'Failed', 'Cancelled', 14, 4, 7_000],
  ['vision', 'Succeeded', 'Succeeded', 95, 2, 40_000],
  ['vision', 'Failed', 'OutOfMemory', 12, 2, 900],
  ['vision', 'Failed', 'Lost', 20, 2, 8_000],
] as const;

const addWork = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const [place, [namespace, status, reason, hours, gpus, steps]] of WORK.entries()) {
    const resources = { instanceCount: 1, instanceResources: { cpuCores: 8 * gpus, gpuCount: gpus } };
    const id = `work-${place}`;
    const values = [id, namespace, status, reason, hours, JSON.stringify({ resources })];
    await client.query(
      `insert into job (id, object_name, job_name, namespace, algorithm, priority, kind, request, status, reason, message, clusters,
                        created_at, dispatched_at, started_at, finished_at, ran_ms, logs_kept_at, cleared_at)
       select $1, $1, $1, $2, 'xgboost', 500, 'RayJob', $6::json, $3, $4, '', '{}',
              began, began, began, began + $5::int * interval '1 hour', $5::int * 3600000, now(), now()
         from (select now() - interval '25 days' as began) at`,
      values,
    );
    await client.query(
      "insert into job_progress (job_id, cluster, at, progress, began) values ($1, 'member1', now(), $2, '{\"step\": 0}')",
      [id, JSON.stringify({ step: steps })],
    );
  }
  await client.end();
};

type Shot = { name: string; path: string; ready: (page: Page) => Promise<unknown>; width?: number; height?: number };

/** At this pace a training takes a minute and a half: it is under way in all pictures that show it. */
const SPEED = 0.33;

const shots = (stuck: string, running: string): Shot[] => {
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  const percent = (page: Page) => page.getByRole('progressbar').first().waitFor();
  const onPhone = { width: 390, height: 844 };
  return [
    { name: 'jobs', path: '/', ready: percent },
    { name: 'jobs-phone', path: '/', ready: percent, ...onPhone },
    { name: 'job-running', path: `/jobs/${running}`, ready: percent },
    { name: 'curves', path: `/jobs/${running}/curves`, ready: (page) => page.locator('canvas').first().waitFor() },
    { name: 'job-phone', path: `/jobs/${running}`, ready: percent, ...onPhone },
    { name: 'logs', path: `/jobs/${running}/logs`, ready: text(/epoch 2\//) },
    { name: 'job-stuck', path: `/jobs/${stuck}`, ready: text('Check the name of the image') },
    { name: 'new-job', path: '/new', ready: text('num_round') },
    { name: 'goodput', path: '/goodput?days=30', ready: text('ads') },
    { name: 'goodput-phone', path: '/goodput?days=30', ready: text('ads'), ...onPhone },
    { name: 'clusters', path: '/clusters', ready: text('member3') },
  ];
};

interface Shown {
  readonly status: string;
  readonly progress: { readonly percent: number | null } | null;
}

const until = async ({ url }: Platform, id: string, isReached: (job: Shown) => boolean): Promise<void> => {
  while (!isReached((await (await fetch(`${url}/api/v1/jobs/${id}`)).json()) as Shown))
    await new Promise((later) => setTimeout(later, 200));
};
const hasEnded = ({ status }: Shown): boolean => status === 'Succeeded' || status === 'Failed';
const isWellUnderWay = ({ progress }: Shown): boolean => (progress?.percent ?? 0) > 40;

const submitAll = async (platform: Platform, jobs: readonly Record<string, unknown>[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const job of jobs) ids.push((await platform.submit(job)).id);
  return ids;
};

const take = async (browser: Browser, url: string, scheme: 'light' | 'dark', shot: Shot): Promise<void> => {
  const { name, path, ready, width = 1360, height = 850 } = shot;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url + path);
  await ready(page);
  await page.getByText('Live', { exact: true }).waitFor();
  const file = join(DIRECTORY, `${name}-${scheme}.png`);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`${file} has ${size} bytes, which is too much to commit`);
  console.log(`${relative('.', file)}  ${Math.round(size / 1000)} kB`);
};

/** Jobs tell how far they are. */
const reporting = async (): Promise<Record<string, string>> => {
  const port = await freePort();
  const key = join(home, 'progress-key');
  await writeFile(key, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return {
    [ENV.progressUrl]: `http://127.0.0.1:${port}/progress`,
    [ENV.progressPort]: String(port),
    [ENV.progressKeyFile]: key,
  };
};

const chromium = await findChromium();
if (typeof chromium === 'string') {
  console.error(`No screenshots: ${chromium}`);
  process.exit(1);
}
const home = await mkdtemp(join(tmpdir(), 'ml-platform-screenshots-'));
const postgres = await startPostgres({ directory: join(home, 'postgres'), log: () => undefined });
const platform = await startPlatform(parseConnection(postgres.url), { speed: SPEED, settings: await reporting() });
const { browser, close } = await launchBrowser(chromium);
try {
  await mkdir(DIRECTORY, { recursive: true });
  for (const id of await submitAll(platform, JOBS)) await until(platform, id, hasEnded);
  await addWork(postgres.url);
  for (const scheme of ['light', 'dark'] as const) {
    const [stuck = '', , running = ''] = await submitAll(platform, LATE_JOBS);
    await until(platform, running, isWellUnderWay);
    for (const shot of shots(stuck, running)) await take(browser, platform.url, scheme, shot);
  }
} finally {
  await close();
  await platform.close();
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
