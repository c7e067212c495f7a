import type { Canonical } from './canonical.ts';
import { both, chains, either, not } from './conditions.ts';
import type { GoTemplate, Scope } from './go-template.ts';
import { isAction, type Line, written } from './lines.ts';
import { type Decision, type Entry, type Item, isSame, type Node } from './nodes.ts';

type KeyEntry = Extract<Entry, { key: string }>;
type RecordEntry = Extract<Entry, { record: string }>;
interface Guarded {
  readonly when: Decision;
  readonly lines: readonly Line[];
}

const isKeyed = (entry: Entry): entry is KeyEntry => 'key' in entry;

/** Writes a template tree as the YAML of a Helm template. */
export class Printer {
  readonly go: GoTemplate;
  private readonly canonical: Canonical;

  constructor(go: GoTemplate, canonical: Canonical) {
    this.go = go;
    this.canonical = canonical;
  }

  /** Of a helper: a block, or a text that those who include it quote. */
  body(node: Node, scope: Scope, isItem = false): string[] {
    return this.bodyLines(node, scope, isItem).map(written);
  }

  /** A value that stands by itself. */
  block(node: Node, scope: Scope): string[] {
    return this.blockLines(node, 0, scope).map(written);
  }

  private bodyLines(node: Node, scope: Scope, isItem: boolean): Line[] {
    if (isItem && node.kind === 'map') return this.blockLines(withNameFirst(node), 0, scope);
    if (node.kind === 'lines') return this.lines(node.items, 0, scope).lines;
    if (node.kind === 'scalar') return this.line(node, 0, scope);
    if (node.kind !== 'choice' || !isTextChoice(node)) return this.blockLines(node, 0, scope);
    // Without the line ends around it.
    return this.choice(node, 0, (inner) => this.line(inner, 0, scope), scope).map((line) =>
      isAction(line) ? { ...line, eatsBehind: true } : line,
    );
  }

  private blockLines(node: Node, indent: number, scope: Scope): Line[] {
    if (node.kind === 'map') return this.entries(node.entries, indent, scope);
    if (node.kind === 'list') return this.items(node.items, indent, scope);
    if (node.kind === 'setting')
      return [{ indent, action: `toYaml ${this.go.setting(node.path, scope)} | nindent ${indent}` }];
    if (node.kind === 'choice')
      return this.choice(node, indent, (inner) => this.blockLines(inner, indent, scope), scope);
    if (node.kind === 'include')
      return [{ indent, action: `${this.go.include(node.helper, node.args, scope)} | nindent ${indent}` }];
    throw new Error(`a ${node.kind} cannot stand by itself`);
  }

  private entries(entries: readonly Entry[], indent: number, scope: Scope): Line[] {
    const records = entries.filter((entry): entry is RecordEntry => 'record' in entry);
    if (records.length > 0) return this.withRecords(entries, records, indent, scope);
    const all = entries.flatMap((entry): Entry[] => (isKeyed(entry) ? this.apart(entry, scope) : [entry]));
    const wanted = all.map((entry) => {
      if (isKeyed(entry)) return this.guarded(entry, indent, scope);
      if ('include' in entry) return { when: entry.when, lines: this.blockLines(entry.include, indent, scope) };
      const code = 'go' in entry ? entry.go : '';
      return { when: entry.when, lines: [{ indent, action: `${code} | nindent ${indent}` }] };
    });
    return this.conditional(wanted, indent, scope);
  }

  private guarded({ key, node, when }: KeyEntry, indent: number, scope: Scope): Guarded {
    return { when, lines: this.entry(key, node, indent, this.under(when, scope)) };
  }

  /**
   * What is always there in one of several forms is as many that are there under a condition each: they join their
   * neighbours. Each form comes once; the one comes last, as "else", without which least is to be asked.
   */
  private apart<Of extends { readonly when: Decision; readonly node: Node }>(each: Of, { known = true }: Scope): Of[] {
    if (each.when !== true || each.node.kind !== 'choice') return [each];
    const forms = new Map<string, { node: Node; when: Decision }>();
    const visit = (node: Node, when: Decision): void => {
      if (node.kind === 'choice') {
        visit(node.yes, both(when, { test: node.test, yes: true, no: false }));
        visit(node.no, both(when, { test: node.test, yes: false, no: true }));
        return;
      }
      const text = JSON.stringify(node);
      forms.set(text, { node, when: this.canonical.decision(either(when, forms.get(text)?.when ?? false)) });
    };
    visit(each.node, true);
    const asked = [...forms.values()]
      .map((form) => ({ ...form, when: this.canonical.given(form.when, known) }))
      .filter(({ when }) => when !== false);
    const orders = asked.map((last) => [...asked.filter((form) => form !== last), last]).reverse();
    const costs = orders.map((order) => this.cost(order, known));
    return (orders[costs.indexOf(Math.min(...costs))] ?? []).map((form) => ({ ...each, ...form }));
  }

