import { z } from 'zod';
import { withTexts } from '../data/numbers-as-text.ts';
import type { CommonSettings } from './fragments.ts';
import { type Layer, overlay } from './layers.ts';
import { type Mistake, mistakesOf } from './mistakes.ts';

// Each schema is used once, so that compiling it first (70 of 120 ms for all stacks) never pays.
z.config({ jitless: true });

type Loaded<Settings> = { ok: true; settings: Settings } | { ok: false; mistakes: Mistake[] };

/** The schema's defaults, and over them the layers in turn. Every mistake is told, not just the first. */
export function loadSettings<Schema extends z.ZodType<CommonSettings>>(
  schema: Schema,
  layers: readonly Layer[],
): Loaded<z.output<Schema>> {
  const given = layers.reduce<unknown>((below, { values }) => overlay(below, values), {});
  const merged = withTexts(schema, given);
  const result = schema.safeParse(merged);
  if (result.success) return { ok: true, settings: result.data };
  const issues = [...result.error.issues, ...ruleIssues(schema, merged, result.error.issues)];
  return { ok: false, mistakes: mistakesOf(schema, issues, merged, layers) };
}

/**
 * Rules between fields are only looked at once every field is right by itself. To tell their breaches together with
 * the wrong fields, they are tried on the same settings without those.
 */
function ruleIssues(schema: z.ZodType, values: unknown, issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  // Then the rules were already looked at.
  if (issues.every(isRule)) return [];
  const wrong = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  if (wrong.some((path) => path.length === 0)) return [];
  const rest = structuredClone(values);
  for (const path of wrong) remove(rest, path);
  const again = schema.safeParse(rest);
  if (again.success) return [];
  const inList = wrong.flatMap((path) => (path.some(isIndex) ? [path.slice(0, path.findIndex(isIndex))] : []));
  if (inList.length === 0 || again.error.issues.every(isRule)) return again.error.issues.filter(isRule);
  // An entry of a list may not do without what is wrong in it: then it is the list that is left out, and with it the
  // rules that name it, since they would look at its default.
  for (const path of inList) remove(rest, path);
  const names = inList.map((path) => path.join('.'));
  const last = schema.safeParse(rest).error?.issues ?? [];
  return last.filter((issue) => isRule(issue) && !names.some((name) => issue.message.includes(name)));
}

const isRule = ({ code }: z.core.$ZodIssue): boolean => code === 'custom';
const isIndex = (key: PropertyKey): boolean => typeof key === 'number';

function remove(values: unknown, path: readonly PropertyKey[]): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], values);
  const key = path.at(-1);
  if (key === undefined || parent === null || typeof parent !== 'object') return;
  delete (parent as Record<PropertyKey, unknown>)[key];
}
