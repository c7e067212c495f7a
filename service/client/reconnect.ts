import { Problem, Unreachable } from './problem.ts';
import { rest } from './transport.ts';

/** How a stream that goes on for hours is doing. */
export type Connection = { readonly state: 'open' } | { readonly state: 'lost'; readonly error: unknown };

export interface StreamOptions {
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal;
  /** Told whenever the line stands, and whenever it breaks; the next try follows by itself. */
  readonly onConnection?: (connection: Connection) => void;
  /** How long it may be away before the stream ends with an error; for ever when not said. */
  readonly giveUpAfterMs?: number;
}

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/** Pauses between the tries of a stream: longer with every failure, and only as long as its owner has patience. */
export class Reconnect {
  readonly #options: StreamOptions;
  readonly #isFinal: (status: number) => boolean;
  #failures = 0;
  #lostAt: number | null = null;
  #wake: AbortController | undefined;

  /** `isFinal`: refused with this status once, refused for good. */
  constructor(options: StreamOptions, isFinal: (status: number) => boolean) {
    this.#options = options;
    this.#isFinal = isFinal;
  }

  opened(): void {
    this.#failures = 0;
    this.#lostAt = null;
    this.#options.onConnection?.({ state: 'open' });
  }

  /** Throws what cannot come right, and what took too long. */
  async afterFailure(error: unknown): Promise<void> {
    const { onConnection, giveUpAfterMs = Number.POSITIVE_INFINITY } = this.#options;
    if (!(error instanceof Unreachable || (error instanceof Problem && !this.#isFinal(error.status)))) throw error;
    this.#lostAt ??= performance.now();
    onConnection?.({ state: 'lost', error });
    if (performance.now() - this.#lostAt >= giveUpAfterMs) throw error;
    await this.#pause(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++) * (0.75 + Math.random() / 2));
  }

  /** The server ends a stream now and then, so that a withdrawn token ends with it: no reason to worry anybody. */
  afterEnd(): Promise<void> {
    return this.#pause(FIRST_PAUSE_MS);
  }

  /** Tries again now instead of waiting. */
  now(): void {
    this.#wake?.abort();
  }

  async #pause(milliseconds: number): Promise<void> {
    const wake = new AbortController();
    this.#wake = wake;
    const leave = () => wake.abort();
    this.#options.signal?.addEventListener('abort', leave, { once: true });
    if (this.#options.signal?.aborted) leave();
    await rest(milliseconds, wake.signal).catch(() => undefined);
    this.#options.signal?.removeEventListener('abort', leave);
    this.#wake = undefined;
  }
}
