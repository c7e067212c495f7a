import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { METRICS } from '../../service/contract.ts';
import { createMetrics } from '../../service/metrics.ts';
import { freshDatabase } from './postgres.ts';
import { MANY_JOBS } from './some-jobs.ts';

const NO_CLUSTERS = async () => new Map();
const value = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1],
  );

test('the database is asked once in five seconds, however many scrape', async () => {
  const store = (await freshDatabase()).store();
  let asked = 0;
  const counting = {
    ...store,
    figures() {
      asked++;
      return store.figures();
    },
  };
  let now = 0;
  const metrics = createMetrics(counting, NO_CLUSTERS, undefined, () => now);
  const scrapes = () => Promise.all(Array.from({ length: 50 }, () => metrics.render()));

  const texts = (await scrapes()).map(({ text }) => text);
  for (const text of texts) expect(value(text, METRICS.databaseUp)).toBe(1);
  expect(asked).toBe(1);
  now = 5_000;
  await scrapes();
  expect(asked).toBe(1);
  now = 5_001;
  await scrapes();
  expect(asked).toBe(2);
});

test('an event loop that is held moves its gauge', async () => {
  const store = (await freshDatabase()).store();
  let now = 0;
  const metrics = createMetrics(store, NO_CLUSTERS, undefined, () => now);
  const worst = async () => {
    now += 10_000;
    return value((await metrics.render()).text, `${METRICS.loopDelay}{quantile="1"}`);
  };
  // Its timer has to come round before and after.
  await sleep(50);
  await worst();
  await sleep(50);
  const until = performance.now() + 1_500;
  while (performance.now() < until);
  await sleep(50);
  expect(await worst()).toBeGreaterThan(1.4);
});

test('trainings are told by team and algorithm, and of too many teams those with most', async () => {
  const database = await freshDatabase();
  const store = database.store();
  await database.query(MANY_JOBS, [1, 1_000, 'Running']);
  await database.query("update job set namespace = 'team-' || (split_part(id, '-', 2)::int % 300), finished_at = null");
  await database.query("update job set namespace = 'large' where split_part(id, '-', 2)::int <= 100");
  await database.query(
    `insert into job_progress (job_id, cluster, at, progress)
     select id, clusters[1], now() - interval '1 minute', '{"percent": 40}' from job`,
  );
  const { text } = await createMetrics(store, NO_CLUSTERS).render();
  const series = (name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`));
  expect(value(text, `${METRICS.trainings}{namespace="large",algorithm="xgboost"}`)).toBe(100);
  expect(value(text, `${METRICS.trainingPercent}{namespace="large",algorithm="xgboost"}`)).toBe(40);
  expect(value(text, `${METRICS.trainingReportAge}{namespace="other",algorithm="other"}`)).toBeGreaterThanOrEqual(60);
  expect(series(METRICS.trainings)).toHaveLength(201);
  expect(series(METRICS.trainings).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(1_000);
});
