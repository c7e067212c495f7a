/** A field of a request that the service refused. */
export interface FieldError {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The service refused, and said why (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly fields: readonly FieldError[];
  /** By which the service's log tells of it; null when the answer had none. */
  readonly requestId: string | null;
  /** When to ask again, where the service said so. */
  readonly retryAfterSeconds: number | null;

  constructor(
    status: number,
    message: string,
    {
      fields = [],
      requestId = null,
      retryAfterSeconds = null,
    }: { fields?: readonly FieldError[]; requestId?: string | null; retryAfterSeconds?: number | null } = {},
  ) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.fields = fields;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer, half an answer, or one of a gateway in front of a service that is down. */
export class Unreachable extends Error {
  constructor(message = 'The service cannot be reached.', cause?: unknown) {
    super(message, { cause });
    this.name = 'Unreachable';
  }
}

const GATEWAY_ERRORS = new Set([502, 503, 504]);

/** `body` is the answer's JSON, where it had one. */
export const problemOf = (response: Response, body: unknown): Problem | Unreachable => {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const words = [said.detail, said.title].find((text) => typeof text === 'string' && text !== '');
  if (words === undefined && GATEWAY_ERRORS.has(response.status)) {
    return new Unreachable(`A gateway answered ${response.status}: the service behind it cannot be reached.`);
  }
  const message = typeof words === 'string' ? words : `The service answered ${response.status} without a reason.`;
  return new Problem(response.status, message, {
    fields: fieldErrors(said.errors),
    requestId: typeof said.requestId === 'string' ? said.requestId : null,
    retryAfterSeconds: retryAfter(response),
  });
};

const fieldErrors = (errors: unknown): FieldError[] => {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { pointer, detail } = entry as Record<string, unknown>;
    if (typeof pointer !== 'string' || typeof detail !== 'string') return [];
    return [{ path: keysOf(pointer.replace(/^#/, '')), message: detail }];
  });
};

/** "/inputDataConfig/0/bucket" (RFC 6901) -> its keys. */
const keysOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Our service says seconds; a proxy may say a date, which is not worth a clock. */
export const retryAfter = ({ headers }: Response): number | null => {
  const said = headers.get('Retry-After') ?? '';
  return /^\d{1,6}$/.test(said) ? Number(said) : null;
};
