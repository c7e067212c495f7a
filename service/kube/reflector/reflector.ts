import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from '../errors.ts';
import type { Kind } from '../kinds.ts';
import type { Kube, KubeObject, ListQuery, Selection, WatchEvent } from '../kube.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';
import { type Change, type Entry, type Indexes, keyOf, ObjectStore } from './store.ts';

export interface ReflectorOptions<T> extends Selection {
  /** What is kept of each object, which nobody may change afterwards; undefined: nothing, as if it were not there. */
  readonly keep: (object: KubeObject) => T | undefined;
  readonly indexes?: Indexes<T>;
  /** Told of each change after the store has it, in order; the next is read when its promise has settled. */
  readonly onChange?: (change: Change<T>) => void | Promise<void>;
  /** What went wrong, and how soon it is tried again; also what onChange throws. */
  readonly onTrouble?: (error: unknown, retryInMs: number) => void;
  /** Servers send a bookmark about once a minute; a watch that says nothing for longer is taken for dead. */
  readonly idleTimeoutMs?: number;
  readonly backoff?: BackoffOptions;
  /**
   * Ask for a stream instead of a list, where the server has it: object by object, so that neither side holds all of them at
   * once. Where it does not, it is listed.
   */
  readonly streamingList?: boolean;
  /**
   * Where it must be listed: in pages from the server's storage rather than in one piece from its memory, for who has less memory
   * than the list is long.
   */
  readonly inPages?: boolean;
}

/** All objects that a selection has, held up to date by one watch. */
export interface Reflector<T> {
  readonly store: Pick<ObjectStore<T>, 'get' | 'list' | 'byIndex' | 'size' | 'keys'>;
  /** Resolves when the store has all that was there; rejects when it is stopped before. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  /** Up to which version the store tells. */
  readonly resourceVersion: string | undefined;
  /** Resolves when nothing more will be told. */
  stop(): Promise<void>;
}

const IDLE_TIMEOUT_MS = 90_000;
const BACKOFF: BackoffOptions = { firstMs: 800, mostMs: 30_000 };
/** The server is asked to end each watch within this and twice this, so that replicas of it share their load anew. */
const WATCH_SECONDS = 300;
/** A watch that ends sooner, without a word, was of no use. */
const SHORT_LIVED_MS = 1_000;
/** After so many of those in a row there is something about its version: all is listed anew. */
const MAX_FRUITLESS = 3;

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const SAYS_UNKNOWN: ReadonlySet<number> = new Set([400, 422]);

export function createReflector<T>(kube: Kube, kind: Kind, options: ReflectorOptions<T>): Reflector<T> {
  return new Running(kube, kind, options);
}

class Running<T> implements Reflector<T> {
  readonly store: ObjectStore<T>;
  readonly synced: Promise<void>;
  hasSynced = false;
  /** From here a watch goes on; undefined: all must be listed. */
  resourceVersion: string | undefined;

  readonly #kube: Kube;
  readonly #kind: Kind;
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #resolveSynced: () => void = () => {};
  #rejectSynced: (reason: unknown) => void = () => {};
  /** undefined: nothing has been listed yet. Lists must not go back behind what was told already. */
  #notOlderThan: string | undefined;
  #streams: boolean;
  /** Once: the last stream was opened, and did not bring all. */
  #listsNext = false;
  /** Whether the server has accepted the watch at hand. */
  #isOpen = false;
  #fruitless = 0;

  constructor(kube: Kube, kind: Kind, options: ReflectorOptions<T>) {
    this.#kube = kube;
    this.#kind = kind;
    this.#options = options;
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
    this.#streams = options.streamingList ?? true;
    this.store = new ObjectStore(options.indexes);
    this.synced = new Promise((resolve, reject) => {
      this.#resolveSynced = resolve;
      this.#rejectSynced = reject;
    });
    // Nobody need wait for it.
    this.synced.catch(() => {});
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    const reason = new Error(`The reflector of ${this.#kind.plural} was stopped.`);
    this.#ending.abort(reason);
    this.#rejectSynced(reason);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#isOpen = false;
      try {
        await this.#listAndWatch();
      } catch (error) {
        if (signal.aborted) return;
        const waitMs = this.#waitAfter(error);
        this.#options.onTrouble?.(error, waitMs);
        await sleep(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** One list, if there must be one, and one watch from there until that ends; throws what ended either before its time. */
  async #listAndWatch(): Promise<void> {
    if (this.resourceVersion !== undefined) return this.#watch(this.resourceVersion);
    if (this.#streams && !this.#listsNext) return this.#streamAll();
    this.#listsNext = false;
    await this.#listAll();
  }

  async #listAll(): Promise<void> {
    const found = new Map<string, Entry<T>>();
    let resourceVersion = '';
    for await (const page of this.#kube.pages(this.#kind, this.#listQuery(), { signal: this.#ending.signal })) {
      for (const object of page.items) this.#gather(found, object);
      ({ resourceVersion } = page);
    }
    await this.#replace(found, resourceVersion);
  }

  #listQuery(): ListQuery {
    const selection = this.#selection();
    // Never listed, or no longer to be had at that version: the first from the server's memory, the second the newest.
    if (this.#notOlderThan === '') return selection;
    if (this.#notOlderThan === undefined)
      return this.#options.inPages ? selection : { ...selection, resourceVersion: '0' };
    // A limit would send the server to its storage.
    return this.#options.inPages ? selection : { ...selection, resourceVersion: this.#notOlderThan, limit: 0 };
  }

  async #watch(resourceVersion: string): Promise<void> {
    const openedAt = performance.now();
    for await (const event of this.#events({ resourceVersion })) {
      this.#fruitful();
      await this.#take(event);
    }
    if (performance.now() - openedAt >= SHORT_LIVED_MS) this.#fruitful();
    else if (!this.#ending.signal.aborted && this.resourceVersion === resourceVersion) {
      throw new KubeError('unavailable', `A watch of ${this.#kind.plural} ended at once, without a word.`);
    }
  }

  /** A watch that begins with all that is there. */
  async #streamAll(): Promise<void> {
    let found: Map<string, Entry<T>> | undefined = new Map();
    try {
      for await (const event of this.#events({ resourceVersion: this.#notOlderThan, sendInitialEvents: true })) {
        if (found === undefined) {
          this.#fruitful();
          await this.#take(event);
          continue;
        }
        if (event.type === 'BOOKMARK') {
          // No bookmark comes before it, but from a server that has passed over what we asked for.
          if (event.object.metadata.annotations?.[INITIAL_EVENTS_END] !== 'true') throw this.#incomplete();
          const all = found;
          found = undefined;
          await this.#replace(all, event.object.metadata.resourceVersion ?? '');
        } else if (event.type === 'DELETED') found.delete(keyOf(event.object));
        else this.#gather(found, event.object);
      }
    } catch (error) {
      // A server that has it switched off, or is older than it, says so.
      if (found && SAYS_UNKNOWN.has(statusOf(error))) this.#streams = false;
      this.#listsNext = found !== undefined && this.#isOpen;
      throw error;
    }
    if (found && !this.#ending.signal.aborted) {
      this.#listsNext = true;
      throw this.#incomplete();
    }
  }

  #incomplete(): KubeError {
    const what = `A stream of all ${this.#kind.plural} ended before all were there; they are listed.`;
    return new KubeError('unavailable', what);
  }

