import { homedir } from 'node:os';
import { basename } from 'node:path';
import { CommanderError } from 'commander';
import { createCli } from './cli.ts';
import { EXIT } from './exit-codes.ts';
import { explain } from './failures.ts';
import { createProgram, type GlobalOptions } from './program.ts';
import { settingsFile } from './settings/place.ts';
import { createTerminal } from './terminal.ts';

// mlp: the job API from a terminal. Also as a plugin of kubectl, by its other name.

const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');
const name = isPlugin ? 'kubectl mlp' : 'mlp';
const { env, stdout, stderr, stdin } = process;
const terminal = createTerminal(stdout, stderr, stdin, env);

// Whoever reads us has had enough ("mlp list | head"): no fault, and nothing more to do.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.unexpected));
stderr.on('error', () => process.exit(EXIT.unexpected));

const interrupted = new AbortController();
let atDetach: readonly string[] = [];
process.once('SIGINT', () => {
  // A second Ctrl-C ends it at once, as Node does without a listener.
  interrupted.abort(new Error('interrupted'));
  for (const line of atDetach) terminal.say(line);
  process.exit(EXIT.detached);
});

let server: string | undefined;
const program = createProgram(
  createCli(
    {
      terminal,
      name,
      signal: interrupted.signal,
      onDetach: (words) => {
        atDetach = words;
      },
      surroundings: {
        env,
        settingsFile: settingsFile(process.platform, env, homedir()),
        isPlugin,
        warn: (line) => terminal.say(`${terminal.paint('Warning:', 'yellow')} ${line}`),
      },
    },
    () => program.opts<GlobalOptions>(),
    (connection) => {
      server = connection.server;
    },
  ),
  (code) => {
    process.exitCode = code;
  },
);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? codeOf(error) : tell(error);
}
// Connections that are kept open for the next request would keep the process for some seconds.
if (process.exitCode !== undefined) stdout.write('', () => process.exit());

/** commander has told already; asking for help is no mistake. */
function codeOf({ exitCode }: CommanderError): number {
  return exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function tell(error: unknown): number {
  const { exitCode, lines } = explain(error, name, server);
  const [first = '', ...more] = lines;
  terminal.say(`${terminal.paint('Error:', 'red')} ${first}`);
  for (const line of more) terminal.say(`  ${line.trimStart()}`);
  if (env.MLP_DEBUG) terminal.say((error as Error).stack ?? '');
  return exitCode;
}
