import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { type Connection, createConnection } from './connection.ts';
import { KarmadaError, type KarmadaFailure } from './errors.ts';
import { type Asked, causeOf, failureOf, garbled, saysObjectMissing, timedOut, unreachable } from './failures.ts';
import type { RequestOptions } from './karmada.ts';
import type { Kubeconfig } from './kubeconfig.ts';

export type Verb = 'get' | 'list' | 'table' | 'watch' | 'logs' | 'apply' | 'delete';

export interface Call extends Asked {
  readonly verb: Verb;
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** One per request, when its answer has been read, its stream has ended or it has failed. */
export interface RequestReport {
  /** null for the control plane */
  readonly cluster: string | null;
  readonly verb: Verb;
  readonly outcome: 'ok' | 'missing' | 'aborted' | KarmadaFailure;
  readonly seconds: number;
  /** Of the body as it came over the wire. */
  readonly bytes: number;
}

export interface Transport {
  /** The parsed body; undefined when the object asked for is not there. Never tried twice: callers decide. */
  json(call: Call, options?: RequestOptions): Promise<unknown>;
  /** The body piece by piece, after the head of a 2xx answer. */
  stream(call: Call, options: RequestOptions): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly onRequest?: (report: RequestReport) => void;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** Longer than the 10 s after which Karmada's proxy gives up a member, so that its reason is heard. */
const TIMEOUT_MS = 15_000;
/** A full LIST of 5,000 RayJobs is 25 MB; an answer beyond this is a mistake or an attack, not worth the memory. */
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_ERROR_BYTES = 256 * 1024;

const unzip = promisify(gunzip);

export function createTransport(kubeconfig: Kubeconfig, options: TransportOptions = {}): Transport {
  const connection = createConnection(kubeconfig);
  const maxBytes = options.maxBytes ?? MAX_BYTES;

  /** Sends the call and hands back a 2xx answer; every other end of it is an error, or undefined for a missing object. */
  async function send(call: Call, deadline: Deadline, pool: 'requests' | 'streams', meter: Meter) {
    const answer = await dispatch(connection, kubeconfig, call, deadline, pool);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const failed = {
      status: answer.statusCode,
      contentType: header(answer, 'content-type') ?? '',
      retryAfter: header(answer, 'retry-after'),
      text: (await readAll(answer, MAX_ERROR_BYTES, call, deadline, meter)).toString('utf8'),
    };
    if (failed.status === 401) kubeconfig.distrust();
    if (call.verb !== 'logs' && saysObjectMissing(failed, call.target)) return undefined;
    throw failureOf(failed, call);
  }

  return {
    async json(call, { signal, timeoutMs = options.timeoutMs ?? TIMEOUT_MS } = {}) {
      const meter = createMeter(call, options.onRequest);
      const deadline = createDeadline(signal, timeoutMs);
      try {
        const answer = await send(call, deadline, 'requests', meter);
        const body = answer && parseJson(await readAll(answer, maxBytes, call, deadline, meter), call);
        meter.done(answer ? 'ok' : 'missing');
        return body;
      } catch (error) {
        throw meter.failed(deadline.explain(error, call));
      } finally {
        deadline.clear();
      }
    },

    async stream(call, { signal, timeoutMs = options.timeoutMs ?? TIMEOUT_MS }) {
      const meter = createMeter(call, options.onRequest);
      const deadline = createDeadline(signal, timeoutMs);
      try {
        const answer = await send(call, deadline, 'streams', meter);
        if (!answer) throw garbled(call, 'nothing to stream');
        deadline.stopClock();
        return pieces(answer.body, call, deadline, meter);
      } catch (error) {
        deadline.clear();
        throw meter.failed(deadline.explain(error, call));
      }
    },

    close: () => connection.close(),
  };
}

async function dispatch(
  connection: Connection,
  kubeconfig: Kubeconfig,
  call: Call,
  deadline: Deadline,
  pool: 'requests' | 'streams',
): Promise<Dispatcher.ResponseData> {
  try {
    const line = await Promise.race([connection.current(), deadline.passed]);
    return await line[pool].request({
      origin: line.origin,
      path: line.basePath + call.target.path + queryOf(call),
      method: call.method,
      headers: {
        ...line.headers,
        accept: call.accept ?? 'application/json',
        'user-agent': 'ml-platform',
        // Zipping pays for whole answers; of a stream it would hold back lines that are there already.
        'accept-encoding': pool === 'requests' ? 'gzip' : 'identity',
        ...(call.contentType && { 'content-type': call.contentType }),
      },
      body: call.body ?? null,
      signal: deadline.signal,
    });
  } catch (error) {
    throw deadline.signal.aborted ? error : unreachable(call, kubeconfig.server, error);
  }
}

function queryOf(call: Call): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

function header(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function readAll(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
  call: Call,
  deadline: Deadline,
  meter: Meter,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      meter.add(chunk.length);
      size += chunk.length;
      if (size > maxBytes) throw garbled(call, `more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw deadline.signal.aborted || error instanceof KarmadaError
      ? error
      : garbled(call, `an answer that broke off (${causeOf(error)})`, error);
  }
  const whole = Buffer.concat(chunks);
  if (header(answer, 'content-encoding') !== 'gzip') return whole;
  return unzip(whole, { maxOutputLength: maxBytes }).catch((error: unknown) => {
    throw garbled(call, `gzip that cannot be unpacked (${causeOf(error)})`, error);
  });
}

function parseJson(body: Buffer, call: Call): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = text.trimStart().startsWith('<') ? 'a page of HTML' : 'text that is no JSON, or only part of it';
    throw garbled(call, what, error);
  }
}

async function* pieces(
  body: AsyncIterable<Buffer>,
  call: Call,
  deadline: Deadline,
  meter: Meter,
): AsyncGenerator<Buffer, void, void> {
  try {
    for await (const chunk of body) {
      meter.add(chunk.length);
      yield chunk;
    }
    meter.done('ok');
  } catch (error) {
    const broken = deadline.signal.aborted
      ? deadline.explain(error, call)
      : new KarmadaError('unavailable', `${call.method} ${call.target.path} broke off: ${causeOf(error)}`, {
          cluster: call.cluster,
          cause: error,
        });
    throw meter.failed(broken);
  } finally {
    deadline.clear();
    // Reached without an end only when the reader has gone.
    meter.done('aborted');
  }
}

interface Meter {
  add(bytes: number): void;
  /** The first report counts; later ones are ignored. */
  done(outcome: RequestReport['outcome']): void;
  failed<E>(error: E): E;
}

function createMeter(call: Call, onRequest: TransportOptions['onRequest']): Meter {
  const startedAt = performance.now();
  let bytes = 0;
  let reported = false;
  const done = (outcome: RequestReport['outcome']): void => {
    if (reported) return;
    reported = true;
    const seconds = (performance.now() - startedAt) / 1000;
    onRequest?.({ cluster: call.cluster, verb: call.verb, outcome, seconds, bytes });
  };
  return {
    add(more) {
      bytes += more;
    },
    done,
    failed(error) {
      done(error instanceof KarmadaError ? error.failure : 'aborted');
      return error;
    },
  };
}

interface Deadline {
  readonly signal: AbortSignal;
  /** Never resolves; rejects when time is up or the caller has given up. */
  readonly passed: Promise<never>;
  /** The head has come: from here on only the caller ends it. */
  stopClock(): void;
  clear(): void;
  /** What to throw: our own words when time ran out, the caller's reason when the caller gave up. */
  explain(error: unknown, call: Call): unknown;
}

/** By hand rather than AbortSignal.any: that one leaks under a long-lived signal on Node 20. */
function createDeadline(caller: AbortSignal | undefined, ms: number): Deadline {
  const controller = new AbortController();
  let late = false;
  const giveUp = (): void => controller.abort(caller?.reason);
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new Error(`no answer within ${ms} ms`));
  }, ms);
  if (caller?.aborted) giveUp();
  else caller?.addEventListener('abort', giveUp, { once: true });
  const passed = new Promise<never>((_, reject) => {
    if (controller.signal.aborted) reject(controller.signal.reason);
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  passed.catch(() => {});
  return {
    signal: controller.signal,
    passed,
    stopClock: () => clearTimeout(timer),
    clear() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', giveUp);
    },
    explain(error, call) {
      if (caller?.aborted && !late) return caller.reason;
      return late ? timedOut(call, ms) : error;
    },
  };
}
