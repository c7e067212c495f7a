export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Ever longer waits, each somewhere between a half and the whole of its length, so that many clients do not come back as one. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  get failures(): number {
    return this.#failures;
  }

  /** How long to wait after this failure; at least as long as the server asks for. */
  next(retryAfterSeconds: number | null = null): number {
    const { firstMs, mostMs } = this.#options;
    const whole = Math.min(mostMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.max(whole * (0.5 + Math.random() / 2), (retryAfterSeconds ?? 0) * 1000);
  }

  reset(): void {
    this.#failures = 0;
  }
}
