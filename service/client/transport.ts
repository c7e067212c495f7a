import { retryAfter, Unreachable } from './problem.ts';

export interface TransportOptions {
  /** What proves who asks; a function is asked before each request, so that it may renew it. */
  readonly token?: string | (() => string | null | undefined | Promise<string | null | undefined>);
  readonly fetch?: typeof fetch;
  /** How often what failed for reasons that pass is asked again. Each request of this client may be sent twice. */
  readonly retries?: number;
  /** For a whole answer; of a stream, for its beginning. */
  readonly timeoutMs?: number;
  /** Told of each answer 401, with the token that was refused. */
  readonly onUnauthorized?: (token: string | null) => void;
}

const RETRIES = 3;
const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 300;
/** Whoever says "in an hour" is told so instead of waited for. */
const MAX_PAUSE_MS = 10_000;

/** Read as they come; all else is read whole, so that half an answer is none. */
const STREAMS = /text\/(csv|event-stream|plain)|application\/octet-stream/;

/** Every request goes through here: it proves who asks, tells "no answer" from a refusal, and asks again where that may help. */
export const createFetch = (options: TransportOptions): ((request: Request) => Promise<Response>) => {
  const { retries = RETRIES } = options;
  return async (request) => {
    const body = request.body === null ? null : await request.arrayBuffer();
    for (let tries = 0; ; tries++) {
      const outcome = await ask(request, body, options).catch((error: unknown) => ({ error }));
      if (!('error' in outcome) && !passes(outcome.status)) return outcome;
      const pause = tries < retries && !request.signal.aborted ? pauseOf(outcome, tries) : null;
      if (pause !== null) await rest(pause, request.signal);
      else if ('error' in outcome) throw outcome.error;
      else return outcome;
    }
  };
};

const passes = (status: number): boolean => status === 429 || (status >= 502 && status <= 504);

/** null: what failed fails again, or takes too long to come right. */
const pauseOf = (outcome: Response | { error: unknown }, tries: number): number | null => {
  if ('error' in outcome) return outcome.error instanceof Unreachable ? backoff(tries) : null;
  const seconds = retryAfter(outcome);
  const pause = seconds === null ? backoff(tries) : seconds * 1000;
  return pause > MAX_PAUSE_MS ? null : pause;
};

const backoff = (tries: number): number => FIRST_PAUSE_MS * 2 ** tries * (0.75 + Math.random() / 2);

const ask = async (request: Request, body: ArrayBuffer | null, options: TransportOptions): Promise<Response> => {
  const { timeoutMs = TIMEOUT_MS } = options;
  const token = (await (typeof options.token === 'function' ? options.token() : options.token)) ?? null;
  const headers = new Headers(request.headers);
  if (token !== null && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`);
  const patience = { ms: timeoutMs, late: new Unreachable(noAnswer(request, timeoutMs)) };
  try {
    return await withPatience(patience, request.signal, async (signal) => {
      const send = options.fetch ?? fetch;
      // Not as a Request: Node forgets the signal of one that nobody else holds, and the answer is waited for for ever.
      const response = await send(request.url, { method: request.method, headers, body, signal });
      if (response.status === 401) {
        options.onUnauthorized?.(headers.get('Authorization')?.replace(/^Bearer /, '') ?? null);
      }
      // A stream goes on, and ends with its reader.
      return response.ok && STREAMS.test(headers.get('Accept') ?? '') ? response : await whole(response);
    });
  } catch (error) {
    if (error instanceof Unreachable || request.signal.aborted) throw error;
    throw new Unreachable(unreachable(request, error), error);
  }
};

/** Runs with a signal that aborts with the caller's, or when patience is at its end; the caller's is let go of when it is done. */
export async function withPatience<T>(
  { ms, late }: { readonly ms: number; readonly late: Error },
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(late), ms);
  const leave = () => ended.abort(signal?.reason);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  try {
    return await run(ended.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

const whole = async (response: Response): Promise<Response> => {
  const { status, statusText, headers } = response;
  const text = await response.text();
  if (response.ok && text !== '' && !/\bjson\b/.test(headers.get('Content-Type') ?? '')) {
    throw new Unreachable(
      `${response.url} answered with ${headers.get('Content-Type') ?? 'no type'} instead of JSON: this is not the job API.`,
    );
  }
  return new Response(text === '' ? null : text, { status, statusText, headers });
};

const noAnswer = (request: Request, timeoutMs: number): string =>
  `${placeOf(request)} did not answer within ${timeoutMs / 1000} s.`;

const unreachable = (request: Request, error: unknown): string => {
  const why = whyOf(error);
  return `${placeOf(request)} cannot be reached${why ? ` (${why})` : ''}.`;
};

/** What `fetch` failed of, as far as it says so. */
export const whyOf = (error: unknown): string | undefined => {
  const { cause, message } = error as { cause?: { code?: unknown; message?: unknown }; message?: unknown };
  return [cause?.code, cause?.message, message].find((said) => typeof said === 'string' && said !== '') as
    | string
    | undefined;
};

const placeOf = ({ url }: Request): string => `The service at ${new URL(url).origin}`;

/** Throws the signal's reason when it ends before. */
export const rest = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve();
    }, milliseconds);
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
