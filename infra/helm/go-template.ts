import { numbersOf } from '../data/numbers-as-text.ts';
import { helpersFor } from './answered.ts';
import { PARAM } from './holes.ts';
import type { Leaf } from './leaves.ts';
import { NAME_PREFIX_MARK, type Part, type Ref, withoutPrefix } from './marks.ts';
import { type Argument, type Decision, type Expression, isParam, isSame, type Node, type Test } from './nodes.ts';
import type { Answered } from './program.ts';

/** Inside a range `.` is the element, and the chart's root is `$`. */
export interface Scope {
  /** In a helper with parameters `$` is what it was given, and the chart's root a part of that. */
  readonly given?: boolean;
  readonly element?: { readonly path: string; readonly of: 'list' | 'record' };
  /** What holds there, for it is asked around it. */
  readonly known?: Decision;
}

/** Writes expressions and conditions in the language of Helm's templates. */
export class GoTemplate {
  readonly chart: string;
  /** Names of all helpers that were included in what was written. */
  readonly included: Set<string>;
  private readonly leaves: ReadonlyMap<string, Leaf>;
  private readonly answered: Answered;
  private readonly answers: ReadonlyMap<string, string>;
  private readonly sections: ReadonlyMap<string, string>;

  constructor(
    chart: string,
    leaves: readonly Leaf[],
    answered: Answered,
    sections: ReadonlyMap<string, string> = new Map(),
    included = new Set<string>(),
  ) {
    this.chart = chart;
    this.leaves = new Map(leaves.map((leaf) => [leaf.path, leaf]));
    this.answered = answered;
    this.answers = helpersFor(answered);
    this.sections = sections;
    this.included = included;
  }

  /** For the inside of a helper that is given sections of the settings. */
  withSections(sections: ReadonlyMap<string, string>): GoTemplate {
    return new GoTemplate(this.chart, [...this.leaves.values()], this.answered, sections, this.included);
  }

  /** The call of a helper, with what it is given. */
  call(helper: string, given: string): string {
    this.included.add(helper);
    return `include "${this.chart}.${helper}" ${given}`;
  }

  /** What is known of a setting; of one in a section that a helper is given, as of any section that it may be given. */
  private leaf(path: string): Leaf | undefined {
    if (!path.startsWith(PARAM)) return this.leaves.get(path);
    const [param = '', ...rest] = path.slice(PARAM.length).split('.');
    const section = this.sections.get(param);
    return section === undefined ? undefined : this.leaf([section, ...rest].join('.'));
  }

  /** The call of a helper that was found in the chart. */
  include(helper: string, args: readonly Argument[], scope: Scope): string {
    const root = rootIn(scope);
    if (args.length === 0) return this.call(helper, root);
    const given = args.map(({ name, value }) => {
      if (isParam(value)) return `"${name}" $.${value.param}`;
      return `"${name}" ${typeof value === 'object' ? this.place(value.path, scope) : JSON.stringify(value)}`;
    });
    return this.call(helper, `(dict "root" ${root} ${given.join(' ')})`);
  }

  private place(path: string, scope: Scope): string {
    if (path.startsWith(PARAM)) return `$.${path.slice(PARAM.length)}`;
    return `${scope.given ? '$.root' : scope.element ? '$' : ''}.Values.${path}`;
  }

  /** A setting: ".Values.images.tag". */
  setting(path: string, scope: Scope): string {
    const helper = this.answers.get(path);
    if (helper) return this.call(helper, rootIn(scope));
    const plain = this.place(path, scope);
    const leaf = this.leaf(path);
    if (leaf?.kind !== 'record' || Object.keys((leaf.fallback ?? {}) as object).length === 0) return plain;
    // Helm lays a user's map over the default one; the program takes the one or the other.
    const last = plain.slice(plain.lastIndexOf('.') + 1);
    const parent = plain.slice(0, plain.lastIndexOf('.'));
    return `(ternary ${plain} (fromJson ${JSON.stringify(JSON.stringify(leaf.fallback))}) (hasKey ${parent} "${last}"))`;
  }

  /** Key of a map, which may begin with what all names begin with. */
  key(key: string, scope: Scope): string {
    if (!key.startsWith(NAME_PREFIX_MARK)) return literal(key);
    return `"{{ ${this.call('prefix', rootIn(scope))} }}${escaped(JSON.stringify(withoutPrefix(key)).slice(1, -1))}"`;
  }

