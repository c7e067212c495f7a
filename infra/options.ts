import { parseArgs } from 'node:util';

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
  readonly help: boolean;
  /** Print every setting instead of writing manifests. */
  readonly settings: boolean;
}

const DEFAULT_OUT = 'charts-out';

/**
 * The command line, or the variables that stand for it: `npx cdk8s synth` starts the program itself and hands no
 * options on. Its own folder for output (CDK8S_OUTDIR) is a matter of main.ts.
 */
export function readOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      stack: { type: 'string', short: 's' },
      env: { type: 'string', short: 'e' },
      config: { type: 'string', short: 'c' },
      name: { type: 'string', short: 'n' },
      out: { type: 'string', short: 'o' },
      settings: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const chosen = {
    stack: values.stack ?? environment.SYNTH_STACK,
    environment: values.env ?? environment.SYNTH_ENV,
    config: values.config ?? environment.SYNTH_CONFIG,
    name: values.name ?? environment.SYNTH_NAME,
  };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
  return { ...given, out: values.out ?? DEFAULT_OUT, help: values.help, settings: values.settings };
}

export const HELP = `npm run synth -- [options]     writes every manifest to charts-out/<stack>/<environment>/
npx cdk8s synth                does the same; its options are the variables in brackets

  -s, --stack <name>    only this stack                                              [SYNTH_STACK]
  -e, --env <name>      only this environment; with --config: the one it lays over   [SYNTH_ENV]
  -c, --config <file>   YAML of settings: an environment of your own                 [SYNTH_CONFIG]
  -n, --name <name>     its name; by default that of the file                        [SYNTH_NAME]
  -o, --out <folder>    in the place of charts-out
      --settings        print every setting with its default and what is allowed: the start of a --config file
  -h, --help            this text, and the variables that override single settings
`;
