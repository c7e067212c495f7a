import type { Command } from 'commander';
import { type AddCommand, type Cli, CliCommand, wholeNumber } from './cli.ts';
import { addActions } from './commands/actions.ts';
import { addAlgorithms } from './commands/algorithms.ts';
import { addApply } from './commands/apply.ts';
import { addClone } from './commands/clone.ts';
import { addClusters } from './commands/clusters.ts';
import { addCompletion } from './commands/completion.ts';
import { addDescribe } from './commands/describe.ts';
import { addEvents } from './commands/events.ts';
import { addFences } from './commands/fences.ts';
import { addGet } from './commands/get.ts';
import { addGoodput } from './commands/goodput.ts';
import { addList } from './commands/list.ts';
import { addLogin } from './commands/login.ts';
import { addLogs } from './commands/logs.ts';
import { addMetrics } from './commands/metrics.ts';
import { addOutputs } from './commands/outputs.ts';
import { addSubmit } from './commands/submit.ts';
import { addTop } from './commands/top.ts';
import { addVersion } from './commands/version.ts';
import { addWait } from './commands/wait.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { Output } from './terminal.ts';

/** Where no terminal says how wide it is. */
const HELP_WIDTH = 100;

/** In the order of the help. */
const GROUPS: readonly (readonly [title: string, ...AddCommand[]])[] = [
  ['Jobs:', addSubmit, addList, addGet, addDescribe, addLogs, addMetrics, addOutputs, addEvents, addWait],
  ['Acting on jobs:', addActions, addClone, addApply],
  ['The platform:', addClusters, addFences, addAlgorithms, addTop, addGoodput],
  ['This command:', addLogin, addVersion, addCompletion],
];

export interface GlobalOptions {
  readonly server?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly requestTimeout?: number;
}

/** The tree of commands; `exitWith` is told what each of them came to. */
export const createProgram = (
  cli: Cli,
  stdout: Output,
  stderr: Output,
  exitWith: (code: ExitCode) => void,
): CliCommand => {
  const program = new CliCommand(cli.name, exitWith)
    .description('Train models on many Kubernetes clusters: submit jobs, watch them, understand them, stop them.')
    .usage('<command> [options]')
    .option('--server <address>', 'the service; else MLP_SERVER, or what login has kept, or http://localhost:8080')
    .option('--context <name>', 'one of the services that login has kept; else MLP_CONTEXT, or the last one')
    .option('-n, --namespace <name>', 'only in this namespace; else MLP_NAMESPACE, or that of the context')
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('--request-timeout <seconds>', 'how long an answer may take', wholeNumber)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .helpCommand('help [command]', 'this, or the help of a command')
    .showHelpAfterError(`("${cli.name} help" shows what there is)`)
    .addHelpText('after', AFTER);
  for (const [title, ...adders] of GROUPS) {
    program.commandsGroup(title);
    for (const add of adders) add(program, cli);
  }
  return program;
};

const AFTER = `
Data goes to standard output, words to standard error. A job is named by its id, or by its name: then the newest of it.

What it ends with:
${EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;

export const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];
