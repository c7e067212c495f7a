import type { JobFilters, ListedJob } from '../../client/index.ts';
import { type AddCommand, type Cli, wholeNumber } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jobShape } from '../jobs/columns.ts';
import { patiently } from '../jobs/follow.ts';
import { FORMATS, type Format, parseFormat, printList } from '../output/format.ts';
import { createTable } from '../output/table.ts';

/** The most that the service gives at a time. */
const MAX_PAGE = 1000;

interface ListOptions {
  readonly state?: string;
  readonly reason?: string;
  readonly algorithm?: string;
  readonly cluster?: string;
  readonly owner?: string;
  readonly mine?: boolean;
  readonly attention?: boolean;
  readonly search?: string;
  readonly sort?: string;
  readonly limit?: number;
  readonly watch?: boolean;
  readonly output: string;
}

export const addList: AddCommand = (program, cli) => {
  program
    .command('list')
    .alias('ls')
    .summary('list jobs')
    .description(
      'Lists jobs, the newest first. All filters hold together; several values of one are separated by commas.',
    )
    .option('--state <states>', 'Pending, Suspended, Running, Succeeded, Failed, Cancelled')
    .option('--reason <reasons>', 'the finer state, such as Queued or Cancelled')
    .option('--algorithm <name>', 'of this algorithm')
    .option('--cluster <name>', 'in this cluster')
    .option('--owner <name>', 'submitted by this person')
    .option('--mine', 'submitted by me')
    .option('--attention', 'that somebody should look at: stalled, diverging, with idle GPUs, or kept from starting')
    .option('-q, --search <text>', 'in name, id, reason or message')
    .option(
      '--sort <field>',
      'createdAt, updatedAt, jobName, priority, status; - before it turns the order round',
      '-createdAt',
    )
    .option('--limit <n>', 'at most so many; all without it', wholeNumber)
    .option('-w, --watch', 'go on with each change')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action((options: ListOptions) => list(cli, options));
};

const list = async (cli: Cli, options: ListOptions): Promise<ExitCode> => {
  const format = parseFormat(options.output);
  const { client, namespace, server } = await cli.connection();
  const owner = options.mine ? (await client.me()).name : options.owner;
  const filters = filtersOf({ ...options, ...(owner !== undefined && { owner }) }, namespace);
  const shape = jobShape(cli.terminal);
  const count = await printList(
    cli.terminal,
    format,
    limited(client.jobs.pages(filters, pagesOf(options)), options.limit),
    shape,
  );
  if (count === 0)
    cli.terminal.say(`No jobs ${namespace === undefined ? '' : `in namespace ${namespace} `}at ${server}.`);
  if (options.watch) await watch(cli, filters, format);
  return EXIT.ok;
};

const filtersOf = (options: ListOptions, namespace?: string): JobFilters => {
  const { attention, state, reason, algorithm, cluster, owner, search, sort } = options;
  return {
    ...(attention && { attention: 'true' }),
    state,
    reason,
    algorithm,
    cluster,
    owner,
    q: search,
    sort,
    namespace,
  };
};

/** Of few jobs no more are asked for. */
const pagesOf = ({ limit = MAX_PAGE }: ListOptions) => ({ pageSize: Math.min(MAX_PAGE, Math.max(1, limit)) });

async function* limited(
  pages: AsyncIterable<{ readonly jobs: readonly ListedJob[] }>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly ListedJob[], void, void> {
  let left = limit;
  for await (const { jobs } of pages) {
    yield jobs.slice(0, left);
    left -= jobs.length;
    if (left <= 0) return;
  }
}

/** A row for each change, of jobs that the filters still take. */
const watch = async (cli: Cli, filters: JobFilters, format: Format): Promise<void> => {
  const { client, namespace } = await cli.connection();
  const shape = jobShape(cli.terminal);
  const table = createTable(shape.columns.filter(({ wide }) => !wide || (format.kind === 'table' && format.wide)));
  table([]);
  const events = client.events({ ...patiently(cli), ...(namespace !== undefined && { namespace }) });
  for await (const { jobId } of events) {
    const { jobs } = await client.jobs.page({ ...filters, q: jobId }, null, { pageSize: 1 });
    const job = jobs.find(({ id }) => id === jobId);
    if (job === undefined || !has(job, filters.q ?? '')) continue;
    await cli.terminal.print(
      format.kind === 'table' ? table([job]) : format.kind === 'name' ? `${job.id}\n` : `${JSON.stringify(job)}\n`,
    );
  }
};

/** As the service searches; of a job that was found by its id it does not. */
const has = ({ id, reason, message }: ListedJob, text: string): boolean =>
  [id, reason, message].some((field) => field.toLowerCase().includes(text.toLowerCase()));
