import { afterEach, beforeEach, expect, it } from 'vitest';
import { plain } from '../../../service/local/kube/exchange.ts';
import { createLogReader, type LogReader } from '../../../service/operator/progress/log-reader.ts';
import { createProgressWriter, type ProgressWriter } from '../../../service/operator/progress/writer.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { startWorld, type World } from './world.ts';

// Images that cannot call: their log is what they say.

let world: World;
let clock: ManualClock;
/** The writer has one of its own: of the reader's one can see whether it waits for its next round. */
let writersClock: ManualClock;
let reader: LogReader;
let writer: ProgressWriter;
let isLeading: boolean;
let troubles: unknown[];
const logs = new Map<string, string>();
const reads: string[] = [];

beforeEach(async () => {
  world = await startWorld();
  const { caches } = await world.operate();
  clock = createManualClock();
  writersClock = createManualClock();
  isLeading = true;
  troubles = [];
  logs.clear();
  reads.length = 0;
  world.cluster.fates.add(({ path, query }) => {
    if (path.at(-1) !== 'log') return undefined;
    const pod = path.at(-2) ?? '';
    reads.push(`${pod.replace(/-\w+$/, '')} ${query.get('tailLines')} ${query.get('limitBytes')}`);
    return Promise.resolve(plain(200, logs.get(pod.replace(/-training.*/, '')) ?? ''));
  });
  const kube = world.cluster.kube();
  const onTrouble = (error: unknown) => troubles.push(error);
  writer = createProgressWriter({
    kube,
    clock: writersClock,
    trainingJob(key) {
      const reading = caches.trainingJobs.get(key);
      return reading && 'job' in reading ? reading.job : undefined;
    },
    onTrouble,
  });
  reader = createLogReader({ kube, caches, writer, isLeading: () => isLeading, clock, onTrouble });
});
afterEach(async () => {
  await reader.stop();
  await writer.stop();
  await world.close();
});

async function run(name: string): Promise<void> {
  world.submit(name, { numWorkers: 2 });
  await expect.poll(() => world.job(name)).toBeDefined();
  world.pods(name, 'Running');
  await expect.poll(() => world.status(name).state).toBe('Running');
}

const line = (percentage: number, at = new Date()) =>
  `${JSON.stringify({ trainerStatus: { lastUpdatedTime: at.toISOString(), progressPercentage: percentage, metrics: [] } })}\n`;

/** Until the answers of what became due are taken. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.pass(1_000);
    await expect.poll(() => clock.waiting()).toBe(1);
    await writersClock.pass(1_000);
  }
}

it('the log of worker 0 becomes the status, a bounded end of it, no more often than every ten seconds', async () => {
  await run('bert');
  logs.set('bert', `starting\n${line(40)}`);
  await pass(2);
  await expect.poll(() => world.status('bert').progress).toBe('40%');
  logs.set('bert', line(60));
  await pass(5);
  expect(reads).toEqual(['bert-training-0 100 262144']);
  await pass(7);
  await expect.poll(() => world.status('bert').progress).toBe('60%');
  expect(reads).toHaveLength(2);
});

it('what has been reported otherwise is not read', async () => {
  await run('bert');
  const report = { progressPercentage: 10, lastUpdatedTime: new Date().toISOString(), metrics: [] };
  const { parseReport } = await import('../../../service/trainingjob/index.ts');
  const parsed = parseReport({ trainerStatus: report });
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  writer.take('ml/bert', 1, parsed.report);
  await writersClock.pass(0);
  await expect.poll(() => world.status('bert').progress).toBe('10%');
  await expect
    .poll(() => world.controllers[0]?.caches.trainingJobs.get('ml/bert'))
    .toMatchObject({
      job: { status: { progress: '10%' } },
    });
  await pass(15);
  expect(reads).toEqual([]);
});

it('of many jobs five are read a second, and by the replica that acts only', async () => {
  for (let index = 0; index < 8; index += 1) await run(`job-${index}`);
  isLeading = false;
  await pass(3);
  expect(reads).toEqual([]);
  isLeading = true;
  await pass(1);
  expect(reads).toHaveLength(5);
  await pass(1);
  expect(reads).toHaveLength(8);
});

it('what cannot be read is told, and keeps nothing else from being read', async () => {
  await run('bert');
  await run('other');
  world.cluster.fates.clear();
  world.cluster.fates.add(({ path }) => {
    if (path.at(-1) !== 'log') return undefined;
    if (path.at(-2)?.startsWith('bert')) return Promise.resolve('drop' as const);
    return Promise.resolve(plain(200, line(70)));
  });
  await pass(2);
  await expect.poll(() => world.status('other').progress).toBe('70%');
  await expect.poll(() => troubles.length).toBe(1);
});
