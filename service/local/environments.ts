import type { Environment, MakingOptions, Python } from '../trainers/environment.ts';
import { ENGINES, type Engine, engineOf } from '../trainers/packages.ts';

// The Python environments of this machine: each is made when the first job needs it, and only as long as one does.

/** What keeps the program of a job from starting, if anything does. Lines are those since the last look. */
export type Preparation =
  | { readonly state: 'ready'; readonly lines: readonly string[]; readonly python: Python }
  | { readonly state: 'underWay'; readonly lines: readonly string[] }
  | { readonly state: 'impossible'; readonly lines: readonly string[]; readonly reason: string };

export interface Environments {
  /** Asked again and again: `asker` is a program that waits. */
  prepare(asker: string, algorithm: string): Preparation;
  /** When nobody waits for one any more it is not made; what was downloaded is kept by uv or pip. */
  leave(asker: string): void;
  stop(): Promise<void>;
}

interface Making {
  readonly lines: string[];
  /** How many lines each has seen. */
  readonly askers: Map<string, number>;
  readonly abort: AbortController;
  readonly done: Promise<void>;
  end: Environment | undefined;
}

interface Options {
  /** Those that need no making. */
  readonly made?: Partial<Record<Engine, Python>>;
  readonly make: (options: MakingOptions) => Promise<Environment>;
  /** In the terminal. */
  readonly tell: (line: string) => void;
}

/** 3 GB on a slow line. */
const MAKING_SECONDS = 4 * 3600;

export function createEnvironments({ made = {}, make, tell }: Options): Environments {
  const ready = new Map(Object.entries(made) as [Engine, Python][]);
  const makings = new Map<Engine, Making>();
  const running = new Set<Promise<void>>();

  function begin(engine: Engine): Making {
    const lines: string[] = [];
    const abort = new AbortController();
    const say = (line: string) => {
      lines.push(line);
      tell(`${engine}: ${line}`);
    };
    say(`${ENGINES[engine].holds} is needed, and is fetched once`);
    const making: Making = {
      lines,
      askers: new Map(),
      abort,
      end: undefined,
      done: make({ name: engine, seconds: MAKING_SECONDS, tell: say, signal: abort.signal })
        .catch((error: Error) => ({ ok: false, reason: error.message }) as const)
        .then((end) => {
          const { holds } = ENGINES[engine];
          if (end.ok) ready.set(engine, end);
          making.end = end.ok ? end : { ok: false, reason: `${holds} could not be fetched: ${end.reason}` };
          if (abort.signal.aborted) say(`no job waits for ${holds} any more: no more of it is fetched`);
          else if (!making.end.ok) say(making.end.reason);
        }),
    };
    makings.set(engine, making);
    running.add(making.done);
    void making.done.then(() => running.delete(making.done));
    return making;
  }

  return {
    prepare(asker, algorithm) {
      // Of a name that is none the program says so.
      const engine = engineOf(algorithm) ?? 'trees';
      const python = ready.get(engine);
      const before = makings.get(engine);
      if (python && !before?.askers.has(asker)) return { state: 'ready', lines: [], python };
      // One that failed has an end for those who waited for it; who comes later tries again.
      const making = before && (!before.end || before.askers.has(asker)) ? before : begin(engine);
      const lines = making.lines.slice(making.askers.get(asker) ?? 0);
      making.askers.set(asker, making.lines.length);
      const { end } = making;
      if (!end) return { state: 'underWay', lines };
      making.askers.delete(asker);
      return end.ok ? { state: 'ready', lines, python: end } : { state: 'impossible', lines, reason: end.reason };
    },

    leave(asker) {
      for (const [engine, making] of makings) {
        making.askers.delete(asker);
        if (making.askers.size > 0 || making.end) continue;
        making.abort.abort();
        makings.delete(engine);
      }
    },

    async stop() {
      for (const { abort } of makings.values()) abort.abort();
      await Promise.all(running);
    },
  };
}
