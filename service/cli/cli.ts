import { Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import { type Connected, type ConnectionOptions, connect, type Surroundings } from './settings/connection.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface Cli {
  readonly terminal: Terminal;
  readonly surroundings: Surroundings;
  /** How the program is called: "mlp", or "kubectl mlp". */
  readonly name: string;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** What goes on after Ctrl-C, and how to come back to it; told then. */
  onDetach(words: readonly string[]): void;
  /** What the command line says of where to ask. */
  options(): ConnectionOptions;
  connection(): Promise<Connected>;
  /** Where it is asked; errors say it. */
  onServer(server: string): void;
}

export const createCli = (
  given: Pick<Cli, 'terminal' | 'surroundings' | 'name' | 'signal' | 'onDetach' | 'onServer'>,
  options: () => ConnectionOptions,
): Cli => {
  let connection: Promise<Connected> | undefined;
  const open = async () => {
    const opened = await connect(options(), given.surroundings);
    given.onServer(opened.server);
    return opened;
  };
  return {
    ...given,
    options,
    connection() {
      connection ??= open();
      return connection;
    },
  };
};

/** Its action says what the program ends with, of which commander itself knows nothing. */
export class CliCommand extends Command {
  readonly #exitWith: (code: ExitCode) => void;

  constructor(name: string, exitWith: (code: ExitCode) => void) {
    super(name);
    this.#exitWith = exitWith;
    this.exitOverride();
  }

  override createCommand(name: string): CliCommand {
    return new CliCommand(name, this.#exitWith);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as commander declares it: what a command takes, its options say
  override action(act: (this: this, ...args: any[]) => void | Promise<void> | Promise<ExitCode>): this {
    return super.action(async (...args) => {
      const code = await act.apply(this, args);
      if (typeof code === 'number') this.#exitWith(code);
    });
  }
}

/** A command and its place in the tree. */
export type AddCommand = (program: CliCommand, cli: Cli) => void;

export const wholeNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
