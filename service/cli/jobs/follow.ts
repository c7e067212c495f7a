import { type Client, isFinished, type StreamOptions, type WatchedJob } from '../../client/index.ts';
import type { Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { plain } from '../terminal.ts';
import { exitCodeOf, paintState, stateOf } from './state.ts';

/** Longer than a service takes to start again. */
const PATIENCE_MS = 5 * 60_000;

/** For what is watched for hours: a line that breaks is told once, and that it stands again. */
export const patiently = ({
  terminal,
  signal,
}: Cli): Pick<StreamOptions, 'signal' | 'onConnection' | 'giveUpAfterMs'> => {
  let lost = false;
  return {
    signal,
    giveUpAfterMs: PATIENCE_MS,
    onConnection: (connection) => {
      if (connection.state === 'lost' && !lost) {
        terminal.say(`${(connection.error as Error).message} Trying again ...`);
      } else if (connection.state === 'open' && lost) terminal.say('The service answers again.');
      lost = connection.state === 'lost';
    },
  };
};

/** The states of a job as lines of words, until `reached`; the last state, null when the job is gone. */
export const watchStates = async (
  cli: Cli,
  client: Client,
  id: string,
  reached: (job: WatchedJob) => boolean,
): Promise<WatchedJob | null> => {
  let last = '';
  for await (const job of client.jobs.watch(id, patiently(cli))) {
    if (job === null) {
      cli.terminal.say(`Job ${id} is gone.`);
      return null;
    }
    const line = `${paintState(cli.terminal, stateOf(job), job)}  ${plain(job.message)}`.trimEnd();
    if (line !== last) cli.terminal.say(`${id}  ${line}`);
    last = line;
    if (reached(job) || isFinished(job)) return job;
  }
  cli.signal.throwIfAborted();
  return null;
};

/** State and output of a job, side by side, to its end; what the command ends with. Ctrl-C leaves the job as it is. */
export const followToEnd = async (cli: Cli, id: string): Promise<ExitCode> => {
  const { client } = await cli.connection();
  cli.onDetach([
    `Detached: job ${id} goes on.`,
    `  ${cli.name} logs -f ${id}    its output from here on`,
    `  ${cli.name} wait ${id}       until it has ended`,
    `  ${cli.name} cancel ${id}     stops it`,
  ]);
  const states = watchStates(cli, client, id, isFinished);
  const output = printLog(cli, client, id);
  const [job] = await Promise.all([states, output]);
  return job === null ? EXIT.jobCancelled : exitCodeOf(job);
};

const printLog = async (cli: Cli, client: Client, id: string): Promise<void> => {
  // Of a broken line the states tell already.
  const options = { signal: cli.signal, giveUpAfterMs: PATIENCE_MS, follow: true };
  for await (const { text } of client.jobs.logs(id, options)) await cli.terminal.print(`${text}\n`);
};
