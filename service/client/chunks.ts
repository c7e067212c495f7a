import { Unreachable } from './problem.ts';

interface ChunkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly silenceMs?: number;
  readonly onAlive?: (() => void) | undefined;
}

/**
 * The text of an answer as it comes. A line on which nothing is heard for `silenceMs` is dead, whatever TCP thinks. Not by
 * `for await`, which Safari's streams do not know. The signal ends it without an error.
 */
export async function* chunksOf(
  response: Response,
  { signal, silenceMs, onAlive }: ChunkOptions,
): AsyncGenerator<string, void, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const leave = () => void reader.cancel().catch(() => undefined);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  try {
    for (;;) {
      const { done, value } = await heard(reader.read(), silenceMs);
      if (done) break;
      onAlive?.();
      yield decoder.decode(value, { stream: true });
    }
    const end = decoder.decode();
    if (end !== '') yield end;
  } finally {
    signal?.removeEventListener('abort', leave);
    // Whoever leaves off ends the request, too.
    leave();
  }
}

const heard = async <T>(read: Promise<T>, silenceMs: number | undefined): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    if (silenceMs === undefined) return;
    timer = setTimeout(() => reject(new Unreachable(`Nothing was heard for ${silenceMs / 1000} s.`)), silenceMs);
  });
  try {
    return await Promise.race([read, silence]);
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new Unreachable('The answer was cut off in the middle.', error);
  } finally {
    clearTimeout(timer);
  }
};
