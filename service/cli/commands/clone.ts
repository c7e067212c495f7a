import type { AddCommand } from '../cli.ts';
import { findJob } from '../jobs/find.ts';
import { describedByOptions, requestFrom } from '../jobs/request.ts';
import { type SubmitOptions, submitRequest } from './submit.ts';

export const addClone: AddCommand = (program, cli) => {
  describedByOptions(program.command('clone'))
    .summary('submit a job like another one')
    .description('Submits the request of another job, changed by the options. Prints the id of the new job.')
    .argument('<job>', 'id or name of the job to begin with')
    .argument('[command...]', 'what the container runs instead, after --')
    .option('-w, --watch', 'show states and output until the new job has ended, and end as it did')
    .option('--dry-run', 'show what would be created, and create nothing')
    .option('-o, --output <format>', 'of --dry-run: yaml, json or jsonpath=...', 'yaml')
    .action(async (said: string, command: string[], options: SubmitOptions) => {
      const { client } = await cli.connection();
      const { request } = await client.jobs.get(await findJob(cli, said));
      return submitRequest(cli, await requestFrom(cli, options, command, request as Record<string, unknown>), options);
    });
};
