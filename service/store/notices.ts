import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withSignals } from '../signals.ts';
import type { Database, StoreLog } from './database.ts';

const CHANNELS = ['mlp_due', 'mlp_events', 'mlp_progress'] as const;
type NoticeChannel = (typeof CHANNELS)[number];
/** The payload is empty but for progress, of which a notice is all that others are told; and after a reconnection. */
type NoticeListener = (payload: string) => void;

/** At most one NOTIFY in this time, whatever the number of commits it tells of. */
const GATHER_MS = 10;
/** A session whose server or network has died without a word is found out after this and the next. */
const PROBE_EVERY_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;
/** For what is there but cannot be shown yet. */
const LOOK_AGAIN_MS = 50;
/** A last notice gets this long; a server that does not answer must not hold up our end. */
const CLOSE_MS = 1_000;
const RETRY_FIRST_MS = 100;
const MAX_RETRY_MS = 5_000;

/**
 * Wakes those in all replicas who wait for a commit. A notice carries no data (but for progress) and may get lost (a crash between commit and notice, a
 * reconnection): after each reconnection all are woken, and whoever must not miss anything also looks by itself now and then.
 *
 * The notice follows the commit instead of being part of it: PostgreSQL lets transactions that notify commit only one after the
 * other, each with its own flush to disk.
 */
export class Notices {
  readonly #database: Database;
  readonly #log: StoreLog;
  readonly #listeners: Record<NoticeChannel, Set<NoticeListener>> = {
    mlp_due: new Set(),
    mlp_events: new Set(),
    mlp_progress: new Set(),
  };
  readonly #lookAgain = new Map<NoticeChannel, NodeJS.Timeout>();
  readonly #toSend = new Set<NoticeChannel>();
  readonly #closing = new AbortController();
  #sending: Promise<void> | undefined;
  #listening: Promise<void> | undefined;

  constructor(database: Database, log: StoreLog) {
    this.#database = database;
    this.#log = log;
  }

  /** To be called after the commit. */
  send(...channels: NoticeChannel[]): void {
    for (const channel of channels) this.#toSend.add(channel);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when the listening is in place, or has failed and goes on trying. */
  async listen(channel: NoticeChannel, listener: NoticeListener): Promise<() => Promise<void>> {
    this.#listeners[channel].add(listener);
    if (!this.#listening) {
      const { promise, resolve } = firstTry();
      this.#listening = this.#keepListening(resolve);
      await promise;
    }
    return async () => {
      this.#listeners[channel].delete(listener);
    };
  }

  /** Wakes the listeners of this process a little later. */
  wakeSoon(channel: NoticeChannel): void {
    if (this.#closing.signal.aborted || this.#lookAgain.has(channel)) return;
    const wake = () => {
      this.#lookAgain.delete(channel);
      this.#wake(channel);
    };
    this.#lookAgain.set(channel, setTimeout(wake, LOOK_AGAIN_MS));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#lookAgain.values()) clearTimeout(timer);
    await Promise.race([Promise.all([this.#listening, this.#sending]), sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  async #sendAll(): Promise<void> {
    while (this.#toSend.size > 0) {
      const channels = [...this.#toSend];
      this.#toSend.clear();
      try {
        await this.#database
          .as('events')
          .queryText('notifying', "select pg_notify(channel, '') from unnest($1::text[]) channel", [channels]);
      } catch (error) {
        this.#log.warn({ error: String(error) }, 'Others could not be woken; they look by themselves later');
      }
      await sleep(GATHER_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  async #keepListening(triedOnce: () => void): Promise<void> {
    const { signal } = this.#closing;
    let wait = RETRY_FIRST_MS;
    while (!signal.aborted) {
      let session: pg.Client | undefined;
      try {
        session = await this.#database.session('listen');
        session.on('notification', ({ channel, payload }) => this.#wake(channel as NoticeChannel, payload));
        const ended = new Promise<void>((resolve) => session?.once('end', () => resolve()));
        for (const channel of CHANNELS)
          await session.query({ text: `listen ${channel}`, query_timeout: PROBE_TIMEOUT_MS } as pg.QueryConfig);
        wait = RETRY_FIRST_MS;
        triedOnce();
        for (const channel of CHANNELS) this.#wake(channel);
        await this.#probeUntil(session, ended);
      } catch (error) {
        if (!signal.aborted)
          this.#log.warn({ error: String(error) }, 'The session that listens for changes is lost; reconnecting');
      } finally {
        triedOnce();
        // Not awaited: the server may be gone without a word. The socket is destroyed if it does not answer.
        void session?.end().catch(() => undefined);
      }
      // Replicas that lost the same server do not come back at the same instant.
      await sleep(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      wait = Math.min(MAX_RETRY_MS, wait * 2);
    }
  }

  async #probeUntil(session: pg.Client, ended: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    let over = false;
    const overNow = ended.then(() => {
      over = true;
    });
    for (;;) {
      const timer = new AbortController();
      await withSignals([signal, timer.signal], (until) =>
        Promise.race([sleep(PROBE_EVERY_MS, undefined, { signal: until }).catch(() => undefined), overNow]),
      );
      timer.abort();
      if (signal.aborted) return;
      if (over) throw new Error('the server ended it');
      await session.query({ text: 'select 1', query_timeout: PROBE_TIMEOUT_MS } as pg.QueryConfig);
    }
  }

  #wake(channel: NoticeChannel, payload = ''): void {
    for (const listener of this.#listeners[channel] ?? []) listener(payload);
  }
}

function firstTry(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
