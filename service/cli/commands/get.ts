import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { jobShape } from '../jobs/columns.ts';
import { findJob } from '../jobs/find.ts';
import { FORMATS, parseFormat, printOne, printWhole } from '../output/format.ts';

export const addGet: AddCommand = (program, cli) => {
  program
    .command('get')
    .summary('one job, as a row or whole')
    .description('Shows a job. -o json and yaml have all of it, its request too; -o jsonpath picks from that.')
    .argument('<job>', 'id of the job, or its name: then the newest of that name')
    .option('--manifest', 'the objects that stand for it in Kubernetes instead')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async (said: string, { output, manifest }: { output: string; manifest?: boolean }) => {
      const format = parseFormat(output);
      const { client } = await cli.connection();
      const id = await findJob(cli, said);
      if (manifest) await printWhole(cli.terminal, format, await client.jobs.manifest(id));
      else await printOne(cli.terminal, format, await client.jobs.get(id), jobShape(cli.terminal));
      return EXIT.ok;
    });
};