  #events(from: { resourceVersion?: string | undefined; sendInitialEvents?: boolean }): AsyncIterable<WatchEvent> {
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + Math.random()));
    const { idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#options;
    const opened = (): void => {
      this.#isOpen = true;
    };
    const query = { ...this.#selection(), ...from, timeoutSeconds };
    return this.#kube.watch(this.#kind, query, { signal: this.#ending.signal, idleTimeoutMs, opened });
  }

  #selection(): Selection {
    const { fieldSelector, labelSelector, metadataOnly, namespace } = this.#options;
    return { namespace, labelSelector, fieldSelector, metadataOnly };
  }

  #gather(found: Map<string, Entry<T>>, object: KubeObject): void {
    const entry = this.#entryOf(object);
    if (entry) found.set(keyOf(object), entry);
    else found.delete(keyOf(object));
  }

  #entryOf(object: KubeObject): Entry<T> | undefined {
    try {
      const kept = this.#options.keep(object);
      const { resourceVersion, uid } = object.metadata;
      return kept === undefined ? undefined : { kept, uid, resourceVersion };
    } catch (error) {
      // One object that cannot be understood must not hide all others.
      this.#options.onTrouble?.(error, 0);
      return undefined;
    }
  }

  /** What is not in the list has gone, unseen. */
  async #replace(found: ReadonlyMap<string, Entry<T>>, resourceVersion: string): Promise<void> {
    for (const key of [...this.store.keys()]) if (!found.has(key)) await this.#tell(this.store.delete(key));
    for (const [key, entry] of found) await this.#tell(this.store.set(key, entry));
    if (this.#ending.signal.aborted) return;
    this.#reached(resourceVersion);
    this.hasSynced = true;
    this.#resolveSynced();
  }

  async #take({ object, type }: WatchEvent): Promise<void> {
    const { resourceVersion } = object.metadata;
    if (type !== 'BOOKMARK') {
      const key = keyOf(object);
      const entry = type === 'DELETED' ? undefined : this.#entryOf(object);
      await this.#tell(entry ? this.store.set(key, entry) : this.store.delete(key));
    }
    if (resourceVersion) this.#reached(resourceVersion);
  }

  async #tell(changes: readonly Change<T>[]): Promise<void> {
    for (const change of changes) {
      if (this.#ending.signal.aborted) return;
      try {
        await this.#options.onChange?.(change);
      } catch (error) {
        // The store is right all the same; to stop would leave everybody else with what is old.
        this.#options.onTrouble?.(error, 0);
      }
    }
  }

  #reached(resourceVersion: string): void {
    this.resourceVersion = resourceVersion;
    this.#notOlderThan = resourceVersion;
  }

  #fruitful(): void {
    this.#fruitless = 0;
    this.#backoff.reset();
  }

  #waitAfter(error: unknown): number {
    const failure = error instanceof KubeError ? error.failure : undefined;
    if (failure === 'expired') {
      // At a watch: the list may still be had at that version. At a list: only the newest can.
      if (this.resourceVersion === undefined) this.#notOlderThan = '';
      this.resourceVersion = undefined;
    }
    // While nobody answers, the version is as good as ever.
    if (this.#isOpen) this.#fruitless += 1;
    if (this.#fruitless >= MAX_FRUITLESS) this.resourceVersion = undefined;
    const waitMs = this.#backoff.next(error instanceof KubeError ? error.retryAfterSeconds : null);
    // The first of these is an answer rather than a failure: what is to be done is known.
    const isAnswer = failure === 'expired' || this.#listsNext || SAYS_UNKNOWN.has(statusOf(error));
    return isAnswer && this.#backoff.failures === 1 ? 0 : waitMs;
  }
}

const statusOf = (error: unknown): number => (error instanceof KubeError && error.status) || 0;
