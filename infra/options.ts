import { Command, Option } from 'commander';

/** Which environments are meant. */
export interface Choice {
  /** Only this stack. */
  readonly stack?: string;
  /** Only this environment; with a config file, the environment that the file lays over. */
  readonly environment?: string;
  /** A YAML file of settings: an environment of the user's own. */
  readonly config?: string;
  /** Name of that environment: its folder in charts-out. */
  readonly name?: string;
}

export interface Options extends Choice {
  /** Where charts-out is. */
  readonly out: string;
  /** Print every setting instead of writing manifests. */
  readonly settings: boolean;
}

/** The variables stand for options: `npx cdk8s synth` starts the program itself and hands no options on. */
export function synthCommand(): Command {
  const variable = (flags: string, what: string, name: string): Option => new Option(flags, what).env(name);
  return new Command('npm run synth --')
    .description(
      'Writes every manifest to charts-out/<stack>/<environment>/. `npx cdk8s synth` does the same; its options are the variables.',
    )
    .addOption(variable('-s, --stack <name>', 'only this stack', 'SYNTH_STACK'))
    .addOption(variable('-e, --env <name>', 'only this environment; with --config: the one it lays over', 'SYNTH_ENV'))
    .addOption(variable('-c, --config <file>', 'YAML of settings: an environment of your own', 'SYNTH_CONFIG'))
    .addOption(variable('-n, --name <name>', 'its name; default: that of the file', 'SYNTH_NAME'))
    .option('-o, --out <folder>', 'where to write', 'charts-out')
    .option('--settings', 'print every setting with its default and what is allowed: the start of a --config file')
    .helpOption('-h, --help', 'this text, and the variables that override single settings');
}

interface Flags {
  readonly stack?: string;
  readonly env?: string;
  readonly config?: string;
  readonly name?: string;
  readonly out: string;
  readonly settings?: boolean;
}

export function optionsOf({ config, env, name, out, settings = false, stack }: Flags): Options {
  // An empty variable stands for none.
  const given = Object.entries({ stack, environment: env, config, name }).filter(([, value]) => value);
  return { ...Object.fromEntries(given), out, settings };
}