  /** How much is asked in a chain of these, the last of which is "else". */
  private cost(all: readonly { readonly when: Decision }[], known: Decision): number {
    let [left, sum] = [known, 0];
    for (const { when } of all.slice(0, -1)) {
      sum += sizeOf(this.canonical.given(when, left));
      left = this.canonical.decision(both(left, not(when)));
    }
    return sum;
  }

  /** Inside of what is there under a condition. */
  under(when: Decision, scope: Scope): Scope {
    if (when === true) return scope;
    return { ...scope, known: this.canonical.decision(both(scope.known ?? true, when)) };
  }

  /** A key that the program writes is left out of the records; where it is there only sometimes, only then. */
  private withRecords(all: readonly Entry[], records: readonly RecordEntry[], indent: number, scope: Scope): Line[] {
    const keyed = all.filter(isKeyed);
    const always = keyed.filter(({ when }) => when === true).map(({ key }) => key);
    const sometimes = sameConditions(keyed.filter(({ when }) => when !== true));
    const names = sometimes.length > 0 ? records.map(({ record }) => `$${record.split('.').at(-1)}`) : [];
    const taking = sometimes.map((entries): Guarded => {
      const keys = entries.map(({ key }) => JSON.stringify(key)).join(' ');
      const lines = entries.flatMap((entry) => this.guarded(entry, indent, scope).lines);
      return {
        when: entries[0]?.when ?? true,
        lines: [...names.map((name) => ({ indent, action: `${name} = omit ${name} ${keys}` })), ...lines],
      };
    });
    const rest = all
      .filter((entry) => !isKeyed(entry) || entry.when === true)
      .map((entry) => {
        if (isKeyed(entry)) return this.guarded(entry, indent, scope);
        if (!('record' in entry)) throw new Error('an action beside a record');
        const name = names[records.indexOf(entry)] ?? this.go.setting(entry.record, scope);
        return { when: entry.when, lines: this.record(entry, name, always, records, indent, scope) };
      });
    return [
      ...names.map((name, at) => ({
        indent,
        action: `${name} := ${this.go.setting(records[at]?.record ?? '', scope)}`,
      })),
      ...this.conditional([...taking, ...rest], indent, scope),
    ];
  }

  private record(
    { after, record, when }: RecordEntry,
    value: string,
    without: readonly string[],
    records: readonly RecordEntry[],
    indent: number,
    scope: Scope,
  ): Line[] {
    const inside: Scope = { ...scope, element: { path: record, of: 'record' } };
    const own = without.length > 0 ? `omit ${value} ${without.map((key) => JSON.stringify(key)).join(' ')}` : value;
    // Helm's merge takes an empty text for none.
    const winners = records.filter(({ record }) => after.includes(record));
    const taken = winners.map((winner) => {
      const has = `hasKey ${this.go.setting(winner.record, inside)} $key`;
      if (typeof winner.when === 'boolean' || isSame(winner.when, when)) return has;
      return `and (${this.go.condition(winner.when, inside)}) (${has})`;
    });
    const entry: Line = { indent, text: '{{ $key | quote }}: {{ $value | quote }}' };
    const unless = taken.length > 1 ? `or ${taken.map((each) => `(${each})`).join(' ')}` : taken[0];
    const end: Line = { indent, action: 'end' };
    const lines = unless ? [{ indent, action: `if not (${unless})` }, entry, end] : [entry];
    return [{ indent, action: `range $key, $value := ${own}` }, ...lines, end];
  }

