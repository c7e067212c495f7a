import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
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
/** Submitted when the others have ended. */
const LATE_JOBS: readonly Record<string, unknown>[] = [
  {
    jobName: 'pose-estimation',
    algorithm: { source: 'container', algorithmName: 'pose', imageUri: 'registry.example.com/missing/pose:2.1' },
    entrypoint: 'python train.py',
    targetClusters: ['member2'],
  },
  {
    jobName: 'assistant-finetune-forever',
    algorithm: { algorithmName: 'deepspeed-zero3' },
    namespace: 'research',
    priority: 800,
  },
  { jobName: 'pricing-forever', algorithm: { algorithmName: 'horovod-mpi' }, targetClusters: ['member1'] },
];

type Shot = { name: string; path: string; ready: (page: Page) => Promise<unknown>; width?: number; height?: number };

const shots = (stuck: string, running: string): Shot[] => {
  const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  const onPhone = { width: 390, height: 844 };
  return [
    { name: 'jobs', path: '/', ready: text('pricing-forever') },
    { name: 'jobs-phone', path: '/', ready: text('pricing-forever'), ...onPhone },
    { name: 'job-stuck', path: `/jobs/${stuck}`, ready: text('Check the name of the image') },
    { name: 'job-running', path: `/jobs/${running}`, ready: text(/Running on/) },
    { name: 'job-phone', path: `/jobs/${running}`, ready: text(/Running on/), ...onPhone },
    { name: 'logs', path: `/jobs/${running}/logs`, ready: text(/epoch 8\//) },
    { name: 'new-job', path: '/new', ready: text('num_round') },
    { name: 'clusters', path: '/clusters', ready: text('member3') },
  ];
};

const settled = async ({ url }: Platform, ids: readonly string[], wanted: RegExp): Promise<void> => {
  for (const id of ids) {
    for (;;) {
      const { status, reason } = (await (await fetch(`${url}/api/v1/jobs/${id}`)).json()) as {
        status: string;
        reason: string;
      };
      if (wanted.test(`${status} ${reason}`)) break;
      await new Promise((later) => setTimeout(later, 200));
    }
  }
};

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

const chromium = await findChromium();
if (typeof chromium === 'string') {
  console.error(`No screenshots: ${chromium}`);
  process.exit(1);
}
const home = await mkdtemp(join(tmpdir(), 'ml-platform-screenshots-'));
const postgres = await startPostgres({ directory: join(home, 'postgres'), log: () => undefined });
const platform = await startPlatform(parseConnection(postgres.url));
const { browser, close } = await launchBrowser(chromium);
try {
  await mkdir(DIRECTORY, { recursive: true });
  await settled(platform, await submitAll(platform, JOBS), /Succeeded|Failed/);
  const [stuck = '', , running = ''] = await submitAll(platform, LATE_JOBS);
  await settled(platform, [running], /Running/);
  for (const scheme of ['light', 'dark'] as const) {
    for (const shot of shots(stuck, running)) await take(browser, platform.url, scheme, shot);
  }
} finally {
  await close();
  await platform.close();
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
