import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { IssuerUnavailable } from '../auth/authenticator.ts';
import { type FieldProblem, pointerOf } from '../jobs/problems.ts';
import { MAX_REQUEST_BYTES } from '../jobs/request.ts';
import { inPlainWords, KarmadaError, type KarmadaFailure } from '../karmada/errors.ts';
import { InvalidCursor, StoreBusy, StoreTooSlow, StoreUnavailable, UnreadableJob } from '../store/errors.ts';
import { requestIdOf } from './middleware/request-log.ts';

/** An answer that is not the one asked for, as RFC 9457 writes it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    {
      fields = [],
      headers = {},
      cause,
    }: { fields?: readonly FieldProblem[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }
}

export const notFound = (what: string): Problem => new Problem(404, `There is no ${what}`);

export const invalid = (fields: readonly FieldProblem[]): Problem => {
  const told = fields
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')} ${message}` : message));
  const more = fields.length > told.length ? `; and ${fields.length - told.length} more` : '';
  return new Problem(400, `${told.join('; ')}${more}`, { fields });
};

/** Not before the start has ended, and not after the stop has begun. */
export const notOpen = (state: string): Problem => unavailable(`The service is ${state}`, undefined);

const unavailable = (detail: string, cause: unknown): Problem =>
  new Problem(503, detail, { headers: { 'Retry-After': '2' }, cause });

/** Pointer and detail are RFC 9457's names, path and message the ones in our documents. */
function fieldView({ path, message }: FieldProblem) {
  const pointer = pointerOf(path);
  return { path: pointer, message, pointer: `#${pointer}`, detail: message };
}

/** Who got more wrong than this mends these first. */
const MAX_TOLD = 50;

export const fieldViews = (fields: readonly FieldProblem[]) => fields.slice(0, MAX_TOLD).map(fieldView);

export const PROBLEM_TYPE = 'application/problem+json';

/** `message` is what clients of the first implementation read. */
export function problemBody(problem: Problem, requestId: string): string {
  const errors = fieldViews(problem.fields);
  const moreErrors = problem.fields.length - errors.length;
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    message: problem.message,
    requestId,
    ...(errors.length > 0 && { errors }),
    ...(moreErrors > 0 && { moreErrors }),
  });
}

function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).set(problem.headers).type(PROBLEM_TYPE);
  response.send(problemBody(problem, requestIdOf(response)));
}

/** The one place where a failure becomes an answer. What we did not expect is logged whole and told without its inside. */
export const answerProblems =
  (log: Logger): ErrorRequestHandler =>
  (error, request, response, next) => {
    const problem = asProblem(error);
    if (problem.status >= 500) {
      const about = { requestId: requestIdOf(response), method: request.method, path: request.path };
      // A database or a Karmada that is down needs one line in the log; a fault of ours needs its stack.
      if (problem.status === 500) log.error({ ...about, err: problem.cause }, problem.message);
      else log.warn({ ...about, reason: (problem.cause as Error | undefined)?.message }, problem.message);
    }
    // Half an answer cannot be taken back: express closes the connection, so that the caller sees it cut off.
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof KarmadaError) return karmadaProblem(error);
  if (error instanceof IssuerUnavailable) return unavailable(error.message, error);
  if (error instanceof StoreUnavailable) return unavailable(storeProblem(error), error);
  if (error instanceof UnreadableJob) return new Problem(500, error.message, { cause: error });
  if (error instanceof InvalidCursor) return invalid([{ path: ['cursor'], message: error.message }]);
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem(status, requestProblem(type, error));
  return new Problem(500, 'Something went wrong in the service; its log says what, under this request id', {
    cause: error,
  });
}

function storeProblem(error: StoreUnavailable): string {
  if (error instanceof StoreTooSlow)
    return 'The database did not finish this in its time: ask for less at once (a smaller limit, a narrower filter), or try again later';
  if (error instanceof StoreBusy) return 'More is asked of the database just now than it can answer: try again later';
  return 'The database cannot be reached just now';
}

export const IN_UTF_8 = 'The body must be JSON in UTF-8, plain or compressed with gzip, deflate or br';

/** What express and its body parser refuse, in words of our own: theirs repeat the input. */
function requestProblem(type: unknown, error: unknown): string {
  switch (type) {
    case 'entity.too.large':
      return `The body is larger than ${MAX_REQUEST_BYTES / 1024} KiB, the most that a job can be told`;
    case 'encoding.unsupported':
      return IN_UTF_8;
    case 'request.aborted':
    case 'request.size.invalid':
      return 'The body ended before its announced length';
    default:
      return error instanceof URIError ? 'The address is not correctly percent-encoded' : 'The request cannot be read';
  }
}

const KARMADA_STATUS: Record<KarmadaFailure, number> = {
  unavailable: 503,
  memberUnavailable: 503,
  unknownCluster: 404,
  unauthenticated: 502,
  forbidden: 502,
  refused: 502,
  namespaceMissing: 404,
  missing: 404,
  notReady: 503,
  conflict: 409,
  expired: 503,
  garbled: 502,
};

const about = ({ cluster }: KarmadaError): string => (cluster === null ? 'Karmada' : `Cluster ${cluster}`);

function karmadaProblem(error: KarmadaError): Problem {
  const status = KARMADA_STATUS[error.failure];
  // The servers' own words, with their addresses, are for the log.
  if (status === 503) return unavailable(`${about(error)} cannot be asked just now: ${inPlainWords(error)}`, error);
  return new Problem(status, error.message, { cause: error });
}
