import type { StoredObject } from './objects.ts';
import { createQueue, type Queue } from './queue.ts';
import { groupVersion, type ResourceType } from './resources.ts';
import type { Matcher } from './selectors.ts';
import { expired } from './status.ts';
import type { Store, StoreEvent } from './store.ts';

interface WatchWish {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  /** undefined or 0: begin with all objects as they are. */
  readonly resourceVersion: number | undefined;
  /** A streaming list: all objects as they are, and a bookmark that says so. */
  readonly sendInitialEvents: boolean;
  readonly bookmarks: boolean;
  /** How an object is shown when not as it is: a Table of one row, or its metadata. */
  readonly show: ((object: StoredObject) => string) | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly signal: AbortSignal;
}

export interface Watches {
  open(wish: WatchWish): AsyncIterable<string>;
  /** Ends all watches as a server does that restarts or has had enough of them. */
  disconnect(): number;
  count(): number;
}

/** Real API servers end a watch after 30 to 60 minutes and bookmark about once a minute. */
const MIN_TIMEOUT_SECONDS = 1_800;

/** Events as text, made once however many watch. */
const texts = new WeakMap<StoreEvent, string>();

export function createWatches(store: Store, { bookmarkMs = 10_000 } = {}): Watches {
  const open = new Set<Queue<string>>();

  return {
    count: () => open.size,
    disconnect() {
      const ended = open.size;
      for (const queue of open) queue.close();
      return ended;
    },

    open(wish) {
      const ends: (() => void)[] = [];
      const queue = createQueue<string>(wish.signal, () => {
        open.delete(queue);
        for (const end of ends) end();
      });
      open.add(queue);
      if (!replay(store, wish, queue)) return queue;
      ends.push(
        store.onChange((event) => {
          if (event.resource === wish.type) pass(event, wish, queue);
        }),
      );
      if (wish.bookmarks) {
        const timer = setInterval(() => queue.push(bookmark(wish.type, store.version())), bookmarkMs);
        ends.push(() => clearInterval(timer));
      }
      const seconds = wish.timeoutSeconds ?? MIN_TIMEOUT_SECONDS * (1 + Math.random());
      const timer = setTimeout(() => queue.close(), seconds * 1_000);
      ends.push(() => clearTimeout(timer));
      return queue;
    },
  };
}

/** What lies between the version asked for and now. false: too long ago, and the watch is over. */
function replay(store: Store, wish: WatchWish, queue: Queue<string>): boolean {
  const { type, namespace, resourceVersion } = wish;
  if (!resourceVersion || wish.sendInitialEvents) {
    for (const object of store.list(type, namespace)) {
      if (wish.matches(object)) queue.push(line('ADDED', shown(object, wish)));
    }
    if (wish.sendInitialEvents) queue.push(bookmark(type, store.version(), { 'k8s.io/initial-events-end': 'true' }));
    return true;
  }
  const missed = store.since(type, resourceVersion);
  if (!missed) {
    queue.push(line('ERROR', JSON.stringify(expired(resourceVersion, store.oldest(type)).status())));
    queue.close();
    return false;
  }
  for (const event of missed) pass(event, wish, queue);
  return true;
}

/** An object that stops matching the selector is gone for this watch, one that begins to is new. */
function pass(event: StoreEvent, wish: WatchWish, queue: Queue<string>): void {
  const { object, previous } = event;
  if (wish.namespace !== undefined && object.metadata.namespace !== wish.namespace) return;
  const is = event.type !== 'DELETED' && wish.matches(object);
  const was = previous !== undefined && wish.matches(previous);
  if (!is && !was) return;
  const type = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED';
  queue.push(wish.show || type !== event.type ? line(type, shown(object, wish)) : textOf(event));
}

function textOf(event: StoreEvent): string {
  let text = texts.get(event);
  if (text === undefined) {
    text = line(event.type, JSON.stringify(event.object));
    texts.set(event, text);
  }
  return text;
}

const shown = (object: StoredObject, wish: WatchWish): string => wish.show?.(object) ?? JSON.stringify(object);

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;

const bookmark = (type: ResourceType, version: number, annotations?: Record<string, string>): string =>
  line(
    'BOOKMARK',
    JSON.stringify({
      kind: type.kind,
      apiVersion: groupVersion(type),
      metadata: { resourceVersion: String(version), creationTimestamp: null, ...(annotations && { annotations }) },
    }),
  );