  private entry(key: string, node: Node, indent: number, scope: Scope): Line[] {
    const name = `${this.go.key(key, scope)}:`;
    const text = (value: string): Line => ({ indent, text: `${name} ${value}` });
    const above = (below: Line[]): Line[] => [{ indent, text: name }, ...below];
    switch (node.kind) {
      case 'scalar':
        return [text(this.go.scalar(node.expression, scope))];
      case 'map':
        return node.entries.length === 0 ? [text('{}')] : above(this.entries(node.entries, indent + 2, scope));
      case 'list':
        return node.items.length === 0 ? [text('[]')] : above(this.items(node.items, indent + 2, scope));
      case 'setting':
        return above(this.blockLines(node, indent + 2, scope));
      case 'lines':
        return this.folded(name, node.items, indent, scope);
      case 'include':
        return this.included(name, node, indent, scope);
      case 'choice':
        return this.choice(node, indent, (inner) => this.entry(key, inner, indent, scope), scope);
    }
  }

  /** Behind a key. */
  private included(name: string, node: Extract<Node, { kind: 'include' }>, indent: number, scope: Scope): Line[] {
    const call = this.go.include(node.helper, node.args, scope);
    if (node.as === 'text') return [{ indent, text: `${name} {{ ${call} | quote }}` }];
    const text = node.as === 'lines' ? `${name} |-` : name;
    return [
      { indent, text },
      { indent: indent + 2, action: `${call} | nindent ${indent + 2}` },
    ];
  }

  /** Behind the dash of a list, where a block begins on the same line. */
  private includedItem(node: Extract<Node, { kind: 'include' }>, indent: number, scope: Scope): Line[] {
    if (node.as === 'text' || node.as === 'lines') return this.included('-', node, indent, scope);
    const call = this.go.include(node.helper, node.args, scope);
    return [{ indent, text: `- {{ ${call} | nindent ${indent + 2} | trim }}` }];
  }

  /** A text of several lines, as YAML's block. */
  private folded(name: string, items: readonly Item[], indent: number, scope: Scope): Line[] {
    const { ends, lines } = this.lines(items, indent + 2, scope);
    return [{ indent, text: `${name} ${ends ? '|' : '|-'}` }, ...lines];
  }

  private items(items: readonly Item[], indent: number, scope: Scope): Line[] {
    const all = items.flatMap((item): Item[] => ('each' in item ? [item] : this.apart(item, scope)));
    const wanted = all.map((item): Guarded => {
      if (!('each' in item))
        return { when: item.when, lines: this.listItem(item.node, indent, this.under(item.when, scope)) };
      const inner: Scope = { ...scope, element: { path: item.each, of: item.of } };
      const setting = this.go.setting(item.each, scope);
      const over = item.of === 'record' ? `$key, $value := ${setting}` : setting;
      return { when: item.when, lines: range(over, this.listItem(item.node, indent, inner), indent) };
    });
    return this.conditional(wanted, indent, scope);
  }

  private listItem(node: Node, indent: number, scope: Scope): Line[] {
    if (node.kind === 'scalar') return [{ indent, text: `- ${this.go.scalar(node.expression, scope)}` }];
    if (node.kind === 'choice') return this.choice(node, indent, (inner) => this.listItem(inner, indent, scope), scope);
    if (node.kind === 'lines') return this.folded('-', node.items, indent, scope);
    if (node.kind === 'include') return this.includedItem(node, indent, scope);
    if (node.kind === 'map' && node.entries.length === 0) return [{ indent, text: '- {}' }];
    const inner = this.blockLines(node.kind === 'map' ? withNameFirst(node) : node, indent + 2, scope);
    const [first, ...rest] = inner;
    if (first === undefined || isAction(first)) return [{ indent, text: '-' }, ...inner];
    return [{ indent, text: `- ${first.text}` }, ...rest];
  }

  /** Of a text; whether a line end stands at its end. */
  private lines(items: readonly Item[], indent: number, scope: Scope): { ends: boolean; lines: Line[] } {
    const last = items.at(-1);
    const ends = last !== undefined && last.when === true && isEmptyLine(last.node);
    const own = ends ? items.slice(0, -1) : items;
    const all = own.flatMap((item): Item[] => ('each' in item ? [item] : this.apart(item, scope)));
    const wanted = all.map((item): Guarded => {
      if (!('each' in item)) return { when: item.when, lines: this.line(item.node, indent, scope) };
      const inner: Scope = { ...scope, element: { path: item.each, of: item.of } };
      const over = this.go.setting(item.each, scope);
      return { when: item.when, lines: range(over, this.line(item.node, indent, inner), indent) };
    });
    const lines = this.conditional(wanted, indent, scope);
    // An action would eat the empty line before it.
    const kept = lines.map((line, at) =>
      !isAction(line) && line.text === '' && isAction(lines[at + 1]) ? { indent, text: '{{ "" }}' } : line,
    );
    return { ends, lines: kept };
  }