  /** A scalar of YAML: plain, quoted, or an action. */
  scalar(expression: Expression, scope: Scope): string {
    switch (expression.what) {
      case 'literal':
        if (!isParam(expression.value)) return literal(expression.value);
        return `{{ $.${expression.value.param}${expression.value.of === 'text' ? ' | quote' : ''} }}`;
      case 'setting':
        return `{{ ${this.setting(expression.path, scope)} }}`;
      case 'image':
        return `{{ ${this.call('image', `(list ${rootIn(scope)} ${this.setting(expression.path, scope)})`)} | quote }}`;
      case 'checksum':
        return `{{ ${this.checksumOf(expression.configMaps.map(contentOf('ConfigMap')), scope)} | quote }}`;
      case 'release': {
        const root = rootIn(scope);
        const fact =
          expression.fact === 'chart' ? this.call('chart', root) : `${root === '.' ? '' : root}.Chart.AppVersion`;
        return `{{ ${fact} | quote }}`;
      }
      case 'go':
        return `{{ ${expression.code} }}`;
      case 'number':
        return `{{ ${this.ref(expression.parts[0] as Ref, scope)} }}`;
      case 'text':
        return this.text(expression.parts, scope, expression.end);
    }
  }

  /** Of contents that are templates by themselves. */
  checksumOf(contents: readonly string[], scope: Scope): string {
    const names = contents.map((content) => JSON.stringify(content)).join(' ');
    return this.call('checksum', `(list ${rootIn(scope)} ${names})`);
  }

