import { forgetOld, putNewest } from '../newest.ts';

/** Of trainings that have ended: the last lines of their logs are read in the minute after it. */
const MAX_ENDED = 1_000;

/** What is held of trainings, by the ids of their jobs: of each that goes on, up to a bound, and of those that have ended the latest few. */
export class TrainingMemory<Value> {
  readonly #goingOn = new Map<string, Value>();
  readonly #ended = new Map<string, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#goingOn.size + this.#ended.size;
  }

  get(jobId: string): Value | undefined {
    return this.#goingOn.get(jobId) ?? this.#ended.get(jobId);
  }

  /** As the newest. One that has ended goes on no more, whatever is told of it later. */
  put(jobId: string, value: Value): void {
    if (this.#ended.has(jobId)) putNewest(this.#ended, jobId, value, MAX_ENDED);
    else putNewest(this.#goingOn, jobId, value, this.#most);
  }

  end(jobIds: Iterable<string>): void {
    for (const jobId of jobIds) {
      const value = this.#goingOn.get(jobId);
      if (value === undefined) continue;
      this.#goingOn.delete(jobId);
      putNewest(this.#ended, jobId, value, MAX_ENDED);
    }
  }

  /** Of those that go on, from the oldest on. */
  forgetOld(isOld: (value: Value) => boolean): void {
    forgetOld(this.#goingOn, isOld);
  }
}
