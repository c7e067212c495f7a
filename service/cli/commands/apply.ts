import type { JobRequest } from '../../client/index.ts';
import { type AddCommand, type Cli, collect } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failures.ts';
import { type Document, readDocuments } from '../jobs/documents.ts';

export const addApply: AddCommand = (program, cli) => {
  program
    .command('apply')
    .summary('submit the jobs that files describe, each once')
    .description(
      'Submits every document of the files as a job. The same document gives the same job for 24 hours, ' +
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
  for (const document of documents) checkKind(document);
  // Of the start's time it would take a tenth.
  const { createHash } = await import('node:crypto');
  const { client, namespace } = await cli.connection();
  const said = cli.options().namespace;
  for (const { place, content } of documents) {
    const request = { ...content, ...(said !== undefined || content.namespace === undefined ? given(namespace) : {}) };
    const idempotencyKey = `apply-${createHash('sha256').update(JSON.stringify(request)).digest('hex')}`;
    const job = await client.jobs.submit(request as unknown as JobRequest, { idempotencyKey });
    for (const warning of job.warnings) cli.terminal.say(`Warning: ${place}: ${warning.path} ${warning.message}`);
    await cli.terminal.print(`${job.id}\n`);
  }
  return EXIT.ok;
};

const given = (namespace: string | undefined) => (namespace === undefined ? {} : { namespace });

/** An object of Kubernetes is not what the job API takes. */
const checkKind = ({ place, content: { kind, apiVersion } }: Document): void => {
  if (kind === undefined && apiVersion === undefined) return;
  const advice =
    kind === 'TrainingJob'
      ? 'kubectl applies it to the cluster whose operator is to run it; here it is a job with "runtime: trainingjob".'
      : 'kubectl applies objects of Kubernetes.';
  throw wrongUse(`${place} is a ${kind ?? apiVersion}, and the job API takes requests for jobs`, advice);
};
