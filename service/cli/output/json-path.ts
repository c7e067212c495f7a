import { wrongUse } from '../failures.ts';

// The part of kubectl's templates that people use: {.status}, {.clusters[0]}, {[*].id}, {['a.b']}, {..name},
// {[?(@.status=="Failed")].id}, {range [*]}{.id}{"\n"}{end}, and text around them.

type Step = (values: readonly unknown[]) => unknown[];
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly parts: Part[] };

export const jsonPath = (template: string): ((value: unknown) => string) => {
  const parts = parse(template.includes('{') ? template : `{${template}}`);
  return (value) => render(parts, value, value);
};

const render = (parts: readonly Part[], value: unknown, root: unknown): string =>
  parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const found = follow(part.steps, value);
      if (part.kind === 'path') return found.map(textOf).join(' ');
      return found.map((each) => render(part.parts, each, root)).join('');
    })
    .join('');

const follow = (steps: readonly Step[], value: unknown): unknown[] =>
  steps.reduce<unknown[]>((values, step) => step(values), [value]);

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const parse = (template: string): Part[] => {
  const all: Part[] = [];
  const open: Part[][] = [all];
  for (let at = 0; at < template.length; ) {
    const begin = template.indexOf('{', at);
    if (begin < 0 || begin > at) {
      const text = template.slice(at, begin < 0 ? undefined : begin);
      open.at(-1)?.push({ kind: 'text', text });
      at += text.length;
      continue;
    }
    const end = endOf(template, begin);
    const inside = template.slice(begin + 1, end).trim();
    at = end + 1;
    if (inside === 'end') {
      if (open.length === 1) throw wrong(template, '{end} without {range}');
      open.pop();
    } else if (/^range\s/.test(inside)) {
      const part: Part = { kind: 'range', steps: stepsOf(inside.slice(5).trim(), template), parts: [] };
      open.at(-1)?.push(part);
      open.push(part.parts);
    } else if (/^["']/.test(inside)) open.at(-1)?.push({ kind: 'text', text: literal(inside, template) });
    else open.at(-1)?.push({ kind: 'path', steps: stepsOf(inside, template) });
  }
  if (open.length > 1) throw wrong(template, '{range} without {end}');
  return all;
};

/** The brace that closes; those within quotes do not count. */
const endOf = (template: string, begin: number): number => {
  let quote = '';
  for (let at = begin + 1; at < template.length; at++) {
    const sign = template[at] ?? '';
    if (quote !== '') {
      if (sign === '\\') at++;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '}') return at;
  }
  throw wrong(template, 'a { that is not closed');
};

const literal = (quoted: string, template: string): string => {
  try {
    return JSON.parse(quoted.startsWith("'") ? `"${quoted.slice(1, -1).replaceAll('"', '\\"')}"` : quoted);
  } catch {
    throw wrong(template, `${quoted} is no text in quotes`);
  }
};

const TOKENS = [
  [/^\$/, () => (values: readonly unknown[]) => [...values]],
  [/^\.\.([\w-]+)/, ([, name = '']) => deep(name)],
  [/^\.\*|^\[\*\]/, () => each(children)],
  [/^\.?([\w-]+)/, ([, name = '']) => each((value) => ownOf(value, name))],
  [/^\[(['"])(.*?)\1\]/, ([, , name = '']) => each((value) => ownOf(value, name))],
  [/^\[(-?\d+)\]/, ([, index]) => each((value) => itemOf(value, Number(index)))],
  [
    /^\[(-?\d*):(-?\d*)\]/,
    ([, from, to]) =>
      each((value) => (Array.isArray(value) ? value.slice(Number(from || 0), to ? Number(to) : undefined) : [])),
  ],
  [
    /^\[\?\(\s*@([^=!<>\s]+)\s*(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^\s)]+)\s*\)\]/,
    ([, path = '', compare = '', wanted = '']) => filter(stepsOf(path, path), compare, wanted),
  ],
  [/^\./, () => (values: readonly unknown[]) => [...values]],
] as const satisfies readonly (readonly [RegExp, (found: RegExpExecArray) => Step])[];

function stepsOf(path: string, template: string): Step[] {
  const steps: Step[] = [];
  for (let rest = path; rest !== ''; ) {
    const [found, make] = firstOf(rest);
    if (!found || !make) throw wrong(template, `"${rest}" is no step of a path`);
    steps.push(make(found));
    rest = rest.slice(found[0].length);
  }
  return steps;
}

const firstOf = (rest: string): [RegExpExecArray | undefined, ((found: RegExpExecArray) => Step) | undefined] => {
  for (const [pattern, make] of TOKENS) {
    const found = pattern.exec(rest);
    if (found) return [found, make];
  }
  return [undefined, undefined];
};

const each =
  (of: (value: unknown) => readonly unknown[]): Step =>
  (values) =>
    values.flatMap(of);

const children = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value as object) : [];

const ownOf = (value: unknown, name: string): unknown[] =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? [(value as Record<string, unknown>)[name]]
    : [];

const itemOf = (value: unknown, index: number): unknown[] => {
  const item = Array.isArray(value) ? value.at(index) : undefined;
  return item === undefined ? [] : [item];
};

const deep = (name: string): Step => {
  const found = (value: unknown): unknown[] => [...ownOf(value, name), ...children(value).flatMap(found)];
  return each(found);
};

const filter = (steps: readonly Step[], compare: string, wanted: string): Step => {
  const other = /^["']/.test(wanted) ? wanted.slice(1, -1) : JSON.parse(wanted);
  const holds = (value: unknown): boolean => {
    const [mine] = follow(steps, value);
    if (compare === '==') return mine === other;
    if (compare === '!=') return mine !== other;
    if (typeof mine !== typeof other || mine === null) return false;
    const [a, b] = [mine as number, other as number];
    return compare === '<' ? a < b : compare === '>' ? a > b : compare === '<=' ? a <= b : a >= b;
  };
  return each((value) => children(value).filter(holds));
};

const wrong = (template: string, why: string) =>
  wrongUse(
    `-o jsonpath=${template}: ${why}`,
    `For example -o jsonpath='{.status}', or '{range [*]}{.id}{"\\n"}{end}' of a list.`,
  );
