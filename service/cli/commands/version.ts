import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { VERSION } from '../version.ts';

export const addVersion: AddCommand = (program, cli) => {
  program
    .command('version')
    .summary('versions of this command and of the service')
    .description('Prints the version of this command, and that of the service.')
    .option('--client', 'of this command only')
    .action(async ({ client: ownOnly }: { client?: boolean }) => {
      await cli.terminal.print(`command ${VERSION}\n`);
      if (ownOnly) return EXIT.ok;
      const { client, server } = await cli.connection();
      await cli.terminal.print(`service ${await client.version()} (${server})\n`);
      return EXIT.ok;
    });
};
