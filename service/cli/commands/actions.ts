import type { BulkAction, BulkOutcome } from '../../client/index.ts';
import { type AddCommand, type Cli, wholeNumber } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failures.ts';
import { findJob } from '../jobs/find.ts';
import { followToEnd } from '../jobs/follow.ts';

const ACTIONS: readonly { readonly name: BulkAction; readonly summary: string; readonly description: string }[] = [
  {
    name: 'cancel',
    summary: 'stop jobs for good',
    description: 'Stops jobs for good: each ends as Failed with the reason Cancelled.',
  },
  {
    name: 'suspend',
    summary: 'free what jobs use, until resumed',
    description: 'Frees what jobs use until they are resumed. Their pods go; their volumes stay.',
  },
  { name: 'resume', summary: 'let suspended jobs go on', description: 'Lets suspended jobs go on.' },
  {
    name: 'delete',
    summary: 'remove jobs with all that is theirs',
    description: 'Removes jobs with all that was created for them, their logs and history too.',
  },
];

export const addActions: AddCommand = (program, cli) => {
  for (const { name, summary, description } of ACTIONS) {
    program
      .command(name)
      .summary(summary)
      .description(
        `${description} Asked for at once, carried out soon after: "wait" waits for it. Prints the ids of those that were asked.`,
      )
      .argument('<job...>', 'ids or names of jobs')
      .action((said: string[]) => act(cli, name, said));
  }
  program
    .command('retry')
    .summary('run a job that has ended again')
    .description('Submits the request of a job that has ended once more. Prints the id of the new job.')
    .argument('<job>', 'id or name of the job')
    .option('-w, --watch', 'show states and output until the new job has ended, and end as it did')
    .action((said: string, { watch }: { watch?: boolean }) => retry(cli, said, watch === true));
  program
    .command('priority')
    .summary('change the priority of a job that waits')
    .description('Changes the priority of a job that waits to be dispatched: higher goes first.')
    .argument('<job>', 'id or name of the job')
    .argument('<priority>', 'the new one', wholeNumber)
    .action(async (said: string, priority: number) => {
      const { client } = await cli.connection();
      const id = await findJob(cli, said);
      await client.jobs.setPriority(id, priority);
      cli.terminal.say(`Priority of job ${id}: ${priority}.`);
      return EXIT.ok;
    });
};

const act = async (cli: Cli, action: BulkAction, said: readonly string[]): Promise<ExitCode> => {
  const { client } = await cli.connection();
  const ids: string[] = [];
  for (const each of said) ids.push(await findJob(cli, each));
  if (new Set(ids).size < ids.length) throw wrongUse(`Two of ${said.join(', ')} are the same job`);
  const outcomes = await client.jobs.actOnMany(action, ids);
  for (const { id, outcome, detail } of outcomes) {
    if (outcome === 'done') await cli.terminal.print(`${id}\n`);
    else cli.terminal.say(detail ?? `Job ${id}: ${outcome}`);
  }
  const done = outcomes.filter(({ outcome }) => outcome === 'done').length;
  if (done > 0) cli.terminal.say(`Asked to ${action}: ${done === 1 ? '1 job' : `${done} jobs`}.`);
  return outcomes.map(codeOf).find((code) => code !== EXIT.ok) ?? EXIT.ok;
};

const codeOf = ({ outcome }: BulkOutcome): ExitCode =>
  ({ done: EXIT.ok, refused: EXIT.refused, forbidden: EXIT.unauthorised, unknown: EXIT.notFound })[outcome];

const retry = async (cli: Cli, said: string, watch: boolean): Promise<ExitCode> => {
  const { client } = await cli.connection();
  const { id } = await client.jobs.retry(await findJob(cli, said));
  cli.terminal.say(`Job ${id} submitted.`);
  if (watch) return followToEnd(cli, id);
  await cli.terminal.print(`${id}\n`);
  return EXIT.ok;
};
