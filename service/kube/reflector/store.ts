import type { KubeObject } from '../kube.ts';

/** How a store names an object: "namespace/name", or the name alone where there are no namespaces. */
export const keyOf = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;

export type Change<T> =
  | { readonly type: 'added'; readonly key: string; readonly after: T }
  | { readonly type: 'changed'; readonly key: string; readonly before: T; readonly after: T }
  | { readonly type: 'deleted'; readonly key: string; readonly before: T };

/** By what objects can be found beside their key: each function tells the values that an object is found under. */
export type Indexes<T> = Readonly<Record<string, (kept: T) => readonly string[]>>;

/** What is kept of one object, and which one it was. */
export interface Entry<T> {
  readonly kept: T;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export class ObjectStore<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #indexes: Indexes<T>;
  readonly #found = new Map<string, Map<string, Set<string>>>();

  constructor(indexes: Indexes<T> = {}) {
    this.#indexes = indexes;
    for (const name of Object.keys(indexes)) this.#found.set(name, new Map());
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.kept;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  list(): T[] {
    return Array.from(this.#entries.values(), ({ kept }) => kept);
  }

  byIndex(name: string, value: string): T[] {
    const values = this.#found.get(name);
    if (!values) throw new Error(`This store has no index "${name}".`);
    return Array.from(values.get(value) ?? [], (key) => (this.#entries.get(key) as Entry<T>).kept);
  }

  /** What that changes: nothing for the version that is there, two steps where another object took over the name. */
  set(key: string, entry: Entry<T>): Change<T>[] {
    const before = this.#entries.get(key);
    if (before && isSame(before, entry)) return [];
    const removed = before && before.uid !== entry.uid ? this.delete(key) : undefined;
    if (before && !removed) this.#unindex(key, before.kept);
    this.#entries.set(key, entry);
    this.#index(key, entry.kept);
    const after = entry.kept;
    if (before && !removed) return [{ type: 'changed', key, before: before.kept, after }];
    return [...(removed ?? []), { type: 'added', key, after }];
  }

  delete(key: string): Change<T>[] {
    const before = this.#entries.get(key);
    if (!before) return [];
    this.#entries.delete(key);
    this.#unindex(key, before.kept);
    return [{ type: 'deleted', key, before: before.kept }];
  }

  #index(key: string, kept: T): void {
    for (const [name, values] of this.#found) {
      for (const value of this.#valuesOf(name, kept)) {
        const keys = values.get(value);
        if (keys) keys.add(key);
        else values.set(value, new Set([key]));
      }
    }
  }

  #unindex(key: string, kept: T): void {
    for (const [name, values] of this.#found) {
      for (const value of this.#valuesOf(name, kept)) {
        const keys = values.get(value);
        keys?.delete(key);
        if (keys?.size === 0) values.delete(value);
      }
    }
  }

  #valuesOf(name: string, kept: T): readonly string[] {
    return this.#indexes[name]?.(kept) ?? [];
  }
}

/** A version is never given twice. */
const isSame = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.uid === b.uid && a.resourceVersion !== undefined && a.resourceVersion === b.resourceVersion;
