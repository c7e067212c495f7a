import { Unreachable } from './problem.ts';
import { rest, whyOf, withPatience } from './transport.ts';
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
    const ms = PATIENCE_MS + Math.ceil(content.length / LEAST_BYTES_A_MS);
    const late = new DOMException(`not taken within ${Math.ceil(ms / 1000)} s`, 'TimeoutError');
    const outcome = await withPatience({ ms, late }, signal, (signal) =>
      send(url, { method: 'PUT', headers: sent(headers), body: content, signal }),
    ).catch((error: Error) => error);
    signal?.throwIfAborted();
    if (outcome instanceof Response && outcome.ok) return;
    const why =
      outcome instanceof Response ? `answered ${await codeOf(outcome)}` : `cannot be reached (${whyOf(outcome)})`;
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
