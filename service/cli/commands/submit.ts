import type { DryRun, JobRequest } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import { followToEnd } from '../jobs/follow.ts';
import { describedByOptions, type RequestOptions, requestFrom } from '../jobs/request.ts';
import { parseFormat, printWhole } from '../output/format.ts';
import { plain } from '../terminal.ts';

export interface SubmitOptions extends RequestOptions {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly output: string;
}

export const addSubmit: AddCommand = (program, cli) => {
  describedByOptions(program.command('submit'))
    .summary('submit a job')
    .description(
      'Submits a job, from a file, from options, or both: options hold over the file. What follows -- is what the container runs. ' +
        'The service is asked first what would become of it, so that warnings come before the job. ' +
        'Prints the id of the job. With --workdir a folder of this machine goes along, if the platform has an object storage: ' +
        'its files are sent once, however many jobs start in it. Data are where inputDataConfig says.',
    )
    .argument('[command...]', 'what the container runs, after --')
    .option('-f, --file <file>', 'the job as YAML or JSON; - reads standard input')
    .option(
      '-w, --watch',
      'show states and output until the job has ended, and end as it did; Ctrl-C leaves it running',
    )
    .option('-d, --detach', 'do not wait (the default)')
    .option('--dry-run', 'show what would be created, and create nothing')
    .option('-o, --output <format>', 'of --dry-run: yaml, json or jsonpath=...', 'yaml')
    .action(async (command: string[], options: SubmitOptions) => {
      const request = await requestFrom(cli, options, command);
      return submitRequest(cli, request, options);
    });
};

export const submitRequest = async (cli: Cli, described: JobRequest, options: SubmitOptions): Promise<ExitCode> => {
  const { client, server } = await cli.connection();
  const folder = await folderOf(cli, described, options);
  const request = folder === undefined ? described : { ...described, workdir: folder.uri };
  const foreseen = await client.jobs.dryRun(request);
  warn(cli, foreseen);
  if (options.dryRun) {
    await printWhole(cli.terminal, parseFormat(options.output), foreseen);
    return EXIT.ok;
  }
  if (options.watch && options.detach) throw new Failure(EXIT.usage, 'Either --watch or --detach, not both.');
  await folder?.send();
  const { id } = await client.jobs.submit(request);
  cli.terminal.say(`Job ${id} submitted to ${server}.`);
  if (options.watch) return followToEnd(cli, id);
  await cli.terminal.print(`${id}\n`);
  cli.terminal.say(`"${cli.name} logs -f ${id}" shows its output, "${cli.name} describe ${id}" how it is doing.`);
  return EXIT.ok;
};

/** Asked for before the dry run, sent after it. */
const folderOf = async (cli: Cli, { namespace = 'default' }: JobRequest, { workdir }: SubmitOptions) => {
  if (workdir === undefined) return undefined;
  // Of the start's time zip and .gitignore would take a part, and most commands do without them.
  const { prepareFolder } = await import('../workdir/send.ts');
  return prepareFolder(cli, workdir, namespace);
};

const warn = ({ terminal }: Cli, { warnings }: DryRun): void => {
  for (const { path, message } of warnings) {
    terminal.say(`${terminal.paint('Warning:', 'yellow')} ${path.slice(1).replaceAll('/', '.')} ${plain(message)}`);
  }
};
