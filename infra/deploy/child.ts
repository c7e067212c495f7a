import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads; secrets go this way, and never into its arguments. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Each line as it is said, of both outputs. */
  say?(line: string): void;
}

interface Ended {
  /** undefined: it could not be started, or was ended by a signal. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program to its end. When the user gives up it is asked to stop and waited for, so that it leaves behind what
 * it can go on from; then this throws the reason.
 */
export async function runChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<Ended> {
  const { cwd, env, input, say, signal } = options;
  signal?.throwIfAborted();
  const stdin = input === undefined ? 'ignore' : 'pipe';
  // A group of its own, so that what it starts in turn is stopped with it.
  const child = spawn(program, args, { cwd, env, detached: true, stdio: [stdin, 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  for (const name of ['out', 'err'] as const) {
    const stream = name === 'out' ? child.stdout : child.stderr;
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
      const last = chunk.trimEnd().split('\n').at(-1);
      if (last) say?.(last);
    });
  }
  // A program that ends without reading it all is told by its exit code.
  child.stdin?.on('error', () => undefined).end(input);
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal?.throwIfAborted();
    return { code: code ?? undefined, ...texts };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return { code: undefined, out: texts.out, err: `${program}: ${(error as Error).message}` };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
