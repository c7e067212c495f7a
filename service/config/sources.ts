import { SETTINGS, type Setting, type SettingName, type SettingValues } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was said, and what of it is wrong. */
export async function readSettings(args: readonly string[], environment: Environment) {
  const mistakes = unknownArguments(args);
  const values: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const source = given(entry, args, environment);
    const text = source?.text ?? entry.default;
    if (text === undefined) continue;
    const parsed = await entry.schema.safeParseAsync(text);
    if (parsed.success) values[name] = parsed.data;
    else mistakes.push(...parsed.error.issues.map(({ message }) => `${shown(entry, source)}: ${message}`));
  }
  return { values: values as SettingValues, mistakes };
}

/** An empty variable counts as not set: manifests leave them empty rather than out. */
export function given(entry: Setting<unknown>, args: readonly string[], environment: Environment) {
  const flag = entry.flag && flagsOf(args).get(entry.flag);
  if (entry.flag && flag !== undefined) return { text: flag, from: entry.flag };
  const text = environment[entry.variable];
  return text === undefined || text.trim() === '' ? undefined : { text, from: entry.variable };
}

const shown = (entry: Setting<unknown>, source: { text: string; from: string } | undefined): string =>
  entry.secret || !source ? (source?.from ?? entry.variable) : `${source.from}=${source.text}`;

function flagsOf(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  args.forEach((argument, index) => {
    const equals = argument.indexOf('=');
    if (equals > 0) flags.set(argument.slice(0, equals), argument.slice(equals + 1));
    else if (argument.startsWith('--')) flags.set(argument, args[index + 1] ?? '');
  });
  return flags;
}

function unknownArguments(args: readonly string[]): string[] {
  const flags = Object.values(SETTINGS).flatMap(({ flag }: Setting<unknown>) => flag ?? []);
  const known = `known are ${flags.map((flag) => `${flag}=`).join(' ')} --help --version`;
  return args.flatMap((argument, index) => {
    const name = argument.split('=', 1)[0] ?? '';
    if (flags.includes(name)) return [];
    if (argument.startsWith('--')) return [`${name}: no such argument; ${known}`];
    // Not repeated here: it may be a database address with its password.
    return flags.includes(args[index - 1] ?? '') ? [] : [`argument ${index + 1} is not understood; ${known}`];
  });
}
