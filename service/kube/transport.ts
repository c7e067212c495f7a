import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { header, parseJson, pieces, readAll } from './body.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { failureOf, garbled, noCredentials, saysObjectMissing, unreachable } from './failures.ts';
import type { Identity } from './identity.ts';
import type { Method, RawAnswer, RequestOptions } from './kube.ts';
import { createLines, type Line } from './lines.ts';
import { createMeter, type Meter, type RequestReport, type Verb } from './meter.ts';
import { openPortForward } from './port-forward.ts';
import type { Asked } from './server.ts';

export interface Call extends Asked {
  readonly verb: Verb;
  readonly method: Method;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

export interface Transport {
  /** The answer as `read` understands it; undefined when the object asked for is not there. Never tried twice: callers decide. */
  json<T>(call: Call, read: (body: unknown, asked: Asked) => T, options?: RequestOptions): Promise<T | undefined>;
  /** A stream to a port, by the subresource that the call names. */
  forward(call: Call, port: number, options?: RequestOptions): Promise<Duplex>;
  /** Whatever was answered, with any status. */
  raw(call: Call, options?: RequestOptions): Promise<RawAnswer>;
  /** The body piece by piece, after the head of a 2xx answer. */
  stream(call: Call, options: RequestOptions): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Who asks, in the logs of the server. */
  readonly userAgent: string;
  /** What the server is called in messages; its address is added where that matters. */
  readonly title?: string;
  readonly onRequest?: (report: RequestReport) => void;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const TIMEOUT_MS = 30_000;
/** A LIST of 5,000 objects of 5 kB is 25 MB; an answer beyond this is a mistake or an attack, not worth the memory. */
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_ERROR_BYTES = 256 * 1024;

/** There is no undefined for these: without the pod, the call fails. */
const OF_A_POD_THAT_IS: ReadonlySet<Verb> = new Set(['logs', 'forward']);

type Pool = 'requests' | 'streams';

export function createTransport(identity: Identity, options: TransportOptions): Transport {
  const lines = createLines(identity);
  const { onRequest, maxBytes = MAX_BYTES } = options;
  const address = `${options.title ? `${options.title} at ` : ''}${identity.server}`;

  const currentLine = (call: Call, deadline: Deadline): Promise<Line> =>
    Promise.race([lines.current(), deadline.passed]).catch((error: unknown) => {
      throw deadline.signal.aborted ? error : noCredentials(call, identity.source, error);
    });

  async function dispatch(call: Call, deadline: Deadline, pool: Pool): Promise<Dispatcher.ResponseData> {
    const line = await currentLine(call, deadline);
    try {
      return await line[pool].request({
        origin: line.origin,
        path: line.basePath + call.server.basePath + call.target.path + queryOf(call),
        method: call.method,
        headers: {
          ...line.headers,
          accept: call.accept ?? 'application/json',
          'user-agent': options.userAgent,
          // Zipping pays for whole answers; of a stream it would hold back lines that are there already.
          'accept-encoding': pool === 'requests' ? 'gzip' : 'identity',
          ...(call.contentType && { 'content-type': call.contentType }),
        },
        body: call.body ?? null,
        signal: deadline.signal,
      });
    } catch (error) {
      throw deadline.signal.aborted ? error : unreachable(call, address, error);
    }
  }

  /** Sends the call and hands back a 2xx answer; every other end of it is an error, or undefined for a missing object. */
  async function send(call: Call, deadline: Deadline, pool: Pool, meter: Meter) {
    const answer = await dispatch(call, deadline, pool);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const failed = {
      status: answer.statusCode,
      contentType: header(answer, 'content-type') ?? '',
      retryAfter: header(answer, 'retry-after'),
      text: (await readAll(answer, MAX_ERROR_BYTES, call, deadline, meter)).toString('utf8'),
    };
    if (failed.status === 401) identity.distrust();
    if (!OF_A_POD_THAT_IS.has(call.verb) && saysObjectMissing(failed, call.target)) return undefined;
    throw failureOf(failed, call);
  }

  /** Makes the call in its time; whatever ends it is explained and counted. What goes on after it clears the deadline itself. */
  async function within<T>(
    call: Call,
    { signal, timeoutMs = options.timeoutMs ?? TIMEOUT_MS }: RequestOptions = {},
    make: (deadline: Deadline, meter: Meter) => Promise<T>,
    { outlivesTheCall = false } = {},
  ): Promise<T> {
    const meter = createMeter(call, onRequest);
    const deadline = createDeadline(signal, timeoutMs);
    let made = false;
    try {
      const result = await make(deadline, meter);
      made = true;
      return result;
    } catch (error) {
      const explained = deadline.explain(error, call);
      meter.failed(explained);
      throw explained;
    } finally {
      if (!(made && outlivesTheCall)) deadline.clear();
    }
  }

  return {
    json: (call, read, requestOptions) =>
      within(call, requestOptions, async (deadline, meter) => {
        const answer = await send(call, deadline, 'requests', meter);
        const body = answer && (await readAll(answer, maxBytes, call, deadline, meter));
        const understood = body && read(parseJson(body, call), call);
        meter.done(answer ? 'ok' : 'missing');
        return understood;
      }),

    forward: (call, port, requestOptions) =>
      within(call, requestOptions, async (deadline, meter) => {
        const line = await currentLine(call, deadline);
        const stream = await openPortForward(line, call, port, deadline).catch(async (error: unknown) => {
          if (deadline.signal.aborted) throw error;
          // Who asks for a WebSocket is not told why there is none; who asks for the same without it is.
          const answer = await send({ ...call, query: { ports: port } }, deadline, 'requests', meter);
          await answer?.body.dump();
          throw unreachable(call, address, error);
        });
        stream.once('close', () => meter.done('ok'));
        return stream;
      }),

    raw: (call, requestOptions) =>
      within(call, requestOptions, async (deadline, meter) => {
        const answer = await dispatch(call, deadline, 'requests');
        const body = await readAll(answer, maxBytes, call, deadline, meter);
        meter.done('ok');
        return { status: answer.statusCode, text: body.toString('utf8') };
      }),

    stream: (call, requestOptions) =>
      within(
        call,
        requestOptions,
        async (deadline, meter) => {
          const answer = await send(call, deadline, 'streams', meter);
          if (!answer) throw garbled(call, 'nothing to stream');
          deadline.stopClock();
          return pieces(answer.body, call, deadline, meter);
        },
        { outlivesTheCall: true },
      ),

    close: () => lines.close(),
  };
}

function queryOf(call: Call): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
