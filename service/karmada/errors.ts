/** Failures named by what to do about them, not by their HTTP code: Karmada answers 500 for a member that is down. */
export type KarmadaFailure =
  /** No answer, a connection that broke, a server that is starting, throttling (429) or failing (5xx): try again later. */
  | 'unavailable'
  /** The control plane answers, this member does not (the proxy's 500 with a dial or TLS error). */
  | 'memberUnavailable'
  /** The proxy knows no such cluster. Never to be taken for a missing object. */
  | 'unknownCluster'
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
  /** 409: someone else changed it; read again. */
  | 'conflict'
  /** 410: the resourceVersion is too old; list again. */
  | 'expired'
  /** An answer that is no JSON, cut off, or not of the expected shape. */
  | 'garbled';

export class KarmadaError extends Error {
  override readonly name = 'KarmadaError';
  readonly failure: KarmadaFailure;
  /** The member it concerns; null for the control plane. */
  readonly cluster: string | null;
  readonly status: number | null;
  /** What the server asks to wait (Retry-After of a 429 or 503); null when it did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(
    failure: KarmadaFailure,
    message: string,
    detail: {
      cluster?: string | null;
      status?: number | null;
      retryAfterSeconds?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: detail.cause });
    this.failure = failure;
    this.cluster = detail.cluster ?? null;
    this.status = detail.status ?? null;
    this.retryAfterSeconds = detail.retryAfterSeconds ?? null;
  }
}
