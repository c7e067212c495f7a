import type { Expression } from './nodes.ts';

/** A value of the output with its marks read. The same content is always the same term. */
export type Term = { readonly id: number } & (
  | { readonly kind: 'scalar'; readonly expression: Expression }
  | { readonly kind: 'map'; readonly keys: readonly string[]; readonly entries: ReadonlyMap<string, Term> }
  | { readonly kind: 'list' | 'lines'; readonly items: readonly TermItem[] }
  /** A list or record of the settings, whole. */
  | { readonly kind: 'setting'; readonly path: string }
);

/** An item of a list: one of the program's, or all those that it makes of a list or record of the settings. */
export interface TermItem {
  /** What makes it the same item in other variants; "*path" for those of a setting. */
  readonly key: string;
  /** Known by a name, rather than by all that it holds. */
  readonly named: boolean;
  /** One; of a setting's elements, one for each. */
  readonly terms: readonly Term[];
}

/** Keys of a map: those of the program begin with "=", the entries of a record of the settings are "*path". */
export const ofRecord = (key: string): string | undefined => (key.startsWith('*') ? key.slice(1) : undefined);

export class Terms {
  private readonly known = new Map<string, Term>();

  scalar(expression: Expression): Term {
    return this.intern(`s${JSON.stringify(expression)}`, (id) => ({ id, kind: 'scalar', expression }));
  }

  map(keys: readonly string[], entries: ReadonlyMap<string, Term>): Term {
    let text = 'm';
    for (const key of keys) text += `${key}\0${entries.get(key)?.id ?? ''}\0`;
    return this.intern(text, (id) => ({ id, kind: 'map', keys, entries }));
  }

  list(kind: 'list' | 'lines', items: readonly TermItem[]): Term {
    let text: string = kind;
    for (const { key, terms } of items) {
      text += `${key}\0`;
      for (const { id } of terms) text += `${id},`;
    }
    return this.intern(text, (id) => ({ id, kind, items }));
  }

  setting(path: string): Term {
    return this.intern(`w${path}`, (id) => ({ id, kind: 'setting', path }));
  }

  private intern(key: string, make: (id: number) => Term): Term {
    const known = this.known.get(key);
    if (known) return known;
    const term = make(this.known.size);
    this.known.set(key, term);
    return term;
  }
}
