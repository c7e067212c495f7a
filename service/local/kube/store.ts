import type { StoredObject } from './objects.ts';
import { type ResourceTable, type ResourceType, resourceKey } from './resources.ts';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ResourceType;
  readonly object: StoredObject;
  /** As it was before; undefined for a new one. */
  readonly previous: StoredObject | undefined;
  readonly version: number;
}

type StoreListener = (event: StoreEvent) => void;

/** Objects of one API server in memory, with one version counter over all kinds, as etcd has. */
export interface Store {
  version(): number;
  /** What the API server's cache of a kind has come to: it moves with the objects of that kind and no others. */
  cached(resource: ResourceType): number;
  get(resource: ResourceType, namespace: string | undefined, name: string): StoredObject | undefined;
  /** In the order of namespace and name. */
  list(resource: ResourceType, namespace?: string): StoredObject[];
  /** Stores a new version; the object gets its resourceVersion here. */
  put(resource: ResourceType, object: StoredObject): StoredObject;
  remove(resource: ResourceType, object: StoredObject): StoredObject;
  /** All changes of a kind after a version; undefined when they are no longer all known. */
  since(resource: ResourceType, version: number): StoreEvent[] | undefined;
  /** The oldest version from which a watch can be resumed. */
  oldest(resource: ResourceType): number;
  /** Forgets the history, as compaction does: watches from before now get 410. */
  compact(): void;
  onChange(listener: StoreListener): () => void;
  /** All objects of all kinds, for keeping them beyond this process. */
  dump(): StoreDump;
  /**
   * Takes in what another process kept; no watch can resume from before. What it returns shows every object to the listeners, as new: to be called
   * when all is there, in other stores too, or who sees an object makes anew what belongs to it.
   */
  restore(dump: StoreDump, resources: ResourceTable): () => void;
}

export interface StoreDump {
  readonly version: number;
  readonly objects: readonly { readonly resource: string; readonly object: StoredObject }[];
}

/** The same store to a reader; what is written to it is forgotten. */
export const rehearsalOf = (store: Store): Store => ({
  ...store,
  put: (_resource, object) => object,
  remove: (_resource, object) => object,
});

interface Shelf {
  readonly objects: Map<string, StoredObject>;
  /** Sorted; undefined after a name has come or gone. */
  keys: string[] | undefined;
  history: StoreEvent[];
  version: number;
  compactedAt: number;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export function createStore({ historySize = 5_000 } = {}): Store {
  const shelves = new Map<string, Shelf>();
  const listeners = new Set<StoreListener>();
  const waiting: StoreEvent[] = [];
  let version = 1_000;
  let compactedAt = 0;

  function shelfOf(resource: ResourceType): Shelf {
    const key = resourceKey(resource);
    let shelf = shelves.get(key);
    if (!shelf) {
      shelf = { objects: new Map(), keys: undefined, history: [], version, compactedAt };
      shelves.set(key, shelf);
    }
    return shelf;
  }

  function record(shelf: Shelf, event: StoreEvent): void {
    shelf.history.push(event);
    shelf.version = event.version;
    // Cut in slices: shifting one by one would cost more than the change itself.
    if (shelf.history.length > historySize * 2) {
      const dropped = shelf.history.splice(0, shelf.history.length - historySize);
      shelf.compactedAt = dropped.at(-1)?.version ?? shelf.compactedAt;
    }
    announce(event);
  }

  /** A listener may change the store itself: what follows from an event is announced after the event, to all. */
  function announce(event: StoreEvent): void {
    waiting.push(event);
    if (waiting.length > 1) return;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      for (const listener of listeners) listener(next);
      waiting.shift();
    }
  }

  const store: Store = {
    version: () => version,
    cached: (resource) => shelfOf(resource).version,
    get: (resource, namespace, name) => shelfOf(resource).objects.get(keyOf(namespace, name)),
    list(resource, namespace) {
      const shelf = shelfOf(resource);
      shelf.keys ??= [...shelf.objects.keys()].sort();
      const objects: StoredObject[] = [];
      const prefix = namespace === undefined ? '' : `${namespace}/`;
      for (const key of shelf.keys) {
        if (!key.startsWith(prefix)) continue;
        const object = shelf.objects.get(key);
        if (object) objects.push(object);
      }
      return objects;
    },
    put(resource, object) {
      const shelf = shelfOf(resource);
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const previous = shelf.objects.get(key);
      version += 1;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      shelf.objects.set(key, stored);
      if (!previous) shelf.keys = undefined;
      record(shelf, { type: previous ? 'MODIFIED' : 'ADDED', resource, object: stored, previous, version });
      return stored;
    },
    remove(resource, object) {
      const shelf = shelfOf(resource);
      shelf.objects.delete(keyOf(object.metadata.namespace, object.metadata.name));
      shelf.keys = undefined;
      version += 1;
      const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      record(shelf, { type: 'DELETED', resource, object: last, previous: object, version });
      return last;
    },
    since(resource, after) {
      const shelf = shelfOf(resource);
      if (after < shelf.compactedAt) return undefined;
      const from = shelf.history.findLastIndex((event) => event.version <= after);
      return shelf.history.slice(from + 1);
    },
    oldest: (resource) => shelfOf(resource).compactedAt,
    compact() {
      version += 1;
      compactedAt = version;
      for (const shelf of shelves.values()) {
        shelf.history = [];
        // Or a watch that begins where a list ended would be told that this is too long ago.
        shelf.version = version;
        shelf.compactedAt = version;
      }
    },
    dump: () => ({
      version,
      objects: [...shelves].flatMap(([resource, { objects }]) =>
        [...objects.values()].map((object) => ({ resource, object })),
      ),
    }),
    restore(dump, resources) {
      version = Math.max(version, dump.version);
      store.compact();
      const restored = dump.objects.flatMap(({ resource: key, object }) => {
        const resource = resources.get(key);
        if (!resource) return [];
        const shelf = shelfOf(resource);
        shelf.objects.set(keyOf(object.metadata.namespace, object.metadata.name), object);
        shelf.keys = undefined;
        return [{ resource, metadata: object.metadata }];
      });
      return () => {
        for (const { resource, metadata } of restored) {
          // A listener that was shown another one before may have removed it.
          const object = store.get(resource, metadata.namespace, metadata.name);
          if (object) announce({ type: 'ADDED', resource, object, previous: undefined, version });
        }
      };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}
