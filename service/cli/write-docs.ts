import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Command } from 'commander';
import { createCli } from './cli.ts';
import { createProgram, everyCommand } from './program.ts';
import { createTerminal } from './terminal.ts';

// npm run commands: docs/commands.md, from the help that the commands themselves give.

const FILE = resolve(import.meta.dirname, '../../docs/commands.md');

const HEADER = `# The commands of mlp

Written by \`npm run commands\` from the commands' own help; never edited by hand. The README has a tour.
`;

export const commandsPage = (): string => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const cli = createCli(
    {
      terminal: createTerminal(out, err, Readable.from([]), {}),
      surroundings: { env: {}, settingsFile: '', isPlugin: false, warn: () => undefined, openBrowser: null },
      name: 'mlp',
      signal: new AbortController().signal,
      onDetach: () => undefined,
      onServer: () => undefined,
    },
    () => ({}),
  );
  const [program, ...commands] = everyCommand(createProgram(cli, out, err, () => undefined));
  if (program === undefined) throw new Error('no program');
  // What all commands have in common is told once, with the program.
  const own = commands.filter((each) => !each.name().startsWith('__'));
  for (const each of own) each.configureHelp({ showGlobalOptions: false });
  return [HEADER, section(program), ...own.map(section)].join('\n');
};

const section = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (written) => (text += written) });
  command.outputHelp();
  return `## ${pathOf(command)}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
};

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

export const committedPage = (): Promise<string> => readFile(FILE, 'utf8');

if (import.meta.filename === process.argv[1]) await writeFile(FILE, commandsPage());
