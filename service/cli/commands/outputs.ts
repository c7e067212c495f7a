import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, Outputs } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import { findJob } from '../jobs/find.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { plain } from '../terminal.ts';

type Output = Outputs['outputs'][number];

interface Options {
  readonly download?: string;
  readonly output: string;
}

export const addOutputs: AddCommand = (program, cli) => {
  program
    .command('outputs')
    .summary('what a job has left: its model, result.json')
    .description(
      'Lists what a job has left, and where. With --download brings it here, as far as the service can read it; what is there by the same name is replaced.',
    )
    .argument('<job>', 'id of the job, or its name: then the newest of that name')
    .argument('[output...]', 'only these, by their names')
    .option('-d, --download <folder>', 'bring them into this folder')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action((said: string, names: string[], options: Options) => outputs(cli, said, names, options));
};

const outputs = async (cli: Cli, said: string, names: readonly string[], options: Options): Promise<ExitCode> => {
  const format = parseFormat(options.output);
  const { client } = await cli.connection();
  const id = await findJob(cli, said);
  const found = await client.jobs.outputs(id, { signal: cli.signal });
  const missing = names.find((name) => !found.outputs.some((each) => each.name === name));
  if (missing !== undefined) {
    throw new Failure(EXIT.notFound, `Job ${id} has no output ${missing}.`, `${cli.name} outputs ${id} lists them.`);
  }
  const wanted = found.outputs.filter(({ name }) => names.length === 0 || names.includes(name));
  if (options.download === undefined) await printList(cli.terminal, format, onePage(wanted), SHAPE);
  else await download(cli, client, id, wanted, options.download);
  if (found.why !== null) cli.terminal.say(plain(found.why));
  const isAllHere = options.download === undefined || wanted.every(({ href }) => href !== null);
  return isAllHere ? EXIT.ok : EXIT.unexpected;
};

const SHAPE: Shape<Output> = {
  columns: [
    { title: 'NAME', text: ({ name }) => name },
    { title: 'SIZE', text: ({ sizeBytes }) => (sizeBytes === null ? '' : inWords(sizeBytes)) },
    { title: 'WHERE', text: ({ uri }) => uri, wide: true },
  ],
  nameOf: ({ name }) => name,
};

async function download(cli: Cli, client: Client, id: string, wanted: readonly Output[], folder: string) {
  for (const { href, name, sizeBytes } of wanted) {
    if (href === null) continue;
    const file = resolve(folder, name);
    // Whatever the service says, nothing outside the folder is written.
    if (file !== join(resolve(folder), ...name.split('/'))) {
      throw new Failure(EXIT.unexpected, `The service names an output ${plain(name)}, which is no file of a folder.`);
    }
    await mkdir(dirname(file), { recursive: true });
    const part = `${file}.part`;
    try {
      const body = await client.jobs.output(id, name, { signal: cli.signal });
      await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(part), {
        signal: cli.signal,
      });
      await rename(part, file);
    } finally {
      await rm(part, { force: true });
    }
    await cli.terminal.print(`${file}${sizeBytes === null ? '' : `  ${inWords(sizeBytes)}`}\n`);
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 12.3 MB. */
export function inWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const amount = bytes / 1000 ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[power]}`;
}
