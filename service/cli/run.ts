import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { createCli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { explain } from './failures.ts';
import { createProgram, type GlobalOptions } from './program.ts';
import { browserCommand, openWith } from './settings/browser.ts';
import { settingsFile } from './settings/place.ts';
import { createTerminal, type Output } from './terminal.ts';

/** What surrounds one run of the command. */
export interface Host {
  /** As in process: Node, the file, and what follows. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Shows an address in this person's browser; the system's own way when not given. */
  readonly openBrowser?: (url: string) => Promise<void>;
}

const systemBrowser = (platform: NodeJS.Platform, env: Host['env']) => {
  const command = browserCommand(platform, env);
  return command && ((url: string) => openWith(command, url));
};

/** One run, from the command line to what it ends with. */
export const run = async (host: Host): Promise<ExitCode> => {
  const { argv, env, signal, stdout, stderr } = host;
  const calledAs = basename(argv[1] ?? '');
  const isPlugin = /^kubectl[-_]/.test(calledAs);
  const name = isPlugin ? 'kubectl mlp' : 'mlp';
  const terminal = createTerminal(stdout, stderr, host.stdin, env);
  let atDetach: readonly string[] = [];
  let server: string | undefined;
  let exitCode: ExitCode = EXIT.ok;
  const cli = createCli(
    {
      terminal,
      name,
      signal,
      onDetach: (words) => {
        atDetach = words;
      },
      onServer: (asked) => {
        server = asked;
      },
      surroundings: {
        env,
        settingsFile: settingsFile(host.platform, env, host.home),
        isPlugin,
        openBrowser: host.openBrowser ?? systemBrowser(host.platform, env),
        warn: (line) => terminal.say(`${terminal.paint('Warning:', 'yellow')} ${line}`),
      },
    },
    () => program.opts<GlobalOptions>(),
  );
  const program = createProgram(cli, stdout, stderr, (code) => {
    exitCode = code;
  });

  const tell = (error: unknown): ExitCode => {
    // commander has told already; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode, lines } = explain(error, name, server);
    const [first = '', ...more] = lines;
    terminal.say(`${terminal.paint('Error:', 'red')} ${first}`);
    for (const line of more) terminal.say(`  ${line.trimStart()}`);
    if (env.MLP_DEBUG) terminal.say((error as Error).stack ?? '');
    return exitCode;
  };

  const detached = new Promise<ExitCode>((resolve) => {
    signal.addEventListener('abort', () => {
      for (const line of atDetach) terminal.say(line);
      resolve(EXIT.detached);
    });
  });
  // By this name kubectl asks for what its plugin completes.
  const words = calledAs.startsWith('kubectl_complete-')
    ? ['__complete', '--kubectl', '--', ...argv.slice(2)]
    : argv.slice(2);
  const done = program.parseAsync(words, { from: 'user' }).then(
    () => exitCode,
    (error) => (signal.aborted ? EXIT.detached : tell(error)),
  );
  return Promise.race([detached, done]);
};