  private line(node: Node, indent: number, scope: Scope): Line[] {
    if (node.kind === 'choice') return this.choice(node, indent, (inner) => this.line(inner, indent, scope), scope);
    if (node.kind === 'include') return [{ indent, text: `{{ ${this.go.include(node.helper, node.args, scope)} }}` }];
    if (node.kind !== 'scalar') throw new Error(`a ${node.kind} inside a text`);
    return [{ indent, text: this.go.line(node.expression, scope) }];
  }

  /** What stands under one condition goes into one block. */
  private conditional(wanted: readonly Guarded[], indent: number, scope: Scope): Line[] {
    const blocks: { when: Decision; of: Line[] }[] = [];
    for (const { lines, when } of wanted) {
      const asked = this.canonical.given(when, scope.known ?? true);
      if (asked === false) continue;
      const last = blocks.at(-1);
      if (last && isSame(last.when, asked)) last.of.push(...lines);
      else blocks.push({ when: asked, of: [...lines] });
    }
    return chains(blocks, this.canonical, scope.known).flatMap((chain) => {
      const branches = chain.flatMap(({ of, when }, at): Line[] => {
        if (when === false) return [];
        if (when === true) return at === 0 ? of : [{ indent, action: 'else' }, ...of];
        return [{ indent, action: `${at === 0 ? 'if' : 'else if'} ${this.go.condition(when, scope)}` }, ...of];
      });
      return chain[0]?.when === true ? branches : [...branches, { indent, action: 'end' }];
    });
  }

  private choice(
    node: Extract<Node, { kind: 'choice' }>,
    indent: number,
    write: (node: Node) => Line[],
    scope: Scope,
  ): Line[] {
    const lines: Line[] = [{ indent, action: `if ${this.go.test(node.test, scope)}` }, ...write(node.yes)];
    let rest = node.no;
    while (rest.kind === 'choice') {
      lines.push({ indent, action: `else if ${this.go.test(rest.test, scope)}` }, ...write(rest.yes));
      rest = rest.no;
    }
    lines.push({ indent, action: 'else' }, ...write(rest), { indent, action: 'end' });
    return lines;
  }
}

const range = (over: string, lines: readonly Line[], indent: number): Line[] => [
  { indent, action: `range ${over}` },
  ...lines,
  { indent, action: 'end' },
];

function sameConditions(entries: readonly KeyEntry[]): KeyEntry[][] {
  const groups = new Map<string, KeyEntry[]>();
  for (const entry of entries) {
    const condition = JSON.stringify(entry.when);
    groups.set(condition, [...(groups.get(condition) ?? []), entry]);
  }
  return [...groups.values()];
}

/** An item that begins with an entry that is always there, its name if it has one. */
function withNameFirst(node: Extract<Node, { kind: 'map' }>): Node {
  const always = node.entries.filter((entry) => 'key' in entry && entry.when === true && entry.node.kind === 'scalar');
  const first =
    always.find((entry) => 'key' in entry && entry.key === 'name') ??
    (node.entries[0]?.when === true ? undefined : always[0]);
  return first ? { ...node, entries: [first, ...node.entries.filter((entry) => entry !== first)] } : node;
}

const isTextChoice = (node: Node): boolean =>
  node.kind === 'choice'
    ? isTextChoice(node.yes)
    : node.kind === 'scalar' || (node.kind === 'include' && node.as === 'text');

/** Its tests, and once more those that are written turned round as well: "this and that, or not this and". */
function sizeOf(decision: Decision): number {
  if (typeof decision === 'boolean') return 0;
  const { no, yes } = decision;
  return 1 + Number(typeof yes === 'object' && no !== false) + sizeOf(yes) + sizeOf(no);
}

const isEmptyLine = (node: Node): boolean =>
  node.kind === 'scalar' && node.expression.what === 'literal' && node.expression.value === '';
