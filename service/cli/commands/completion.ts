import { Argument } from 'commander';
import type { AddCommand } from '../cli.ts';
import { candidates } from '../completion/candidates.ts';
import { SHELLS } from '../completion/scripts.ts';
import { EXIT } from '../exit-codes.ts';

/** As Cobra, of which kubectl is made, ends its answers: whether the shell is to offer files, too. */
const ANYTHING = ':0';
const NO_FILES = ':4';

export const addCompletion: AddCommand = (program, cli) => {
  program
    .command('completion')
    .summary('completion of commands, options and names of jobs by the shell')
    .description(
      'Prints what a shell needs to complete commands, options and names of jobs. ' +
        'bash: put "source <(mlp completion bash)" into ~/.bashrc; zsh: the same with zsh into ~/.zshrc; ' +
        'fish: "mlp completion fish | source" into ~/.config/fish/config.fish. ' +
        'kubectl completes its plugin by itself, where kubectl_complete-mlp is on the PATH.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => {
      await cli.terminal.print(SHELLS[shell]('mlp'));
      return EXIT.ok;
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .option('--kubectl', 'as kubectl reads it')
    .action(async (words: string[], { kubectl }: { kubectl?: boolean }) => {
      const known = await candidates(program, cli, words);
      const found = kubectl ? [...(known ?? []), known === null ? ANYTHING : NO_FILES] : (known ?? [':files']);
      await cli.terminal.print(found.map((each) => `${each}\n`).join(''));
      return EXIT.ok;
    });
};