  private text(parts: readonly Part[], scope: Scope, end = ''): string {
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'object' && !end)
      return `{{ ${this.ref(only, scope)} | ${this.isNumber(only) ? 'toString | ' : ''}quote }}`;
    if (parts.every((part) => typeof part === 'string' || this.isHarmless(part))) {
      const inner = parts.map((part) =>
        typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : `{{ ${this.ref(part, scope)} }}`,
      );
      return `"${parts.map((part, index) => (typeof part === 'string' ? escaped(inner[index] ?? '') : inner[index])).join('')}${end}"`;
    }
    const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
    const values = parts.filter((part) => typeof part === 'object').map((part) => `(${this.ref(part, scope)})`);
    return `{{ printf ${goString(format)} ${values.join(' ')} | quote }}`;
  }

  /** One line of a text of several lines. */
  line(expression: Expression, scope: Scope): string {
    if (expression.what === 'literal') {
      return isParam(expression.value) ? `{{ $.${expression.value.param} }}` : escaped(String(expression.value));
    }
    if (expression.what === 'setting') return `{{ ${this.setting(expression.path, scope)} }}`;
    if (expression.what !== 'text') throw new Error(`${expression.what} inside a text`);
    for (const part of expression.parts) {
      if (typeof part === 'object' && !this.isHarmless(part) && part.what !== 'json') {
        throw new Error(`${part.path}: may hold line ends, and is written into a text of several lines`);
      }
    }
    return expression.parts
      .map((part) => (typeof part === 'string' ? escaped(part) : `{{ ${this.ref(part, scope)} }}`))
      .join('');
  }

  /** Whether a value can never hold what YAML's quotes or lines are ended by. */
  isHarmless(ref: Ref): boolean {
    if (ref.what === 'json') return false;
    // Helpers are given no text that would need quotes.
    if (isParamRef(ref)) return true;
    const leaf = this.leafOf(ref);
    if (leaf?.kind === 'number' || leaf?.kind === 'enum') return true;
    const checks = leaf?.schema._zod.def as { checks?: { _zod: { def: { pattern?: RegExp } } }[] } | undefined;
    return (checks?.checks ?? []).some(({ _zod }) => {
      const { pattern } = _zod.def;
      return pattern !== undefined && !['"', '\\', '\n', 'a"b', 'a\\b', 'a\nb'].some((text) => pattern.test(text));
    });
  }

  private leafOf({ field, path }: Ref): Leaf | undefined {
    const leaf = this.leaf(path);
    if (leaf?.kind !== 'list') return leaf?.kind === 'record' ? undefined : leaf;
    const inner = leaf.element.find((each) => each.path === field);
    if (inner) return inner;
    const { element } = leaf.schema as unknown as { element: Leaf['schema'] };
    return { ...leaf, kind: 'text', schema: element };
  }

  private isNumber(ref: Ref): boolean {
    return this.leafOf(ref)?.kind === 'number';
  }

  /** As a number of that size it would be written as 1e+09. */
  private mayBeLargeNumber(ref: Ref): boolean {
    const { schema } = this.leafOf(ref) ?? {};
    return schema !== undefined && (numbersOf(schema)?.maximum ?? 0) >= 1e6;
  }

  ref(ref: Ref, scope: Scope): string {
    const value = this.value(ref, scope);
    const address = this.leafOf(ref);
    switch (ref.what) {
      case 'join':
        return `join ${goString(ref.separator ?? '')} ${value}`;
      case 'json':
        return `${value} | toRawJson`;
      case 'hostname':
        return `(urlParse ${value}).hostname`;
      case 'firstLabel':
        return `splitList "." ${isAddressLeaf(address) ? `(urlParse ${value}).hostname` : value} | first`;
      case 'value':
        if (this.mayBeLargeNumber(ref)) return this.call('text', value);
        if (!this.isNumber(ref)) return value;
        if (ref.plus === undefined) return `int ${value}`;
        return ref.plus > 0 ? `add (int ${value}) ${ref.plus}` : `sub (int ${value}) ${-ref.plus}`;
    }
  }

  private value(ref: Ref, scope: Scope): string {
    const { element } = scope;
    if (element?.path !== ref.path || ref.index !== undefined || ref.what === 'json' || ref.what === 'join') {
      if (ref.index !== undefined) throw new Error(`${ref.path}: element ${ref.index} alone is used`);
      return this.setting(ref.path, scope);
    }
    if (element.of === 'record') return ref.field === 'key' ? '$key' : '$value';
    const list = this.leaf(ref.path);
    const field = list?.element.find(({ path }) => path === ref.field);
    if (!field) return '.';
    const given = `.${field.path}`;
    return field.fallback === undefined ? given : `(${given} | default ${JSON.stringify(field.fallback)})`;
  }

  /** A text as an operand of a function. */
  operand(node: Node | undefined): string {
    if (node?.kind !== 'scalar') throw new Error('a name that is no text');
    const { expression } = node;
    if (expression.what === 'literal') return JSON.stringify(expression.value);
    if (expression.what !== 'text') throw new Error('a name that is no text');
    const parts = expression.parts.map((part) =>
      typeof part === 'string' ? JSON.stringify(part) : `(${this.ref(part, {})})`,
    );
    return parts.length === 1 ? String(parts[0]) : `(print ${parts.join(' ')})`;
  }

  /** What can be told from another by its kind and what it may hold is written in the same way. */
  signature(path: string): string {
    const leaf = this.leaf(path);
    if (this.answers.has(path)) return `the release's ${path}`;
    if (!leaf) return 'a section';
    const own = (each: Leaf): unknown => [each.kind, each.path, each.optional, each.fallback, each.element.map(own)];
    return JSON.stringify([
      leaf.kind,
      this.isHarmless({ path, what: 'value' }),
      isAddressLeaf(leaf),
      numbersOf(leaf.schema),
      leaf.kind === 'record' ? leaf.fallback : '',
      leaf.element.map(own),
    ]);
  }

  condition(decision: Exclude<Decision, boolean>, scope: Scope): string {
    const { cases, rest } = casesOf(decision);
    const all = cases.map(({ inside, tests }) => ({ inside, is: any(tests.map((test) => this.test(test, scope))) }));
    const [only] = all;
    if (all.length === 1 && only) return this.either(only.is, only.inside, rest, scope);
    const none = cases.flatMap(({ tests }) => tests.map((test) => this.not(this.test(test, scope))));
    return any([...all.flatMap(({ inside, is }) => this.where([is], inside, scope)), ...this.where(none, rest, scope)]);
  }

  private where(known: readonly string[], inside: Decision, scope: Scope): string[] {
    if (inside === false) return [];
    return [every(inside === true ? known : [...known, this.condition(inside, scope)])];
  }

  /** Where something holds the one, else the other. */
  private either(is: string, yes: Decision, no: Decision, scope: Scope): string {
    const not = this.not(is);
    if (yes === true && no === false) return is;
    if (yes === false && no === true) return not;
    if (no === false && typeof yes === 'object') return every([is, this.condition(yes, scope)]);
    if (yes === false && typeof no === 'object') return every([not, this.condition(no, scope)]);
    if (yes === true && typeof no === 'object') return any([is, this.condition(no, scope)]);
    if (no === true && typeof yes === 'object') return any([not, this.condition(yes, scope)]);
    if (typeof yes !== 'object' || typeof no !== 'object') throw new Error('a decision that decides nothing');
    return any([every([is, this.condition(yes, scope)]), every([not, this.condition(no, scope)])]);
  }

  not(condition: string): string {
    return condition.startsWith('not ')
      ? unwrapped(condition.slice(4))
      : condition.startsWith('eq ')
        ? `ne ${condition.slice(3)}`
        : condition.startsWith('ne ')
          ? `eq ${condition.slice(3)}`
          : `not ${wrapped(condition)}`;
  }

  test(test: Test, scope: Scope): string {
    const { feature } = test;
    const [list, field] = feature.split('[].');
    const optional = field?.endsWith('?');
    const value =
      field === undefined
        ? this.setting(feature, scope)
        : this.value({ path: list ?? '', field: optional ? field.slice(0, -1) : field, what: 'value' }, scope);
    if ('below' in test) return `lt (int ${value}) ${test.below}`;
    const [option = ''] = test.options;
    if (optional)
      return option === 'given' ? `hasKey . "${field?.slice(0, -1)}"` : `not (hasKey . "${field?.slice(0, -1)}")`;
    const leaf = field === undefined ? this.leaf(feature) : undefined;
    if (leaf?.kind === 'boolean') return option === 'true' ? value : `not ${value}`;
    if (leaf?.kind === 'enum' || field !== undefined) return `eq ${value} ${JSON.stringify(option)}`;
    return option === 'given' ? value : `not ${value}`;
  }
}

