import { z } from 'zod';
import { allowed, unwrap } from '../data/allowed.ts';
import { isWhole } from '../data/extras.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { toYaml } from './yaml.ts';

/** Every setting of a stack with its doc line, what is allowed and its default: YAML that a `--config` file may start from. */
export function settingsReference({ name, settings, what }: StackDefinition): string {
  const defaults: CommonSettings = settings.parse({});
  return [`# Settings of ${name}: ${what}`, ...sectionLines(settings, { ...defaults }), ''].join('\n');
}

function sectionLines(section: z.ZodType, values: Record<string, unknown>): string[] {
  const schema = unwrap(section);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, field]) => fieldLines(key, field, values[key]));
}

function fieldLines(key: string, field: z.ZodType, value: unknown): string[] {
  const doc = field.description ?? '';
  const inner = unwrap(field);
  if (inner instanceof z.ZodObject && !isWhole(inner)) {
    return ['', `# ${doc}`, `${key}:`, ...sectionLines(field, value as Record<string, unknown>).map(indented)];
  }
  return [`# ${doc} Allowed: ${allowed(field)}.`, toYaml({ [key]: value }).trimEnd()];
}

const indented = (line: string): string => line.replaceAll(/^(?=.)/gm, '  ');
