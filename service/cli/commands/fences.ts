import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

export const addFences: AddCommand = (program, cli) => {
  program
    .command('fence')
    .summary('confirm that a lost cluster can write no more')
    .description(
      'Confirms that nothing in a cluster that does not answer can write any more: its machines are off, or cut off from every storage. Jobs whose retryPolicy says elsewhere then go on in another one.',
    )
    .argument('<cluster>', 'name of the cluster')
    .requiredOption('--reason <text>', 'how that is known, for whoever looks later')
    .action(async (cluster: string, { reason }: { reason: string }) => {
      const { client } = await cli.connection();
      await client.fence(cluster, reason);
      cli.terminal.say(`Cluster ${cluster} is fenced; no job is sent there until "${cli.name} unfence ${cluster}".`);
      return EXIT.ok;
    });
  program
    .command('unfence')
    .summary('let jobs be sent to a cluster again')
    .description('Lets jobs be sent to a cluster again that was fenced, and is back.')
    .argument('<cluster>', 'name of the cluster')
    .action(async (cluster: string) => {
      const { client } = await cli.connection();
      await client.unfence(cluster);
      cli.terminal.say(`Cluster ${cluster} is fenced no longer.`);
      return EXIT.ok;
    });
};
