import type { CommonSettings } from '../../infra/settings/fragments.ts';
import { loadSettings } from '../../infra/settings/load.ts';
import type { StackDefinition } from '../../infra/stacks/definition.ts';
import { stacks } from '../../infra/stacks/index.ts';
import { type KubeObject, synthesize } from '../../infra/synth/synthesize.ts';

/** One synthesized environment, as the rules look at it. */
export interface Subject {
  readonly definition: StackDefinition;
  readonly settings: CommonSettings;
  readonly folders: ReadonlyMap<string, KubeObject[]>;
}

export function subject(definition: StackDefinition, settings: CommonSettings): Subject {
  return { definition, settings, folders: synthesize(definition, settings, { environment: 'test' }).folders };
}

/** A stack with settings given as in an environment; throws where they are wrong. */
export function subjectOf(definition: StackDefinition, values: unknown): Subject {
  return subject(definition, settingsOf(definition, values));
}

export function settingsOf(definition: StackDefinition, values: unknown): CommonSettings {
  const loaded = loadSettings(definition.settings, [{ source: 'test', values }]);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes, null, 2));
  return loaded.settings;
}

/** Every environment that the registry knows: what is added there is held to all rules without a copy. */
export const environments = stacks.flatMap((definition) =>
  Object.entries(definition.environments).map(([environment, values]) => ({
    title: `${definition.name}/${environment}`,
    definition,
    environment,
    values,
  })),
);

/** The objects for the stack's own cluster. */
export const own = ({ folders }: Subject): KubeObject[] => folders.get('') ?? [];
export const all = ({ folders }: Subject): KubeObject[] => [...folders.values()].flat();
export const title = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;
