import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../infra/images/bundle.ts';
import { creation } from './operator/creation.ts';
import { failover } from './operator/failover.ts';
import { bundled } from './operator/programs.ts';
import { progress } from './operator/progress.ts';
import { restart } from './operator/restart.ts';
import { benchCommand, count } from './options.ts';

interface Flags {
  readonly jobs: number;
  readonly perSecond: number;
  readonly created: number;
  readonly reports: number;
  readonly json?: boolean;
}

const command = benchCommand(
  'operator',
  `The operator of TrainingJobs as it runs in its image, against an API server in this process: a restart with so many jobs
and nothing to do; new jobs at a rate, until their Job is there; a leader that is killed; reports of progress. Beside the
least that could do it: the same watches and writes with nothing decided, and TLS, HTTP and JSON with nothing behind it.`,
)
  .option('--jobs <n>', 'that run when the operator is started', count, 10_000)
  .option('--created <n>', 'new jobs', count, 500)
  .option('--per-second <n>', 'of them', count, 50)
  .option('--reports <n>', 'of progress', count, 3_000);

export async function run(argv: string[]): Promise<void> {
  const flags = command.parse(argv, { from: 'user' }).opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'bench-operator-'));
  try {
    await bundle(join(folder, 'image'));
    const ours = { title: 'operator', args: [join(folder, 'image/operator.js')] };
    const floor = { title: 'floor', args: [await bundled('floor.ts', join(folder, 'image'))] };
    const bare = await bundled('bare-endpoint.ts', join(folder, 'image'));
    const results = {
      restart: [await restart(folder, ours, flags.jobs), await restart(folder, floor, flags.jobs)],
      creation: [await creation(folder, ours, flags), await creation(folder, floor, flags)],
      failover: await failover(folder, ours, Math.min(flags.jobs, 1_000)),
      progress: await progress(folder, ours, bare, flags.reports),
    };
    console.log(flags.json ? JSON.stringify(results) : told(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Results {
  readonly restart: readonly Awaited<ReturnType<typeof restart>>[];
  readonly creation: readonly Awaited<ReturnType<typeof creation>>[];
  readonly failover: Awaited<ReturnType<typeof failover>>;
  readonly progress: Awaited<ReturnType<typeof progress>>;
}

function told({ creation, failover, progress, restart }: Results): string {
  const ms = (value: number | null) => (value === null ? 'none' : `${Math.round(value)} ms`);
  return [
    'restart to all settled',
    ...restart.map(
      ({ peakMiB, seconds, title, writes }) =>
        `  ${title}: ${seconds.toFixed(1)} s, ${writes} writes, ${peakMiB} MiB at most`,
    ),
    'new TrainingJob to its Job',
    ...creation.map(
      ({ max, p50, p99, requestsPerJob, title }) =>
        `  ${title}: p50 ${ms(p50)}, p99 ${ms(p99)}, at most ${ms(max)}; ${requestsPerJob.toFixed(1)} writes a job`,
    ),
    'leader killed',
    `  all that was new made after ${failover.seconds.toFixed(1)} s, ${failover.madeTwice} made twice`,
    'progress (with the senders on the same machine)',
    ...progress.map(
      ({ connections, coresForThousandASecond, perSecond, statusWrites, title }) =>
        `  ${title}, connections ${connections}: 1,000 a second need ${coresForThousandASecond.toFixed(2)} cores; ` +
        `${Math.round(perSecond)} a second sent, ${statusWrites} statuses written`,
    ),
  ].join('\n');
}
