import { onAbort } from '../signals.ts';
import { fellSilent, garbled, watchFailure } from './failures.ts';
import type { WatchEvent, WatchOptions } from './kube.ts';
import { parseObject } from './objects.ts';
import type { Asked } from './server.ts';
import type { Call, Transport } from './transport.ts';

/** An object is at most 1.5 MB in etcd; a longer line is no event. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The events of a watch until the server ends it or the signal aborts; throws when it fails or falls silent. */
export async function* watchEvents(
  transport: Transport,
  call: Call,
  { idleTimeoutMs, opened, signal }: WatchOptions,
): AsyncGenerator<WatchEvent, void, void> {
  if (signal.aborted) return;
  const hangUp = new AbortController();
  const forget = onAbort(signal, () => hangUp.abort(signal.reason));
  try {
    const source = await transport.stream(call, { signal: hangUp.signal, timeoutMs: idleTimeoutMs });
    opened?.();
    yield* events(
      notIdle(source, idleTimeoutMs, call, () => hangUp.abort()),
      call,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    forget();
    hangUp.abort();
  }
}

/** Lines of a stream wherever its pieces are cut, also in the middle of a character. */
async function* lines(source: AsyncIterable<Buffer>, asked: Asked): AsyncGenerator<string, void, void> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      kept.push(chunk.subarray(from, end));
      yield Buffer.concat(kept).toString('utf8');
      kept = [];
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) kept.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_LINE_BYTES) throw garbled(asked, `a line of more than ${MAX_LINE_BYTES} bytes`);
  }
  // Every event ends in a newline: what is left over was cut off, and the watch is resumed before it.
}

export async function* events(source: AsyncIterable<Buffer>, asked: Asked): AsyncGenerator<WatchEvent, void, void> {
  for await (const line of lines(source, asked)) {
    if (line.trim() !== '') yield parseEvent(line, asked);
  }
}

function parseEvent(line: string, asked: Asked): WatchEvent {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw garbled(asked, 'a watch event that is no JSON', error);
  }
  switch (event?.type) {
    case 'BOOKMARK': {
      // A bookmark has no name; only its resourceVersion counts.
      const object = event.object as WatchEvent['object'];
      if (typeof object?.metadata?.resourceVersion !== 'string') throw garbled(asked, 'a bookmark without a version');
      return { type: event.type, object };
    }
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: parseObject(event.object, asked) };
    case 'ERROR':
      throw watchFailure(event.object, asked);
    default:
      throw garbled(asked, 'a watch event of an unknown type');
  }
}

/** Passes the pieces on; throws when none came for so long that the other side must be taken for dead. */
async function* notIdle(
  source: AsyncIterable<Buffer>,
  idleTimeoutMs: number,
  asked: Asked,
  hangUp: () => void,
): AsyncGenerator<Buffer, void, void> {
  let silent = false;
  const rearm = (): NodeJS.Timeout =>
    setTimeout(() => {
      silent = true;
      hangUp();
    }, idleTimeoutMs);
  let timer = rearm();
  try {
    for await (const chunk of source) {
      clearTimeout(timer);
      yield chunk;
      timer = rearm();
    }
  } catch (error) {
    if (!silent) throw error;
    throw fellSilent(asked, idleTimeoutMs);
  } finally {
    clearTimeout(timer);
  }
}
