import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Job, type Series } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failures.ts';
import { findJob } from '../jobs/find.ts';
import { createTable } from '../output/table.ts';
import { duration } from '../output/time.ts';

type Progress = NonNullable<Job['progress']>;

/** The service keeps the latest report alone, and it is no event. */
const LOOK_EVERY_MS = 1000;

const FORMATS = ['table', 'csv', 'json'];

export const addMetrics: AddCommand = (program, cli) => {
  program
    .command('metrics')
    .summary('what a training tells of itself')
    .description(
      'Shows what a training has told of itself last: progress, epoch, loss. With --follow each report from now on, ' +
        'until the job has ended, and how the loss went meanwhile. With --history how each of its numbers has gone so far.',
    )
    .argument('<job>', 'id of the job, or its name: then the newest of that name')
    .option('-f, --follow', 'go on with each report, until the job has ended')
    .option(
      '--history',
      'each of its numbers from the beginning on: a line each as a table, all that is kept as csv and json',
    )
    .option(
      '-o, --output <format>',
      `${FORMATS.join(', ')}: csv for spreadsheets, json with a report on each line`,
      'table',
    )
    .action((said: string, options: Options) => metrics(cli, said, options));
};

interface Options {
  readonly follow?: boolean;
  readonly history?: boolean;
  readonly output: string;
}

const metrics = async (cli: Cli, said: string, options: Options): Promise<ExitCode> => {
  if (!FORMATS.includes(options.output)) {
    throw wrongUse(`-o ${options.output} is not known`, `It is one of ${FORMATS.join(', ')}.`);
  }
  const { client } = await cli.connection();
  const id = await findJob(cli, said);
  if (options.history) {
    if (options.follow) throw wrongUse('--history and --follow do not go together', 'Leave one of them out.');
    return history(cli, id, options.output);
  }
  cli.onDetach([`No longer looking; job ${id} goes on.`]);
  const print = printerOf(options.output);
  let last = '';
  for (;;) {
    const job = await client.jobs.get(id, { signal: cli.signal });
    const report = JSON.stringify(job.progress);
    if (job.progress !== null && report !== last) await cli.terminal.print(print(job.progress));
    last = report;
    if (!options.follow || isFinished(job)) {
      if (job.progress === null) cli.terminal.say(`Job ${id} tells nothing of its training.`);
      return EXIT.ok;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: cli.signal });
  }
};

const history = async (cli: Cli, id: string, format: string): Promise<ExitCode> => {
  const { client } = await cli.connection();
  const { series } = await client.jobs.metrics(id, { signal: cli.signal });
  if (series.length === 0) cli.terminal.say(`Job ${id} tells nothing of its training.`);
  else await cli.terminal.print(seriesAs(format, series));
  return EXIT.ok;
};

const seriesAs = (format: string, series: readonly Series[]): string => {
  if (format === 'json') return series.map((each) => `${JSON.stringify(each)}\n`).join('');
  if (format === 'csv')
    return [['name', 'at', 'step', 'value', 'min', 'max'], ...series.flatMap(entriesOf)].map(csvLine).join('');
  return seriesTable()(series);
};

const entriesOf = ({ name, at, step, value, min, max }: Series): (string | number | null)[][] =>
  at.map((time, place) => [
    name,
    new Date(time).toISOString(),
    step[place] ?? null,
    value[place] ?? null,
    min[place] ?? null,
    max[place] ?? null,
  ]);

const seriesTable = () =>
  createTable<Series>([
    { title: 'NAME', text: ({ name }) => name },
    { title: 'LAST', text: ({ last }) => rounded(last) },
    { title: 'LOWEST', text: ({ lowest }) => rounded(lowest) },
    { title: 'HIGHEST', text: ({ highest }) => rounded(highest) },
    { title: '', text: ({ value }) => sparkline(fewer(value)) },
  ]);

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** Evenly from all of it, the last one among them. */
const fewer = (values: readonly number[]): readonly number[] =>
  values.length <= WIDTH
    ? values
    : Array.from({ length: WIDTH }, (_, place) => values[Math.round((place * (values.length - 1)) / (WIDTH - 1))] ?? 0);

const printerOf = (format: string): ((report: Progress) => string) => {
  if (format === 'json') return (report) => `${JSON.stringify(report)}\n`;
  if (format === 'csv') return csv();
  const losses: number[] = [];
  const table = createTable<Progress>([
    { title: 'AT', text: ({ at }) => at },
    { title: 'PROGRESS', text: ({ percent }) => (percent === null ? '' : `${percent}%`) },
    { title: 'EPOCH', text: ({ epoch }) => String(epoch ?? '') },
    { title: 'LEFT', text: ({ etaSeconds }) => (etaSeconds === null ? '' : duration(etaSeconds * 1000)) },
    { title: 'LOSS', text: ({ loss }) => (loss === null ? '' : rounded(loss)) },
    { title: '', text: () => sparkline(losses) },
  ]);
  return (report) => {
    if (report.loss !== null) losses.push(report.loss);
    return table([report]);
  };
};

const CSV_FIELDS = ['at', 'percent', 'epoch', 'loss', 'etaSeconds', 'attempt', 'checkpoint'] as const;

const csv = (): ((report: Progress) => string) => {
  let head = `${CSV_FIELDS.join(',')}\n`;
  return (report) => {
    const line = `${head}${csvLine(CSV_FIELDS.map((field) => report[field]))}`;
    head = '';
    return line;
  };
};

const csvLine = (cells: readonly (string | number | null)[]): string => `${cells.map(quoted).join(',')}\n`;

/** RFC 4180. */
const quoted = (value: string | number | null): string => {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 20;

/** The last values between the lowest and the highest of them. */
export const sparkline = (all: readonly number[]): string => {
  const values = all.filter(Number.isFinite).slice(-WIDTH);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scale = high > low ? (BARS.length - 1) / (high - low) : 0;
  return values.map((value) => BARS[Math.round((value - low) * scale)]).join('');
};
