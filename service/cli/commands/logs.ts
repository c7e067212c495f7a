import type { Client, LogOptions } from '../../client/index.ts';
import { type AddCommand, type Cli, wholeNumber } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, wrongUse } from '../failures.ts';
import { findJob } from '../jobs/find.ts';
import { patiently } from '../jobs/follow.ts';
import { secondsOf } from '../output/time.ts';

interface Options {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly attempt?: number;
  readonly run?: number;
  readonly grep?: string;
  readonly tail?: number;
  readonly since?: string;
  readonly timestamps?: boolean;
  readonly pod?: string;
  readonly container?: string;
  readonly cluster?: string;
}

export const addLogs: AddCommand = (program, cli) => {
  program
    .command('logs')
    .summary('what a job writes')
    .description('Prints the output of a job: of its pods while they are there, later what was kept of it.')
    .argument('<job>', 'id of the job, or its name: then the newest of that name')
    .option('-f, --follow', 'go on as the job writes, until it has ended')
    .option('-p, --previous', 'of the run before the last: before a suspension, or of the attempt before')
    .option('--attempt <n>', 'of this attempt: each retry is one', wholeNumber)
    .option('--run <n>', 'of this run only, from 1 on', wholeNumber)
    .option('--grep <regex>', 'only lines in which it is found')
    .option('--tail <n>', 'the last lines of each container', wholeNumber)
    .option('--since <time>', 'what was written within it: 90s, 15m, 2h')
    .option('--timestamps', 'with the time of writing in front')
    .option('--pod <name>', 'of this pod only')
    .option('--container <name>', 'of this container only')
    .option('--cluster <name>', 'of this cluster only')
    .action((said: string, options: Options) => logs(cli, said, options));
};

const logs = async (cli: Cli, said: string, options: Options): Promise<ExitCode> => {
  const found = options.grep === undefined ? undefined : patternOf(options.grep);
  const { client } = await cli.connection();
  const { id, run } = await attemptOf(cli, client, await findJob(cli, said), options);
  cli.onDetach([`Detached: job ${id} goes on. "${cli.name} logs -f --tail 10 ${id}" comes back to it.`]);
  const wanted: LogOptions = {
    ...patiently(cli),
    ...given({
      run,
      tailLines: options.tail,
      pod: options.pod,
      container: options.container,
      cluster: options.cluster,
    }),
    ...given({ sinceSeconds: options.since === undefined ? undefined : secondsOf(options.since) }),
    follow: options.follow ?? false,
  };
  let count = 0;
  for await (const { at, text } of client.jobs.logs(id, wanted)) {
    count++;
    if (found && !found.test(text)) continue;
    await cli.terminal.print(`${options.timestamps && at !== null ? `${at} ` : ''}${text}\n`);
  }
  cli.signal.throwIfAborted();
  if (count === 0) cli.terminal.say(`Job ${id} has written nothing${options.follow ? '' : ' yet'}.`);
  return EXIT.ok;
};

const given = (values: Readonly<Record<string, string | number | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const patternOf = (text: string): RegExp => {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw wrongUse(`--grep ${text}: ${(error as Error).message}`);
  }
};

const attemptOf = async (
  cli: Cli,
  client: Client,
  id: string,
  { attempt, previous, run }: Options,
): Promise<{ id: string; run: number | undefined }> => {
  if (attempt === undefined && !previous) return { id, run };
  const attempts = await client.jobs.attempts(id);
  if (attempt !== undefined) {
    const wanted = attempts.find((each) => each.attempt === attempt);
    if (wanted) return { id: wanted.id, run };
    const known = attempts.map((each) => each.attempt).join(', ');
    throw new Failure(EXIT.notFound, `Job ${id} has no attempt ${attempt}.`, `It has ${known}.`);
  }
  const { runs } = await client.jobs.logRuns(id);
  const before = runs.at(-2);
  if (before) return { id, run: before.run };
  const earlier = attempts[attempts.findIndex((each) => each.id === id) - 1];
  if (earlier) return { id: earlier.id, run: undefined };
  throw new Failure(EXIT.notFound, `Job ${id} ran only once.`, `"${cli.name} logs ${id}" shows that run.`);
};
