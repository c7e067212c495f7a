import type { Command, Option } from 'commander';
import type { createClient } from '../../client/index.ts';
import type { Cli } from '../cli.ts';

/** Who presses Tab does not wait. */
const PATIENCE_MS = 1500;
const MAX_JOBS = 200;

const STATES = ['Pending', 'Suspended', 'Running', 'Succeeded', 'Failed', 'Cancelled'];
const CONDITIONS = ['finished', 'running', 'succeeded', 'failed', 'suspended', 'deleted', 'progress='];
const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath='];

/** What the last of the words may be; the others are what stands before it. Files are the shell's to find: null. */
export const candidates = async (
  program: Command,
  cli: Cli,
  words: readonly string[],
): Promise<readonly string[] | null> => {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  if (before.includes('--')) return null;
  const { command, given } = commandOf(program, before);
  const [, flag, begun] = /^(--[\w-]+)=(.*)$/.exec(last) ?? [];
  if (flag !== undefined) {
    const values = await valuesOf(cli, optionOf(command, flag));
    return values === null ? null : matching(values, begun ?? '').map((value) => `${flag}=${value}`);
  }
  const option = takesValue(command, before.at(-1));
  if (option) {
    const values = await valuesOf(cli, option);
    return values === null ? null : matching(values, last);
  }
  if (last.startsWith('-'))
    return matching(
      optionsOf(command).map(({ long, short }) => long ?? short ?? ''),
      last,
    );
  const names = command.commands.map((each) => each.name());
  if (names.length > 0 && given.length === 0) return matching(names, last);
  const argument = command.registeredArguments[Math.min(given.length, command.registeredArguments.length - 1)];
  if (
    argument === undefined ||
    (given.length > 0 && !argument.variadic && given.length >= command.registeredArguments.length)
  )
    return [];
  return matching(await namesOf(cli, argument.name(), command.name()), last);
};

const matching = (all: readonly string[], begun: string): string[] => all.filter((each) => each.startsWith(begun));

/** How far the words lead down the tree, and what is said to that command beside its options. */
const commandOf = (program: Command, words: readonly string[]): { command: Command; given: readonly string[] } => {
  let command = program;
  let given: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word.startsWith('-')) {
      if (takesValue(command, word)) index++;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next && given.length === 0) command = next;
    else given = [...given, word];
  }
  return { command, given };
};

const optionsOf = (command: Command): Option[] => {
  const all: Option[] = [];
  for (let at: Command | null = command; at; at = at.parent) all.push(...at.options);
  return all;
};

const optionOf = (command: Command, flag: string | undefined): Option | undefined =>
  optionsOf(command).find(({ long, short }) => flag !== undefined && (flag === long || flag === short));

const takesValue = (command: Command, flag: string | undefined): Option | undefined => {
  const option = optionOf(command, flag);
  return option?.required ? option : undefined;
};

const valuesOf = async (cli: Cli, option: Option | undefined): Promise<readonly string[] | null> => {
  switch (option?.long) {
    case '--output':
      return FORMATS;
    case '--state':
      return STATES;
    case '--for':
      return CONDITIONS;
    case '--file':
    case '--workdir':
      return null;
    case '--algorithm':
      return namesOf(cli, 'name', 'algorithms');
    case '--cluster':
      return asked(cli, async (client) => (await client.clusters()).clusters.map(({ name }) => name));
    case '--namespace':
      return asked(cli, async (client) => (await client.filterValues()).namespace.map(({ value }) => value));
    case '--owner':
      return asked(cli, async (client) => (await client.filterValues()).owner.map(({ value }) => value));
    default:
      return [];
  }
};

const namesOf = (cli: Cli, argument: string, command: string): Promise<readonly string[]> => {
  if (argument === 'job') {
    return asked(cli, async (client, namespace) => {
      const filters = namespace === undefined ? {} : { namespace };
      return (await client.jobs.page(filters, null, { pageSize: MAX_JOBS })).jobs.map(({ id }) => id);
    });
  }
  if (command === 'algorithms')
    return asked(cli, async (client) => (await client.algorithms()).map(({ name }) => name));
  return Promise.resolve(command === 'completion' ? ['bash', 'zsh', 'fish'] : []);
};

/** A service that is away has no names, and nobody is told in the middle of a line. */
const asked = async (
  cli: Cli,
  ask: (client: ReturnType<typeof createClient>, namespace: string | undefined) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  try {
    const { client, namespace } = await cli.connection();
    return await Promise.race([
      ask(client, namespace),
      new Promise<never>((_, reject) => setTimeout(() => reject(new Error('slow')), PATIENCE_MS).unref()),
    ]);
  } catch {
    return [];
  }
};
