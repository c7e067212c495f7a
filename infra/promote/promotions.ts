import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../data/paths.ts';
import { PlanError, type Planned, plan } from '../plan.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { withSettings } from './edit.ts';

export interface Change {
  /** "images.tag" */
  readonly setting: string;
  readonly before: string;
  readonly after: string;
}

interface Promotion {
  readonly stack: string;
  /** Of the environment that gets the versions. */
  readonly file: string;
  readonly changes: readonly Change[];
  /** What stays although somebody may expect otherwise. */
  readonly left: readonly string[];
  /** The file as it is to be. */
  readonly text: string;
}

interface Wanted {
  readonly from: string;
  readonly to: string;
  readonly stack?: string;
  readonly tag?: string;
}

/** What each stack that has both environments has to change; throws when there is none, or when it cannot be done. */
export function promotions({ from, stack, tag, to }: Wanted, stacksFolder: string): Promotion[] {
  if (from === to) throw new PlanError(`--from and --to are both ${from}.`);
  const chosen = stack === undefined ? {} : { stack };
  // Settings of the files alone: a variable of this shell is nobody's environment.
  const sources = new Map(plan({ ...chosen, environment: from }, {}).map((each) => [each.definition.name, each]));
  const targets = plan({ ...chosen, environment: to }, {});
  const pairs = targets.flatMap((target) => {
    const source = sources.get(target.definition.name);
    return source && ownImages(target.definition).length > 0 ? [{ source, target }] : [];
  });
  if (pairs.length === 0) throw new PlanError(`No stack with images of ours has both environments, ${from} and ${to}.`);
  return pairs.map(({ source, target }) => promotion(source, target, tag, stacksFolder));
}

function promotion(source: Planned, target: Planned, tag: string | undefined, stacksFolder: string): Promotion {
  const { definition, environment } = target;
  const file = fileOf(definition.name, environment, stacksFolder);
  const version = tag ?? source.settings.images.tag;
  if (version === 'latest' && target.settings.production) {
    throw new PlanError(
      `${definition.name}: ${source.environment} runs latest, which ${environment} refuses, for nobody can say what that is. Name its version: --tag v1.2.0`,
    );
  }
  const wanted = tag === undefined ? ofSource(definition, source.settings) : { 'images.tag': tag };
  const changes = Object.entries(wanted)
    .map(([setting, after]) => ({ setting, before: textAt(target.settings, setting), after }))
    .filter(({ after, before }) => after !== before);
  const text = readFileSync(file, 'utf8');
  const values = Object.fromEntries(changes.map(({ after, setting }) => [setting, after]));
  return {
    stack: definition.name,
    file,
    changes,
    left: tag === undefined ? [] : ownVersions(definition, target.settings),
    text: changes.length === 0 ? text : withSettings(file, text, environment, values),
  };
}

/** The version of all, and what single images of ours have of their own. */
function ofSource(definition: StackDefinition, settings: CommonSettings): Record<string, string> {
  const single = ownImages(definition).flatMap((path) => [`${path}.tag`, `${path}.digest`]);
  return Object.fromEntries(['images.tag', ...single].map((setting) => [setting, textAt(settings, setting)]));
}

/** One tag for all says nothing of those that have their own. */
function ownVersions(definition: StackDefinition, settings: CommonSettings): string[] {
  return ownImages(definition)
    .flatMap((path) => [`${path}.tag`, `${path}.digest`])
    .filter((setting) => textAt(settings, setting) !== '')
    .map((setting) => `${setting} stays ${textAt(settings, setting)}: it is set for this image alone`);
}

/** Paths of the images that we build: their registry is the one of all. */
function ownImages(definition: StackDefinition): string[] {
  const found: string[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
    const isImage = 'repository' in value && 'tag' in value && 'digest' in value;
    if (isImage && 'registry' in value && value.registry === '') found.push(path.join('.'));
    else for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
  };
  visit(definition.settings.parse({}), []);
  return found;
}

const textAt = (settings: CommonSettings, path: string): string => {
  const value = at(settings, path);
  return typeof value === 'string' ? value : '';
};

function fileOf(stack: string, environment: string, stacksFolder: string): string {
  const files = ['yaml', 'ts'].map((ending) => join(stacksFolder, stack, 'environments', `${environment}.${ending}`));
  const file = files.find((each) => existsSync(each));
  if (!file) throw new PlanError(`${stack}: there is no file ${files.join(' or ')}.`);
  return file;
}
