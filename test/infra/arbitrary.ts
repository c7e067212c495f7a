import fc from 'fast-check';
import { z } from 'zod';
import { clashes } from '../../infra/constructs/created-at-deploy.ts';
import type { StackDefinition } from '../../infra/stacks/definition.ts';

/** Random valid settings of a stack, as a user would write them: some fields given, the others left to their defaults. */
export function arbitrarySettings({ createdAtDeploy, settings }: StackDefinition): fc.Arbitrary<unknown> {
  return arbitrary(settings)
    .map((values) => withoutBreaches(settings, values))
    .filter(({ parsed: { data, success } }) => success && clashes(createdAtDeploy(data)).length === 0)
    .map(({ values }) => values);
}

/** Values that a schema takes, as long as it says itself what it takes (patterns, ranges, lists). */
export function arbitrary(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return arbitrary(schema.unwrap());
  }
  // Kubernetes' own structure, which the schema does not describe: it says what may be written.
  const examples = (schema as z.ZodType).meta()?.examples;
  if (Array.isArray(examples)) return fc.constantFrom(...examples);
  if (schema instanceof z.ZodObject) return object(schema);
  if (schema instanceof z.ZodRecord) return record(schema);
  if (schema instanceof z.ZodArray) return array(schema);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodString) return text(schema);
  if (schema instanceof z.ZodNumber) {
    return fc.integer({ min: schema.minValue ?? 0, max: schema.maxValue ?? 1_000_000 });
  }
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(arbitrary));
  throw new Error(`no random values for ${schema.constructor.name}: teach them to test/infra/arbitrary.ts`);
}

function object(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.shape).map(([key, field]) => [key, arbitrary(field)] as const);
  const requiredKeys = Object.keys(schema.shape).filter((key) => !schema.shape[key]?.safeParse(undefined).success);
  return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

/** Keys that two records have, or that the program writes as well. */
const CONTESTED = ['team', 'app', 'app.kubernetes.io/name', 'nginx.ingress.kubernetes.io/proxy-read-timeout'];

function record(schema: z.ZodRecord): fc.Arbitrary<unknown> {
  if (schema.valueType instanceof z.ZodUnknown) return fc.constant({});
  const key = arbitrary(schema.keyType) as fc.Arbitrary<string>;
  const contested = CONTESTED.filter((each) => z.safeParse(schema.keyType, each).success);
  return fc.dictionary(
    contested.length > 0 ? fc.oneof(key, fc.constantFrom(...contested)) : key,
    arbitrary(schema.valueType),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  );
}

function array(schema: z.ZodArray): fc.Arbitrary<unknown> {
  // A schema tells its least length only by refusing.
  const minimum = schema.safeParse([]).success ? 0 : 1;
  return fc.array(arbitrary(schema.element), { minLength: minimum, maxLength: minimum + 2 });
}

/** What free text must survive: quotes, braces of templates, line ends, what YAML reads as something else. */
const AWKWARD = [
  'yes',
  'null',
  '1e3',
  '007',
  '{{ .Values.x }}',
  'a: b',
  '"quoted"',
  "it's",
  'two\nlines',
  ' space ',
  '日本語',
  '#',
];

function text(schema: z.ZodString): fc.Arbitrary<string> {
  const pattern = (schema.def.checks ?? []).map(patternOf).find((each) => each !== undefined);
  const any = pattern
    ? matching(pattern)
    : fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ maxLength: Math.min(schema.maxLength ?? 50, 50) }));
  // Here, not only for the settings as a whole: of a hundred fields each would have to be lucky.
  return any.filter(({ length }) => length >= (schema.minLength ?? 0) && length <= (schema.maxLength ?? Infinity));
}

/** Few patterns stand behind many fields, and to take one apart is what costs. */
const known = new Map<string, fc.Arbitrary<string>>();

function matching(pattern: RegExp): fc.Arbitrary<string> {
  const arbitrary = known.get(pattern.source) ?? fc.stringMatching(pattern, { size: 'small' });
  known.set(pattern.source, arbitrary);
  return arbitrary;
}

const patternOf = (check: z.core.$ZodCheck): RegExp | undefined => (check._zod.def as { pattern?: RegExp }).pattern;

interface Held<Schema extends z.ZodType> {
  readonly values: unknown;
  readonly parsed: z.ZodSafeParseResult<z.output<Schema>>;
}

/** Rules between fields: what breaks one is taken out, its neighbours too if need be, until none is broken. */
function withoutBreaches<Schema extends z.ZodType>(schema: Schema, values: unknown): Held<Schema> {
  let left = structuredClone(values);
  for (let round = 0; ; round++) {
    const parsed = schema.safeParse(left);
    const breaches = breachesIn(parsed);
    if (breaches.length === 0 || round === 20) return { values: left, parsed };
    // From the end, so that the places in a list that are still to come stay where they are.
    const removed = breaches.reverse().filter((path) => remove(left, path));
    // Nothing stands there: a default breaks the rule, because of something set elsewhere.
    if (removed.length === 0) left = withoutCause(schema, left as Record<string, unknown>, breaches.length);
  }
}

const breachesIn = ({ error }: z.ZodSafeParseResult<unknown>): PropertyKey[][] =>
  (error?.issues ?? []).filter(({ code }) => code === 'custom').map(({ path }) => path);

/** Takes out what stands at a path; where nothing does, the nearest that stands around it. */
function remove(values: unknown, path: PropertyKey[]): boolean {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = path
      .slice(0, depth - 1)
      .reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], values);
    const key = path[depth - 1];
    if (parent === null || typeof parent !== 'object' || key === undefined || !(key in parent)) continue;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as Record<PropertyKey, unknown>)[key];
    return true;
  }
  return false;
}

/**
 * Without the section that breaks a rule: the last of as many as have to go, from the first on, until fewer are broken. To parse is
 * what costs, so it is looked for by halves.
 */
function withoutCause(schema: z.ZodType, values: Record<string, unknown>, breaches: number): unknown {
  const sections = Object.entries(values);
  let [kept, gone] = [0, sections.length];
  while (gone - kept > 1) {
    const middle = Math.floor((kept + gone) / 2);
    const rest = Object.fromEntries(sections.slice(middle));
    if (breachesIn(schema.safeParse(rest)).length < breaches) gone = middle;
    else kept = middle;
  }
  return Object.fromEntries(sections.filter((_, index) => index !== gone - 1));
}
