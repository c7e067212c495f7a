import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Short against whatever else the machine does, long against what a change of turns costs. */
const TURN_MS = 100;

/** A process with all below it, which stands still while it is not its turn: its time is that of its turns. */
export class Turns {
  text = '';
  seconds = 0;
  /** Of its own time, until its output contained what it is watched for. */
  seenAfter: number | undefined;
  over = false;

  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #since: number | undefined = performance.now();

  constructor(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, watched: string) {
    // A group of its own, which is stopped as one.
    this.#child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      if (this.seenAfter === undefined && this.text.includes(watched)) this.seenAfter = this.#own();
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once('error', resolve).once('close', resolve);
    }).then(() => {
      this.seconds = this.#own();
      this.#since = undefined;
      this.over = true;
    });
  }

  async turn(): Promise<void> {
    this.#since ??= performance.now();
    this.#signal('SIGCONT');
    await Promise.race([this.#closed, delay(TURN_MS)]);
    if (this.over) return;
    this.#signal('SIGSTOP');
    this.seconds = this.#own();
    this.#since = undefined;
  }

  kill(): void {
    if (!this.over) this.#signal('SIGKILL');
  }

  #own(): number {
    return this.seconds + (this.#since === undefined ? 0 : (performance.now() - this.#since) / 1000);
  }

  #signal(name: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, name);
    } catch {
      // It has just ended.
    }
  }
}

/**
 * All of them to their ends, one turn after the other: what else the machine does meets them alike, where of two that run one after
 * the other it meets one.
 */
export async function inTurns(begin: readonly (() => Turns)[]): Promise<Turns[]> {
  const all: Turns[] = [];
  // A group that stands still would outlive us.
  const end = () => {
    for (const each of all) each.kill();
    process.exit(130);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    for (const each of begin) {
      const begun = each();
      all.push(begun);
      await begun.turn();
    }
    while (all.some(({ over }) => !over)) for (const each of all) if (!each.over) await each.turn();
    return all;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    for (const each of all) each.kill();
  }
}
