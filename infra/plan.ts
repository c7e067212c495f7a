import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parse } from 'yaml';
import { clashes } from './constructs/created-at-deploy.ts';
import { root } from './data/root.ts';
import type { Choice } from './options.ts';
import type { CommonSettings } from './settings/fragments.ts';
import { atPath, type Layer } from './settings/layers.ts';
import { loadSettings } from './settings/load.ts';
import { describeMistake, SettingsError } from './settings/mistakes.ts';
import { nearest } from './settings/nearest.ts';
import { dnsLabel } from './settings/scalars.ts';
import type { StackDefinition } from './stacks/definition.ts';
import { stacks } from './stacks/index.ts';

/** One environment of one stack, its settings checked. */
export interface Planned {
  readonly definition: StackDefinition;
  readonly environment: string;
  readonly settings: CommonSettings;
}

/** What was asked for cannot be done; every reason is told. */
export class PlanError extends Error {
  override name = 'PlanError';
}

interface Named {
  readonly definition: StackDefinition;
  readonly environment: string;
  readonly layers: Layer[];
}

/** Key of a YAML environment that names the one it lays over; everything else in the file is a setting. */
const EXTENDS = 'extends';

/** Choice and variables -> the environments to write, their settings loaded; or all that is wrong with them. */
export function plan(choice: Choice, variables: NodeJS.ProcessEnv): Planned[] {
  const mistakes: string[] = [];
  const planned: Planned[] = [];
  for (const { definition, environment, layers } of choose(choice)) {
    const all = [...layers, ...variableLayers(definition, variables)];
    const loaded = loadSettings(definition.settings, all);
    const wrong = loaded.ok
      ? clashes(definition.createdAtDeploy(loaded.settings))
      : loaded.mistakes.map(describeMistake);
    mistakes.push(...wrong.map((each) => `${definition.name}/${environment}: ${each}`));
    if (loaded.ok) planned.push({ definition, environment, settings: loaded.settings });
  }
  refuse(mistakes);
  return planned;
}

/** What `make` makes of each environment; what only their parts can see to be wrong with the settings is told of all. */
export function ofEach<Made>(planned: readonly Planned[], make: (each: Planned) => Made): Made[] {
  const mistakes: string[] = [];
  const made = planned.flatMap((each) => {
    try {
      return [make(each)];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const where = `${each.definition.name}/${each.environment}`;
      mistakes.push(...error.mistakes.map((mistake) => `${where}: ${describeMistake(mistake)}`));
      return [];
    }
  });
  refuse(mistakes);
  return made;
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length === 0) return;
  const count = mistakes.length === 1 ? 'One mistake' : `${mistakes.length} mistakes`;
  throw new PlanError(
    `${count} in the settings; nothing was written.\n${mistakes.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** The stack of that name; the first one where none is named. */
export function chosenStack(name?: string): StackDefinition {
  const known = stacks.map((each) => [each.name, each] as const);
  return find('stack', name ?? String(stacks[0]?.name), known);
}

function choose(choice: Choice): Named[] {
  const chosen = choice.stack ? [chosenStack(choice.stack)] : stacks;
  if (choice.config) return [fromFile(choice.config, choice, chosenStack(choice.stack))];
  if (choice.name) throw new PlanError('--name names the environment of a --config file, and there is none.');
  const all = chosen.flatMap(environmentsOf);
  if (!choice.environment) return all;
  const matching = all.filter(({ environment }) => environment === choice.environment);
  if (matching.length > 0) return matching;
  throw unknown(
    'environment',
    choice.environment,
    all.map(({ environment }) => environment),
  );
}

/** The environments that a stack comes with, and the YAML files beside them. */
function environmentsOf(definition: StackDefinition): Named[] {
  const own = Object.keys(definition.environments);
  const added = yamlEnvironments(definition);
  return [...own, ...added.keys()].map((environment) => ({
    definition,
    environment,
    layers: layersOf(definition, environment, added),
  }));
}

function yamlEnvironments({ environments, name }: StackDefinition): Map<string, string> {
  const folder = join(root, 'infra/stacks', name, 'environments');
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder)
    .filter((file) => extname(file) === '.yaml')
    .sort();
  for (const file of files) {
    if (Object.hasOwn(environments, stem(file)))
      throw new PlanError(`${join(folder, file)}: ${stem(file)} is there already, in TypeScript.`);
  }
  return new Map(files.map((file) => [stem(file), join(folder, file)]));
}

function layersOf(definition: StackDefinition, environment: string, added: Map<string, string>): Layer[] {
  const file = added.get(environment);
  if (file === undefined) return [{ source: environment, values: definition.environments[environment] }];
  return fileLayers(file, definition);
}

/** `--config my.yaml`: an environment named as the file, over the one that -e or its own `extends` names. */
function fromFile(file: string, choice: Choice, definition: StackDefinition): Named {
  const environment = choice.name ?? stem(file);
  const label = dnsLabel().safeParse(environment);
  if (!label.success)
    throw new PlanError(
      `"${environment}" cannot name an environment; allowed: ${label.error.issues[0]?.message}. Give another by --name.`,
    );
  if (Object.hasOwn(definition.environments, environment)) {
    throw new PlanError(
      `${environment} is an environment of ${definition.name} already. Give yours another name by --name.`,
    );
  }
  return { definition, environment, layers: fileLayers(file, definition, choice.environment) };
}

function fileLayers(file: string, definition: StackDefinition, extended?: string): Layer[] {
  const { [EXTENDS]: inFile, ...values } = readYaml(file);
  const base = extended ?? inFile;
  const own = { source: file, values };
  if (base === undefined) return [own];
  const below = find('environment', String(base), Object.entries(definition.environments));
  return [{ source: String(base), values: below }, own];
}

function readYaml(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PlanError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (content === null) return {};
  if (typeof content !== 'object' || Array.isArray(content))
    throw new PlanError(`${file} must hold settings (key: value), not a list or a text.`);
  return content as Record<string, unknown>;
}

/** An empty variable counts as not set, as in most shells' scripts. */
function variableLayers({ variables }: StackDefinition, environment: NodeJS.ProcessEnv): Layer[] {
  return Object.entries(variables).flatMap(([variable, { setting }]) => {
    const value = environment[variable];
    return value ? [{ source: `variable ${variable}`, values: atPath(setting, value) }] : [];
  });
}

const stem = (file: string): string => basename(file, extname(file));

function find<Found>(what: string, name: string, known: readonly (readonly [string, Found])[]): Found {
  const found = known.find(([key]) => key === name);
  if (found) return found[1];
  throw unknown(
    what,
    name,
    known.map(([key]) => key),
  );
}

function unknown(what: string, name: string, known: string[]): PlanError {
  const names = [...new Set(known)];
  const suggestion = nearest(name, names);
  const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  return new PlanError(`There is no ${what} "${name}"; there are ${names.join(', ')}.${hint}`);
}
