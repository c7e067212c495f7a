import { Problem, Unreachable } from '../client/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** A failure in words of our own: what happened, and what to do about it. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly advice: string | undefined;

  constructor(exitCode: ExitCode, message: string, advice?: string) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

export const wrongUse = (message: string, advice?: string): Failure => new Failure(EXIT.usage, message, advice);

export interface Told {
  readonly exitCode: ExitCode;
  /** What happened, where, and what to do. */
  readonly lines: readonly string[];
}

/** `command` is how the program is called, `server` where it asked. */
export const explain = (error: unknown, command: string, server: string | undefined): Told => {
  if (error instanceof Failure) {
    return { exitCode: error.exitCode, lines: [error.message, ...(error.advice ? [error.advice] : [])] };
  }
  if (error instanceof Unreachable) {
    const advice = `Is the service running there? --server, MLP_SERVER or "${command} login" name another place.`;
    return { exitCode: EXIT.away, lines: [error.message, advice] };
  }
  if (error instanceof Problem) return explainProblem(error, command, server ?? 'the service');
  const { message, code } = error as NodeJS.ErrnoException;
  return { exitCode: EXIT.unexpected, lines: [message ?? String(error), ...(code === undefined ? [BUG] : [])] };
};

const BUG = 'This is a fault of the command itself: MLP_DEBUG=1 shows where.';

const explainProblem = (problem: Problem, command: string, server: string): Told => {
  const { status, message, fields, requestId } = problem;
  const where = `${server} answered ${status}${requestId === null ? '' : ` (request ${requestId})`}.`;
  const told = (exitCode: ExitCode, ...lines: string[]): Told => ({ exitCode, lines: [...lines, where] });
  if (status === 401) return told(EXIT.unauthorised, message, `Sign in: "${command} login", or set MLP_TOKEN.`);
  if (status === 403) {
    const advice = `"${command} whoami" tells who you are there; whoever runs the platform gives roles.`;
    return told(EXIT.unauthorised, message, advice);
  }
  if (status === 404) return told(EXIT.notFound, message, `"${command} list" shows the jobs that you may see.`);
  if (status === 429) return told(EXIT.away, message, 'The service was asked again a few times; try later.');
  if (status >= 500) return told(EXIT.away, message, OF_THE_SERVICE);
  const named = fields.length > 1 || fields.some(({ path }) => path.length > 0);
  if (!named) return told(EXIT.refused, message);
  return told(
    EXIT.refused,
    'The service refused:',
    ...fields.map((field) => `  ${fieldName(field.path)} ${field.message}`),
  );
};

const OF_THE_SERVICE = "The fault is the service's: its log tells of it under the request.";

/** As one writes it in --set. */
const fieldName = (path: readonly (string | number)[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
