import { closestMatch } from 'leven';
import type { z } from 'zod';

/** One wrong field: where it is, and what is allowed there. */
export interface FieldProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The form of RFC 6901, as problem answers point at fields. */
export const pointerOf = (path: FieldProblem['path']): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** One entry per field, the first that was found; `unknownKey` words the refusal of a key that a closed object does not have. */
export function problemsOf(
  error: z.ZodError,
  unknownKey: (key: string) => string = () => 'is not known',
): FieldProblem[] {
  const problems = new Map<string, FieldProblem>();
  const add = (problem: FieldProblem) => {
    const pointer = pointerOf(problem.path);
    if (!problems.has(pointer)) problems.set(pointer, problem);
  };
  for (const issue of error.issues) {
    const path = issue.path.map(pathPart);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) add({ path: [...path, key], message: unknownKey(key) });
    } else
      add({
        path,
        message: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message,
      });
  }
  return [...problems.values()];
}

const pathPart = (part: PropertyKey): string | number => (typeof part === 'number' ? part : String(part));

/** zod's message in the words of someone who fills in a form; a message given beside the check wins over it. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${typeWords(issue.expected)}, not ${typeOf(issue.input)}`;
    case 'invalid_value':
      return `must be ${listWords(issue.values)}, not ${show(issue.input)}`;
    case 'too_small':
      return boundWords(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return boundWords(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionWords(issue);
    default:
      return undefined;
  }
}

const TYPE_WORDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

const typeWords = (expected: string): string => TYPE_WORDS[expected] ?? expected;

function typeOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'number') return Number.isSafeInteger(input) ? 'a number' : show(input);
  // What came as a number with too many digits for one: api/middleware/long-integers.ts.
  if (typeof input === 'string' && /^-?\d{16,}$/.test(input)) return show(input);
  return typeWords(typeof input);
}

function listWords(values: readonly unknown[]): string {
  const shown = values.map(show);
  return shown.length === 1 ? `${shown[0]}` : `one of ${shown.join(', ')}`;
}

function boundWords(origin: string, relation: string, bound: number | bigint): string {
  if (origin === 'string') return `must be ${relation} ${bound} character${bound === 1 ? '' : 's'} long`;
  if (origin === 'array' || origin === 'record')
    return `must have ${relation} ${bound} entr${bound === 1 ? 'y' : 'ies'}`;
  return `must be ${relation} ${bound}`;
}

/** What each alternative wants, once. */
function unionWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (issue.input === undefined) return 'is required';
  const wanted = issue.errors.flatMap((branch) =>
    branch.slice(0, 1).map((inner) => inner.message.replace(/, not .*$/s, '')),
  );
  const [first, ...more] = new Set(wanted);
  return `${[first, ...more.map((words) => words.replace(/^must be /, ''))].join(', or ')}, not ${show(issue.input)}`;
}

/** A value in a message: short, and safe to print. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** No name that we know is near to a longer one. */
const MAX_NEAR_LENGTH = 64;
/** Who got more names wrong than this has sent something else altogether. Each costs up to half a millisecond. */
const MAX_SEARCHES = 50;

/** Near names for the first so many unknown ones of one request, and none for the rest. */
export interface NameSearch {
  nearest(name: string, known: readonly string[]): string | undefined;
  suggestion(given: string, allowed: readonly string[]): string;
}

export function nameSearch(): NameSearch {
  let left = MAX_SEARCHES;
  return {
    nearest: (name, known) => (left-- > 0 ? nearestName(name, known) : undefined),
    suggestion: (given, allowed) => (left-- > 0 ? suggestion(given, allowed) : ''),
  };
}

/** The known name that a misspelt one most likely stands for. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NEAR_LENGTH) return undefined;
  const byLowerCase = new Map(known.map((each) => [each.toLowerCase(), each]));
  // Two letters that changed places are two edits; of a very short word that would be any other.
  const maxDistance = name.length < 4 ? 1 : name.length < 9 ? 2 : 3;
  const found = closestMatch(name.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return found === undefined ? undefined : byLowerCase.get(found);
}

export function suggestion(given: string, allowed: readonly string[]): string {
  const nearest = nearestName(given, allowed);
  return nearest === undefined ? '' : `, did you mean ${show(nearest)}?`;
}
