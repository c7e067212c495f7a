import type { JobRequest } from '../../client/index.ts';
import { type AddCommand, type Cli, collect } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failures.ts';
import { describedBy } from '../jobs/described.ts';
import { type Document, readDocuments } from '../jobs/documents.ts';

export const addApply: AddCommand = (program, cli) => {
  program
    .command('apply')
    .summary('submit the jobs that files describe, each once')
    .description(
      'Submits every document of the files as a job: requests as "submit -f" takes them, and TrainingJobs, ' +
        'of which it says what a job cannot carry. The same document gives the same job for 24 hours, ' +
        'so it may be applied again. Prints the ids of the jobs.',
    )
    .requiredOption(
      '-f, --file <file>',
      'YAML or JSON, with --- between documents; - reads standard input; again for more',
      collect,
    )
    .action((options: { file: readonly string[] }) => apply(cli, options.file));
};

const apply = async (cli: Cli, files: readonly string[]): Promise<ExitCode> => {
  const documents: Document[] = [];
  for (const file of files) documents.push(...(await readDocuments(file, cli.terminal)));
  if (documents.length === 0) throw wrongUse(`${files.join(', ')}: nothing to apply`);
  // All are looked at before the first is submitted.
  const described = documents.map((document) => ({ place: document.place, request: describedBy(cli, document) }));
  // Of the start's time it would take a tenth.
  const { createHash } = await import('node:crypto');
  const { client, namespace } = await cli.connection();
  const said = cli.options().namespace;
  for (const { place, request: own } of described) {
    const request = { ...own, ...(said !== undefined || own.namespace === undefined ? given(namespace) : {}) };
    const idempotencyKey = `apply-${createHash('sha256').update(JSON.stringify(request)).digest('hex')}`;
    const job = await client.jobs.submit(request as unknown as JobRequest, { idempotencyKey });
    for (const warning of job.warnings) cli.terminal.say(`Warning: ${place}: ${warning.path} ${warning.message}`);
    await cli.terminal.print(`${job.id}\n`);
  }
  return EXIT.ok;
};

const given = (namespace: string | undefined) => (namespace === undefined ? {} : { namespace });
