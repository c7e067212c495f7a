import { Unreachable } from './problem.ts';
import { rest } from './transport.ts';
import type { Workdir } from './types.ts';

const TRIES = 3;
const PAUSE_MS = 1000;
/** Slower than any line that somebody sends folders over. */
const LEAST_BYTES_A_MS = 20;
const PATIENCE_MS = 30_000;

/** Brings content to the object storage by the link that the service signed for it. */
export async function sendTo(
  { url, headers }: NonNullable<Workdir['upload']>,
  content: Uint8Array<ArrayBuffer>,
  {
    fetch: send = fetch,
    signal,
  }: { readonly fetch?: typeof fetch | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const place = new URL(url).origin;
  for (let tries = 1; ; tries++) {
    const ended = new AbortController();
    const leave = (): void => ended.abort(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    const patienceMs = PATIENCE_MS + Math.ceil(content.length / LEAST_BYTES_A_MS);
    const late = new DOMException(`not taken within ${Math.ceil(patienceMs / 1000)} s`, 'TimeoutError');
    const patience = setTimeout(() => ended.abort(late), patienceMs);
    const outcome = await send(url, { method: 'PUT', headers: sent(headers), body: content, signal: ended.signal })
      .catch((error: Error) => error)
      .finally(() => {
        clearTimeout(patience);
        signal?.removeEventListener('abort', leave);
      });
    signal?.throwIfAborted();
    if (outcome instanceof Response && outcome.ok) return;
    const why =
      outcome instanceof Response ? `answered ${await codeOf(outcome)}` : `cannot be reached (${reasonOf(outcome)})`;
    const passes = !(outcome instanceof Response) || outcome.status >= 500 || outcome.status === 429;
    if (!passes || tries === TRIES) throw new Unreachable(`The object storage ${place} ${why}.`, outcome);
    await rest(PAUSE_MS * tries, signal);
  }
}

/** Whoever sends sets the length. */
const sent = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'));

const codeOf = async (response: Response): Promise<string> => {
  const code = /<Code>([\w.]{1,100})<\/Code>/.exec(await response.text().catch(() => ''))?.[1];
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
};

const reasonOf = (error: Error): string => {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
};
