import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { freshDatabase } from '../service/postgres.ts';
import { findChromium, launchBrowser } from './browser.ts';
import { builtPage } from './built-page.ts';
import { startPlatform } from './platform.ts';
import { accessibility } from './scenarios/accessibility.ts';
import { clusters } from './scenarios/clusters.ts';
import { curves } from './scenarios/curves.ts';
import { goodput } from './scenarios/goodput.ts';
import { job } from './scenarios/job.ts';
import { jobs } from './scenarios/jobs.ts';
import { manyJobs } from './scenarios/many-jobs.ts';
import { newJob } from './scenarios/new-job.ts';
import { offline } from './scenarios/offline.ts';
import { outputs } from './scenarios/outputs.ts';
import { phone } from './scenarios/phone.ts';
import { signIn } from './scenarios/sign-in.ts';
import type { Scene } from './scene.ts';

// One browser, one service, one database for all scenarios: each works with jobs of names of its own.

const chromium = await findChromium();
if (typeof chromium === 'string') console.warn(`The page is not tested in a browser: ${chromium}`);

describe.skipIf(typeof chromium === 'string')('the page in a real browser', () => {
  let scene: Scene;
  let close: () => Promise<void>;

  beforeAll(async () => {
    if (typeof chromium === 'string') return;
    await builtPage();
    const database = await freshDatabase();
    const [platform, browser] = await Promise.all([startPlatform(database.connection), launchBrowser(chromium)]);
    scene = { platform, database, browser: browser.browser };
    close = async () => {
      await browser.close();
      await platform.close();
      await database.drop();
    };
  });
  afterAll(() => close?.());
  // What it trains on for ever would be told to every page that comes after: a third of what the simulation and the service cost here.
  afterEach(async () => {
    const going = await scene.database.query<{ id: string }>('select id from job where finished_at is null');
    await scene.platform.cancel(going.map(({ id }) => id));
  });

  const now = () => scene;
  describe('New job', () => newJob(now));
  describe('Jobs', () => jobs(now));
  describe('Job', () => job(now));
  describe('Outputs', () => outputs(now));
  describe('Curves', () => curves(now));
  describe('Goodput', () => goodput(now));
  describe('Clusters', () => clusters(now));
  describe('On a phone', () => phone(now));
  describe('Accessibility', () => accessibility(now));
  describe('Sign-in', () => signIn(now));
  describe('Ten thousand jobs', () => manyJobs(now));
  describe('Without the service', () => offline(now));
});
