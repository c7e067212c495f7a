import { Environment } from '@marcbachmann/cel-js';
import { isFields } from './objects.ts';
import type { FieldProblem } from './status.ts';
import type { Schema } from './structural-schema.ts';
import { invalidValue } from './validation.ts';

type Rule = (values: { self: unknown; oldSelf?: unknown }) => unknown;

const environment = new Environment({ unlistedVariablesAreDyn: true });
const compiled = new Map<string, Rule>();

function compile(rule: string): Rule {
  const known = compiled.get(rule);
  if (known) return known;
  const fresh = environment.parse(rule) as unknown as Rule;
  compiled.set(rule, fresh);
  return fresh;
}

/** A rule that speaks of the value before is asked of changes only. */
const isTransition = (rule: string): boolean => /\boldSelf\b/.test(rule);

/** What the schema's rules (x-kubernetes-validations) refuse; `before` is the value as stored, where there was one. */
export function ruleProblems(value: unknown, before: unknown, schema: Schema, path: string): FieldProblem[] {
  if (value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule, message }) => {
    if (isTransition(rule) && before === undefined) return [];
    const self = typed(value, schema);
    const holds = compile(rule)(before === undefined ? { self } : { self, oldSelf: typed(before, schema) });
    return holds === true
      ? []
      : [invalidValue(path, isFields(value) ? 'object' : value, message ?? `failed rule: ${rule}`)];
  });
  return [...own, ...insideProblems(value, before, schema, path)];
}

function insideProblems(value: unknown, before: unknown, schema: Schema, path: string): FieldProblem[] {
  // Elements of a list without keys have no "before".
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => ruleProblems(item, undefined, schema.items ?? {}, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    ruleProblems(
      value[name],
      isFields(before) ? before[name] : undefined,
      inner,
      path === '' ? name : `${path}.${name}`,
    ),
  );
}

/** CEL's integers are BigInt here; fields that the schema keeps without naming them are not to be seen in rules. */
function typed(value: unknown, schema: Schema): unknown {
  if (typeof value === 'number') {
    const isWhole = schema.type === 'integer' || schema['x-kubernetes-int-or-string'] === true;
    return isWhole ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => typed(item, schema.items ?? {}));
  if (!isFields(value)) return value;
  const { additionalProperties, properties = {} } = schema;
  const names = additionalProperties ? Object.keys(value) : Object.keys(value).filter((name) => name in properties);
  return Object.fromEntries(
    names.map((name) => [name, typed(value[name], properties[name] ?? additionalProperties ?? {})]),
  );
}
