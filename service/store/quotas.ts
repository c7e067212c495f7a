import { StoreBusy } from './errors.ts';

/** Those who ask the database, each for reasons of its own: `check` is readiness and the metrics. */
export const PARTS = ['api', 'events', 'dispatch', 'monitor', 'check'] as const;
export type Part = (typeof PARTS)[number];

/**
 * Who may use a session. Each part always finds one that no other may take; the rest go to whoever asks first. So 500 readers of the API
 * cannot keep the monitor from renewing its leases, nor a flood of events a job from being dispatched. With fewer sessions than
 * parts there is nothing to keep, and all wait in one line.
 */
export class Quotas {
  readonly #sessions: number;
  readonly #kept: number;
  readonly #used: Record<Part, number> = { api: 0, events: 0, dispatch: 0, monitor: 0, check: 0 };
  readonly #waiting = new Set<{ readonly part: Part; readonly go: () => void }>();

  constructor(sessions: number) {
    this.#sessions = sessions;
    this.#kept = sessions >= PARTS.length ? 1 : 0;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when one is free, with what gives it back. */
  async take(part: Part, patienceMs: number): Promise<() => void> {
    if (!this.#mayTake(part)) await this.#turn(part, patienceMs);
    else this.#used[part]++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used[part]--;
      this.#wakeNext();
    };
  }

  #mayTake(part: Part): boolean {
    const free = this.#sessions - PARTS.reduce((sum, each) => sum + this.#used[each], 0);
    const keptForOthers = PARTS.filter((each) => each !== part && this.#used[each] < this.#kept).length;
    return free > keptForOthers;
  }

  #turn(part: Part, patienceMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = {
        part,
        go: () => {
          clearTimeout(patience);
          resolve();
        },
      };
      const patience = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new StoreBusy(`no session was free for ${part} in ${patienceMs} ms`));
      }, patienceMs);
      this.#waiting.add(waiter);
    });
  }

  /** Who came first of those who may. */
  #wakeNext(): void {
    for (const waiter of this.#waiting) {
      if (!this.#mayTake(waiter.part)) continue;
      this.#waiting.delete(waiter);
      this.#used[waiter.part]++;
      waiter.go();
    }
  }
}
