import type { JobEvent } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findJob } from '../jobs/find.ts';
import { patiently } from '../jobs/follow.ts';
import { paintState } from '../jobs/state.ts';
import { FORMATS, type Format, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { createTable } from '../output/table.ts';
import { age } from '../output/time.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly watch?: boolean;
  readonly output: string;
}

export const addEvents: AddCommand = (program, cli) => {
  program
    .command('events')
    .summary('what has happened to a job')
    .description('Shows the history of a job. Without a job, shows what happens to all jobs from now on.')
    .argument('[job]', 'id of the job, or its name: then the newest of that name')
    .option('-w, --watch', 'go on with what happens')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action((said: string | undefined, options: Options) => events(cli, said, options));
};

const events = async (cli: Cli, said: string | undefined, options: Options): Promise<ExitCode> => {
  const format = parseFormat(options.output);
  const { client, namespace } = await cli.connection();
  const shape = eventShape(cli.terminal, said === undefined);
  const job = said === undefined ? undefined : await findJob(cli, said);
  const known = job === undefined ? [] : await client.jobs.events(job);
  if (job !== undefined && !options.watch) {
    await printList(cli.terminal, format, onePage(known), shape);
    return EXIT.ok;
  }
  const last = known.at(-1)?.id;
  const more = client.events({
    ...patiently(cli),
    ...(job !== undefined && { job }),
    ...(last !== undefined && { lastEventId: last }),
    ...(namespace !== undefined && { namespace }),
  });
  const print = printerOf(format, shape);
  if (known.length > 0) await cli.terminal.print(print(known));
  for await (const event of more) await cli.terminal.print(print([event]));
  cli.signal.throwIfAborted();
  return EXIT.ok;
};

/** What has no end is printed event by event: JSON on a line each. */
const printerOf = (format: Format, { columns, nameOf }: Shape<JobEvent>): ((events: readonly JobEvent[]) => string) => {
  if (format.kind === 'table') return createTable(columns.filter(({ wide }) => !wide || format.wide));
  return (events) =>
    events
      .map((event) => {
        if (format.kind === 'name') return `${nameOf(event)}\n`;
        return format.kind === 'jsonpath' ? format.render(event) : `${JSON.stringify(event)}\n`;
      })
      .join('');
};

const eventShape = (terminal: Terminal, ofAll: boolean): Shape<JobEvent> => ({
  nameOf: ({ id }) => id,
  columns: [
    { title: 'AGE', text: ({ at }) => age(at) },
    ...(ofAll ? [{ title: 'JOB', text: ({ jobId }: JobEvent) => jobId }] : []),
    { title: 'STATE', text: ({ status }) => status, paint: (text, event) => paintState(terminal, text, event) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'CLUSTER', text: ({ cluster }) => cluster ?? '' },
    { title: 'MESSAGE', text: ({ message }) => message },
  ],
});
