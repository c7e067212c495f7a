import { EventEmitter, once } from 'node:events';
import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JobEvent } from '../jobs/job.ts';
import { putNewest } from '../newest.ts';
import { joinSignals } from '../signals.ts';
import type { EventStore, ProgressNews, ProgressStore } from '../store/store.ts';
import { createHistory, isLater } from './history.ts';

/**
 * What happens to jobs, as it is committed, for whoever watches. One reader of the database for all of them: it keeps the newest
 * events in memory, and each watcher pulls from there at its own pace. A watcher that is behind the memory, because it is slow or
 * because it comes back with an old id, reads from the database. So nothing is buffered for a watcher, and none can miss an event.
 */
export interface EventHub {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Where a watcher begins who wants only what comes; null when nothing has ever happened. */
  newest(): string | null;
  /** The same for who may see these namespaces only: the id of an event of theirs, or the place before all. */
  newestIn(namespaces: readonly string[]): Promise<string>;
  /**
   * All events after the id (null: from the first one), oldest first, then each new one. Ends with the signal or the hub. Given
   * namespaces, the past is read among their events; of the present all are told.
   */
  watch(after: string | null, signal: AbortSignal, namespaces?: readonly string[]): AsyncIterable<readonly JobEvent[]>;
  /** How far trainings are, as any replica hears it: told once, to whoever listens then. The function ends it. */
  onProgress(listener: (news: readonly ProgressNews[]) => void): () => void;
}

/** A LISTEN connection can be lost without a sign; then this is how late an event may be. */
const POLL_MS = 1000;
const KEEP = 5000;
const PAGE = 500;
const MAX_WAIT_MS = 60_000;
const MAX_HISTORIES = 64;
/** Comes before every id. */
const BEFORE_ALL = '0-0';

export function createEventHub(store: EventStore, log: Logger, progress: Pick<ProgressStore, 'onProgress'>): EventHub {
  const recent: JobEvent[] = [];
  /** Where each kept event is, counted from the first one ever kept; `dropped` of them are gone. */
  const positions = new Map<string, number>();
  let dropped = 0;
  let newest: string | null = null;
  /** 'commit': somebody wrote; 'news': events were kept; 'progress': trainings went on. */
  const signals = new EventEmitter().setMaxListeners(0);
  let stopping = new AbortController();
  const past = createHistory(
    (after) => store.after(after, PAGE),
    PAGE,
    () => newest,
  );
  /** By namespaces; as many as teams come back at the same time. */
  const pastIn = new Map<string, ReturnType<typeof createHistory>>();
  let running: Promise<void> | undefined;
  let unlistenProgress: (() => Promise<void>) | undefined;

  async function readCommits(signal: AbortSignal): Promise<void> {
    let unlisten: (() => Promise<void>) | undefined;
    while (!signal.aborted) {
      let committed = pause(signals, 'commit', POLL_MS, signal);
      try {
        unlisten ??= await store.onCommit(() => signals.emit('commit'));
        await readNew(signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'Events cannot be read just now');
        committed = pause(signals, 'commit', POLL_MS, signal);
      }
      await committed;
    }
    await unlisten?.();
  }

  async function readNew(signal: AbortSignal): Promise<void> {
    for (let full = true; full && !signal.aborted; ) {
      const page = await store.after(newest, PAGE);
      full = page.length === PAGE;
      if (page.length > 0) keep(page);
    }
  }

  function keep(page: readonly JobEvent[]): void {
    for (const event of page) {
      positions.set(event.id, dropped + recent.length);
      recent.push(event);
      newest = event.id;
    }
    for (const event of recent.splice(0, Math.max(0, recent.length - KEEP))) {
      positions.delete(event.id);
      dropped++;
    }
    signals.emit('news');
  }

  /** undefined when the memory does not reach back to the id. */
  function fromMemory(after: string | null): readonly JobEvent[] | undefined {
    if (after === newest) return [];
    const position = after === null ? undefined : positions.get(after);
    return position === undefined ? undefined : recent.slice(position - dropped + 1, position - dropped + 1 + PAGE);
  }

  function historyOf(namespaces: readonly string[] | undefined): ReturnType<typeof createHistory> {
    if (namespaces === undefined) return past;
    const key = namespaces.join();
    const known =
      pastIn.get(key) ??
      createHistory(
        (after) => store.after(after, PAGE, namespaces),
        PAGE,
        () => newest,
      );
    putNewest(pastIn, key, known, MAX_HISTORIES);
    return known;
  }

  return {
    async start() {
      stopping = new AbortController();
      newest = await store.latest();
      unlistenProgress = await progress.onProgress((news) => signals.emit('progress', news));
      running = readCommits(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await unlistenProgress?.();
      await running;
    },
    onProgress(listener) {
      signals.on('progress', listener);
      return () => signals.off('progress', listener);
    },
    newest: () => newest,
    newestIn: async (namespaces) => (await store.latest(namespaces)) ?? BEFORE_ALL,
    async *watch(after, signal, namespaces) {
      const { release, signal: ended } = joinSignals(signal, stopping.signal);
      try {
        let last = after;
        while (!ended.aborted) {
          const seen = newest;
          const remembered = fromMemory(last);
          const { events, upTo } = remembered
            ? { events: remembered, upTo: null }
            : await historyOf(namespaces).after(last ?? BEFORE_ALL);
          const before = last;
          last = events.at(-1)?.id ?? last;
          // Of their namespaces that was all up to there: the memory tells the rest.
          if (namespaces && upTo !== null && isLater(upTo, last ?? BEFORE_ALL)) last = upTo;
          if (events.length > 0) yield events;
          else if (last === before && seen === newest) {
            await pause(signals, 'news', MAX_WAIT_MS, ended);
          }
        }
      } finally {
        release();
      }
    },
  };
}

/** Until the event, the time or the signal, whichever is first; leaves no listener behind. */
async function pause(signals: EventEmitter, event: string, milliseconds: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const { release, signal: ended } = joinSignals(signal, over.signal);
  const ignoreAbort = () => undefined;
  await Promise.race([
    once(signals, event, { signal: ended }).catch(ignoreAbort),
    rest(milliseconds, undefined, { signal: ended }).catch(ignoreAbort),
  ]);
  over.abort();
  release();
}
