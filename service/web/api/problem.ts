import { type Path, parsePath } from '../lib/paths.ts';

export interface FieldError {
  readonly path: Path;
  readonly message: string;
}

/** The service refused, and said why (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly fields: readonly FieldError[];

  constructor(status: number, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.fields = fields;
  }
}

/** No answer, or one of a gateway in front of a service that is down. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('The service cannot be reached.', { cause });
    this.name = 'Unreachable';
  }
}

const GATEWAY_ERRORS = new Set([502, 503, 504]);

export const problemOf = (response: Response, body: unknown): Problem | Unreachable => {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const words = [said.detail, said.title].find((text) => typeof text === 'string' && text !== '');
  if (words === undefined && GATEWAY_ERRORS.has(response.status)) return new Unreachable(response.status);
  const message = typeof words === 'string' ? words : `The service answered ${response.status} without a reason.`;
  return new Problem(response.status, message, fieldErrors(said.errors));
};

const fieldErrors = (errors: unknown): FieldError[] => {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { pointer, detail } = entry as Record<string, unknown>;
    if (typeof pointer !== 'string' || typeof detail !== 'string') return [];
    return [{ path: parsePath(pointer.replace(/^#/, '')), message: detail }];
  });
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