/** The chart's root: `.`, but where that is something else. */
const rootIn = ({ element, given }: Scope): string => (given ? '$.root' : element ? '$' : '.');

const isParamRef = ({ path }: Ref): boolean => path.startsWith(PARAM) && !path.includes('.');

/** Name, behind the chart's, of the template with an object's content. */
export const contentOf =
  (kind: string) =>
  (name: string): string =>
    `${kind.toLowerCase()}.${name}`;

const isAddressLeaf = (leaf: Leaf | undefined): boolean => {
  const checks = leaf?.schema._zod.def as { checks?: { _zod: { def: { pattern?: RegExp } } }[] } | undefined;
  return (checks?.checks ?? []).some(
    ({ _zod }) => _zod.def.pattern?.test('http://a.b/c') || _zod.def.pattern?.test('https://a.b'),
  );
};

const wrapped = (text: string): string => (text.includes(' ') && !/^\([^()]*\)$/.test(text) ? `(${text})` : text);
const unwrapped = (text: string): string => (/^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text);
/** What is of the same kind joins those around it. */
const every = (all: readonly string[]): string => joined('and', all);
const any = (all: readonly string[]): string => joined('or', all);

function joined(how: 'and' | 'or', all: readonly string[]): string {
  if (all.length === 1) return all[0] ?? '';
  const inner = all.map((each) => (each.startsWith(`${how} `) ? each.slice(how.length + 1) : wrapped(each)));
  return `${how} ${inner.join(' ')}`;
}

/** Of the first setting that is asked: which of its options come to what, and what else comes to. */
function casesOf({ no, test, yes }: Exclude<Decision, boolean>): {
  cases: { tests: Test[]; inside: Decision }[];
  rest: Decision;
} {
  const goesOn = typeof no === 'object' && 'options' in test && no.test.feature === test.feature;
  if (!goesOn) return { cases: [{ tests: [test], inside: yes }], rest: no };
  const { cases, rest } = casesOf(no);
  const [next] = cases;
  if (next && isSame(next.inside, yes)) next.tests.unshift(test);
  else cases.unshift({ tests: [test], inside: yes });
  return { cases, rest };
}

const goString = (text: string): string =>
  text.includes('`') || text.includes('\n') ? JSON.stringify(text) : JSON.stringify(text);

/** Braces of others' templates, which Helm must hand on. */
export const escaped = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

/** What YAML 1.1 reads as a text without quotes. */
const PLAIN = /^[A-Za-z/][-A-Za-z0-9_./]*(?:[ =:][A-Za-z0-9_./][-A-Za-z0-9_./]*)*$/;
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

export function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (PLAIN.test(value) && !NOT_TEXT.test(value) && !value.includes(': ')) return value;
  return escaped(JSON.stringify(value));
}
