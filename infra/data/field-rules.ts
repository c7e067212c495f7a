// Rules between fields, as data: the program holds settings to them, and a chart's template is written from them.
import type { z } from 'zod';
import { at } from './paths.ts';

/** What one setting may not be, given another. Paths are those of the settings: "backend.replicas". */
export interface FieldRule {
  readonly path: string;
  /** Only while this setting has that value. */
  readonly when?: { readonly path: string; readonly is: string | boolean };
  readonly refuses: Refused;
  /** For the message; {} stands for what the setting is compared with. */
  readonly allowed: string;
}

type Refused =
  | { readonly belowAmount: string }
  | { readonly belowNumber: string }
  | { readonly sameNumber: string }
  | { readonly value: string | boolean }
  /** It names an entry of a list, and there is none of that name. */
  | { readonly notNamedIn: string };

type Path = (string | number)[];

interface Breach {
  readonly path: Path;
  readonly message: string;
}

/** The settings that a rule reads. */
export function pathsOf({ path, refuses, when }: FieldRule): string[] {
  const other = 'value' in refuses ? [] : Object.values(refuses).map(String);
  return [path, ...other, ...(when ? [when.path] : [])];
}

/** Where the settings break a rule. */
export function breachesOf(rule: FieldRule, settings: unknown): Breach[] {
  const { allowed, refuses, when } = rule;
  if (when && at(settings, when.path) !== when.is) return [];
  const path = rule.path.split('.');
  const value = at(settings, rule.path);
  const breach = (isBroken: boolean, other: unknown = ''): Breach[] =>
    isBroken ? [{ path, message: allowed.replace('{}', String(other)) }] : [];
  if ('value' in refuses) return breach(value === refuses.value);
  const other = at(settings, String(Object.values(refuses)[0]));
  if ('notNamedIn' in refuses) {
    const names = (other as { name: string }[]).map(({ name }) => name);
    return breach(!names.includes(String(value)), names.join(', '));
  }
  if ('belowAmount' in refuses) return breach(amount(String(value)) < amount(String(other)), other);
  if ('belowNumber' in refuses) return breach(Number(value) < Number(other), other);
  return breach(value === other, other);
}

/** Units of quantities, in thousandths: Kubernetes knows nothing smaller. */
export const UNITS: Readonly<Record<string, number>> = {
  '': 1e3,
  m: 1,
  k: 1e6,
  M: 1e9,
  G: 1e12,
  T: 1e15,
  Ki: 1e3 * 2 ** 10,
  Mi: 1e3 * 2 ** 20,
  Gi: 1e3 * 2 ** 30,
  Ti: 1e3 * 2 ** 40,
};

/** A quantity ("500m", "1.5Gi") as a number of thousandths. */
export function amount(quantity: string): number {
  const [number = ''] = /^[0-9.]+/.exec(quantity) ?? [];
  return Number(number) * (UNITS[quantity.slice(number.length)] ?? Number.NaN);
}

const ownRules = new WeakMap<object, readonly FieldRule[]>();

/** The schema, held to rules of its own; those that it has from `commonRules` are not among them. */
export function withRules<Schema extends z.ZodType>(schema: Schema, rules: readonly FieldRule[]): Schema {
  const held = schema.superRefine((settings, context) => {
    for (const rule of rules) tell(breachesOf(rule, settings), context);
  });
  ownRules.set(held, rules);
  return held;
}

export const ownRulesOf = (schema: z.ZodType): readonly FieldRule[] => ownRules.get(schema) ?? [];

export function tell(breaches: readonly Breach[], context: z.core.$RefinementCtx<unknown>): void {
  for (const breach of breaches) context.addIssue({ code: 'custom', ...breach });
}
