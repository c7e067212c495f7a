/** Failures named by what to do about them, not by their HTTP code. */
export type KubeFailure =
  /** No answer, a connection that broke, a server that is starting, throttling (429) or failing (5xx): try again later. */
  | 'unavailable'
  /** 401: our credentials are not accepted. */
  | 'unauthenticated'
  /** 403: our RBAC does not allow it. */
  | 'forbidden'
  /** 400, 404 of a kind that is not served, 413, 422: the same request will never be accepted. */
  | 'refused'
  /** 404 `namespaces "x" not found` on a write: create the namespace, then try again. */
  | 'namespaceMissing'
  /** 404 of the object itself, where there is no `undefined` to say so: logs of a pod that has gone. */
  | 'missing'
  /** 400 for logs of a container that has not started yet: ask again later. */
  | 'notReady'
  /** 409: someone else changed or made it; read again. */
  | 'conflict'
  /** 410: the resourceVersion is too old; list again. */
  | 'expired'
  /** An answer that is no JSON, cut off, or not of the expected shape. */
  | 'garbled';

export interface ErrorDetail {
  /** The server it concerns, when it is another than the one that the credentials are for. */
  readonly server?: string | null;
  readonly status?: number | null;
  readonly retryAfterSeconds?: number | null;
  readonly words?: string;
  readonly cause?: unknown;
}

/** A server reached through another one's proxy may fail in more ways than these: it then has an error class of its own. */
export class KubeError<Failure extends string = KubeFailure> extends Error {
  override readonly name: string = 'KubeError';
  readonly failure: Failure;
  /** A server behind a proxy; null for the one that the credentials are for. */
  readonly server: string | null;
  readonly status: number | null;
  /** What the server asks to wait (Retry-After of a 429 or 503); null when it did not say. */
  readonly retryAfterSeconds: number | null;
  /** What the server itself said, without our own words; empty when it said nothing. */
  readonly words: string;

  constructor(failure: Failure, message: string, detail: ErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.failure = failure;
    this.server = detail.server ?? null;
    this.status = detail.status ?? null;
    this.retryAfterSeconds = detail.retryAfterSeconds ?? null;
    this.words = detail.words ?? '';
  }
}

/** The server has no such kind, and so none of its objects: the CustomResourceDefinition is not there. */
export const isNotServed = (error: unknown): boolean =>
  error instanceof KubeError && error.failure === 'refused' && error.status === 404;
