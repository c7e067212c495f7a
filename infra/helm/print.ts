import type { GoTemplate, Scope } from './go-template.ts';
import type { Decision, Entry, Item, Node } from './nodes.ts';

/** Writes a template tree as the YAML of a Helm template. */
export class Printer {
  private readonly go: GoTemplate;

  constructor(go: GoTemplate) {
    this.go = go;
  }

  /** Lines of a value that stands by itself, at this indentation. */
  block(node: Node, indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    if (node.kind === 'map') return this.entries(node.entries, indent, scope);
    if (node.kind === 'list') return this.items(node.items, indent, scope);
    if (node.kind === 'setting')
      return [`${pad}{{- toYaml ${this.go.setting(node.path, scope)} | nindent ${indent} }}`];
    if (node.kind === 'choice') return this.choice(node, indent, (inner) => this.block(inner, indent, scope), scope);
    throw new Error(`a ${node.kind} cannot stand by itself`);
  }

  private entries(entries: readonly Entry[], indent: number, scope: Scope): string[] {
    const fixed = entries.flatMap((entry) => ('key' in entry ? [entry.key] : []));
    const wanted = entries.map((entry) => ({
      when: entry.when,
      lines:
        'key' in entry
          ? this.entry(entry.key, entry.node, indent, scope)
          : this.record(entry.record, fixed, indent, scope),
    }));
    return this.conditional(wanted, indent, scope);
  }

  private record(path: string, fixed: readonly string[], indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    const setting = this.go.setting(path, scope);
    const entries = fixed.length > 0 ? `omit ${setting} ${fixed.map((key) => JSON.stringify(key)).join(' ')}` : setting;
    return [
      `${pad}{{- range $key, $value := ${entries} }}`,
      `${pad}{{ $key | quote }}: {{ $value | quote }}`,
      `${pad}{{- end }}`,
    ];
  }

  private entry(key: string, node: Node, indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    const name = `${pad}${this.go.key(key, scope)}:`;
    switch (node.kind) {
      case 'scalar':
        return [`${name} ${this.go.scalar(node.expression, scope)}`];
      case 'map':
        return node.entries.length === 0 ? [`${name} {}`] : [name, ...this.entries(node.entries, indent + 2, scope)];
      case 'list':
        return node.items.length === 0 ? [`${name} []`] : [name, ...this.items(node.items, indent + 2, scope)];
      case 'setting':
        return [name, ...this.block(node, indent + 2, scope)];
      case 'lines':
        return this.lines(name, node.items, indent + 2, scope);
      case 'choice':
        return this.choice(node, indent, (inner) => this.entry(key, inner, indent, scope), scope);
    }
  }

  private items(items: readonly Item[], indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    const wanted = items.map((item) => {
      if (!('each' in item)) return { when: item.when, lines: this.listItem(item.node, indent, scope) };
      const inner: Scope = { element: { path: item.each, of: item.of } };
      const setting = this.go.setting(item.each, scope);
      const range = item.of === 'record' ? `$key, $value := ${setting}` : setting;
      return {
        when: item.when,
        lines: [`${pad}{{- range ${range} }}`, ...this.listItem(item.node, indent, inner), `${pad}{{- end }}`],
      };
    });
    return this.conditional(wanted, indent, scope);
  }

  private listItem(node: Node, indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    if (node.kind === 'scalar') return [`${pad}- ${this.go.scalar(node.expression, scope)}`];
    if (node.kind === 'choice') return this.choice(node, indent, (inner) => this.listItem(inner, indent, scope), scope);
    if (node.kind === 'lines') return this.lines(`${pad}-`, node.items, indent + 2, scope);
    if (node.kind === 'map' && node.entries.length === 0) return [`${pad}- {}`];
    const inner = this.block(node.kind === 'map' ? withNameFirst(node) : node, indent + 2, scope);
    const [first = ''] = inner;
    if (first.trimStart().startsWith('{{')) return [`${pad}-`, ...inner];
    return [`${pad}- ${first.trimStart()}`, ...inner.slice(1)];
  }

  private lines(name: string, items: readonly Item[], indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    const last = items.at(-1);
    const ends = last && 'node' in last && last.when === true && isEmptyLine(last.node);
    const own = ends ? items.slice(0, -1) : items;
    const wanted = own.map((item) => {
      const inner: Scope = 'each' in item ? { element: { path: item.each, of: item.of } } : scope;
      const lines = this.line(item.node, indent, inner);
      if (!('each' in item)) return { when: item.when, lines };
      return {
        when: item.when,
        lines: [`${pad}{{- range ${this.go.setting(item.each, scope)} }}`, ...lines, `${pad}{{- end }}`],
      };
    });
    const lines = this.conditional(wanted, indent, scope);
    // An action would eat the empty line before it.
    const kept = lines.map((line, at) =>
      line === '' && lines[at + 1]?.trimStart().startsWith('{{-') ? `${pad}{{ "" }}` : line,
    );
    return [`${name} ${ends ? '|' : '|-'}`, ...kept];
  }

  private line(node: Node, indent: number, scope: Scope): string[] {
    if (node.kind === 'choice') return this.choice(node, indent, (inner) => this.line(inner, indent, scope), scope);
    if (node.kind !== 'scalar') throw new Error(`a ${node.kind} inside a text`);
    const text = this.go.line(node.expression, scope);
    return [text === '' ? '' : `${' '.repeat(indent)}${text}`];
  }

  /** What stands under one condition goes into one block. */
  private conditional(wanted: readonly { when: Decision; lines: string[] }[], indent: number, scope: Scope): string[] {
    const pad = ' '.repeat(indent);
    const lines: string[] = [];
    let open = '';
    for (const each of wanted) {
      if (each.when === false) continue;
      const condition = each.when === true ? '' : this.go.condition(each.when, scope);
      if (condition !== open) {
        if (open) lines.push(`${pad}{{- end }}`);
        if (condition) lines.push(`${pad}{{- if ${condition} }}`);
        open = condition;
      }
      lines.push(...each.lines);
    }
    if (open) lines.push(`${pad}{{- end }}`);
    return lines;
  }

  private choice(
    node: Extract<Node, { kind: 'choice' }>,
    indent: number,
    write: (node: Node) => string[],
    scope: Scope,
  ): string[] {
    const pad = ' '.repeat(indent);
    const lines = [`${pad}{{- if ${this.go.test(node.test, scope)} }}`, ...write(node.yes)];
    let rest = node.no;
    while (rest.kind === 'choice') {
      lines.push(`${pad}{{- else if ${this.go.test(rest.test, scope)} }}`, ...write(rest.yes));
      rest = rest.no;
    }
    lines.push(`${pad}{{- else }}`, ...write(rest), `${pad}{{- end }}`);
    return lines;
  }
}

/** An item that begins with an entry that is always there, its name if it has one. */
function withNameFirst(node: Extract<Node, { kind: 'map' }>): Node {
  const always = node.entries.filter((entry) => 'key' in entry && entry.when === true && entry.node.kind === 'scalar');
  const first =
    always.find((entry) => 'key' in entry && entry.key === 'name') ??
    (node.entries[0]?.when === true ? undefined : always[0]);
  return first ? { ...node, entries: [first, ...node.entries.filter((entry) => entry !== first)] } : node;
}

const isEmptyLine = (node: Node): boolean =>
  node.kind === 'scalar' && node.expression.what === 'literal' && node.expression.value === '';
