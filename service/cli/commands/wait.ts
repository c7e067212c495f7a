import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isFinished, Problem, type WatchedJob } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, wrongUse } from '../failures.ts';
import { findJob } from '../jobs/find.ts';
import { watchStates } from '../jobs/follow.ts';
import { exitCodeOf } from '../jobs/state.ts';
import { secondsOf } from '../output/time.ts';

const CONDITIONS: Readonly<Record<string, (job: WatchedJob) => boolean>> = {
  finished: isFinished,
  running: ({ status }) => status === 'Running',
  succeeded: ({ status }) => status === 'Succeeded',
  failed: ({ status }) => status === 'Failed',
  suspended: ({ reason }) => reason === 'Suspended',
  deleted: () => false,
};

const CHOICES = `${Object.keys(CONDITIONS).join(', ')}, progress=<percent>`;

export const addWait: AddCommand = (program, cli) => {
  program
    .command('wait')
    .summary('wait until a job has come so far')
    .description(
      'Waits for each of the jobs. Ends with 0 when all have come so far; of one that ended before, as that job ended: ' +
        'so "wait <job>" ends as the job did.',
    )
    .argument('<job...>', 'ids or names of jobs')
    .option('--for <condition>', CHOICES, 'finished')
    .option('--timeout <time>', 'give up after it: 90s, 15m, 2h')
    .option('-q, --quiet', 'do not tell what happens meanwhile')
    .action((said: string[], options: { for: string; timeout?: string; quiet?: boolean }) => wait(cli, said, options));
};

const wait = async (
  cli: Cli,
  said: readonly string[],
  options: { readonly for: string; readonly timeout?: string; readonly quiet?: boolean },
): Promise<ExitCode> => {
  const condition = options.for.toLowerCase();
  const percent = /^progress=(\d{1,3})$/.exec(condition)?.[1];
  const reached = percent === undefined ? CONDITIONS[condition] : () => false;
  if (reached === undefined) throw wrongUse(`--for=${options.for} is not known`, `It is one of ${CHOICES}.`);
  const patience = options.timeout === undefined ? undefined : secondsOf(options.timeout) * 1000;
  const { client } = await cli.connection();
  const ids = await Promise.all(said.map((each) => findJob(cli, each)));
  cli.onDetach([`No longer waiting; ${ids.length === 1 ? 'the job goes on' : 'the jobs go on'}.`]);
  const over = new AbortController();
  const end = () => over.abort(cli.signal.reason);
  cli.signal.addEventListener('abort', end, { once: true });
  const timer = setTimeout(() => over.abort(waitedInVain(said, condition, options.timeout)), patience ?? 2 ** 31 - 1);
  const quiet = { ...cli.terminal, say: () => undefined };
  const waiting: Cli = { ...cli, signal: over.signal, terminal: options.quiet ? quiet : cli.terminal };
  try {
    const codes = await Promise.all(
      ids.map(async (id) => {
        if (condition === 'deleted') return waitUntilGone(client, id, over.signal);
        if (percent !== undefined) return waitForProgress(client, id, Number(percent), over.signal);
        return codeOf(await watchStates(waiting, client, id, reached), condition, reached);
      }),
    );
    return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
  } catch (error) {
    over.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    cli.signal.removeEventListener('abort', end);
  }
};

const waitedInVain = (said: readonly string[], condition: string, timeout: string | undefined) =>
  new Failure(
    EXIT.waitedInVain,
    `Not ${condition} within ${timeout}: ${said.join(', ')}.`,
    'What was waited for goes on.',
  );

const codeOf = (job: WatchedJob | null, condition: string, reached: (job: WatchedJob) => boolean): ExitCode => {
  if (job === null) return EXIT.jobCancelled;
  if (condition !== 'finished' && reached(job)) return EXIT.ok;
  // It has run, though it was over before anybody looked.
  return condition === 'suspended' && job.status === 'Succeeded' ? EXIT.jobFailed : exitCodeOf(job);
};

/** Progress is no event: it comes with the job. One that has succeeded has come as far as it could. */
const waitForProgress = async (client: Client, id: string, percent: number, signal: AbortSignal): Promise<ExitCode> => {
  for (;;) {
    const job = await client.jobs.get(id, { signal });
    if ((job.progress?.percent ?? -1) >= percent) return EXIT.ok;
    if (isFinished(job)) return exitCodeOf(job);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
};

/** A job that has ended is told of by no stream that ends with it, so it is looked for. */
const LOOK_EVERY_MS = 1000;

const waitUntilGone = async (client: Client, id: string, signal: AbortSignal): Promise<ExitCode> => {
  for (;;) {
    const gone = await client.jobs.status(id, { signal }).then(
      () => false,
      (error) => (error instanceof Problem && error.status === 404 ? true : Promise.reject(error)),
    );
    if (gone) return EXIT.ok;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
};
