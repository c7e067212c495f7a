import { KubeError, type KubeFailure } from './errors.ts';
import type { Asked, Problem, Server, Status, Target } from './server.ts';

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** What a server without distinctions of its own throws. */
export const kubeError = (server: Pick<Server, 'name'>, problem: Problem): KubeError =>
  new KubeError(problem.failure, withAdvice(problem), { ...problem, server: server.name });

export const withAdvice = ({ advice, message }: Pick<Problem, 'advice' | 'message'>): string =>
  advice === '' ? message : `${message} - ${advice}`;

const MAX_WORDS = 1_000;

function parseStatus(text: string): Status | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isStatus(body) ? statusFields(body) : undefined;
}

function isStatus(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

function statusFields(body: Record<string, unknown>): Status {
  const details = typeof body.details === 'object' && body.details !== null ? body.details : {};
  return {
    reason: typeof body.reason === 'string' ? body.reason : '',
    message: typeof body.message === 'string' ? body.message : '',
    details,
  };
}

/** True when the answer says that the very object that was asked for does not exist: nothing else is "not there". */
export function saysObjectMissing(answer: Answer, target: Target): boolean {
  return answer.status === 404 && isAbout(parseStatus(answer.text), target);
}

function isAbout(status: Status | undefined, { name, plural }: Target): boolean {
  if (status?.reason !== 'NotFound' || name === null) return false;
  return status.details.name === name && status.details.kind === plural;
}

const request = ({ method, target }: Asked): string => `${method} ${target.path}`;

/** The error for an answer that is not 2xx. */
export function failureOf(answer: Answer, asked: Asked): Error {
  const said = parseStatus(answer.text);
  const [failure, advice] = classify(answer, said, asked);
  const words = shorten(said?.message || plainWords(answer));
  return asked.server.error({
    origin: 'answer',
    failure,
    message: `${asked.server.title} answered ${answer.status} to ${request(asked)}: ${words || `HTTP ${answer.status} without a word`}`,
    advice,
    status: answer.status,
    said,
    retryAfterSeconds: retryAfter(answer.retryAfter),
    words,
  });
}

function classify(answer: Answer, status: Status | undefined, asked: Asked): [KubeFailure, string] {
  switch (answer.status) {
    case 400:
      return /waiting to start|is not available|ContainerCreating|PodInitializing/.test(status?.message ?? '')
        ? ['notReady', 'ask again when the container has started']
        : ['refused', ''];
    case 401:
      return ['unauthenticated', 'renew its token or certificate'];
    case 403:
      // A namespace on its way out answers 403 too; that passes, or ends in `namespaceMissing`.
      return /being terminated/.test(status?.message ?? '')
        ? ['conflict', 'the namespace is being deleted']
        : ['forbidden', 'check the RBAC there'];
    case 404:
      return notFound(answer, status, asked);
    case 408:
    case 429:
      return ['unavailable', 'asked again later'];
    case 409:
      return ['conflict', 'read the object again'];
    case 410:
      return ['expired', 'list again'];
    default:
      return answer.status >= 500 ? serverFailure(status) : ['refused', ''];
  }
}

function notFound(answer: Answer, status: Status | undefined, asked: Asked): [KubeFailure, string] {
  if (status === undefined) {
    // Go's multiplexer answers a path that no API serves in plain text; anything else is not an API server speaking.
    return answer.text.startsWith('404 page not found')
      ? ['refused', `${asked.target.plural} are not served there: is its CustomResourceDefinition installed?`]
      : ['garbled', 'not an answer of a Kubernetes API server: check the address in the kubeconfig'];
  }
  if (isAbout(status, asked.target)) return ['missing', ''];
  if (status.details.kind === 'namespaces' && asked.target.plural !== 'namespaces')
    return ['namespaceMissing', 'create the namespace'];
  return ['refused', ''];
}

function serverFailure(status: Status | undefined): [KubeFailure, string] {
  // A resourceVersion newer than the server's own (restored from a backup) will not come true by waiting.
  return JSON.stringify(status?.details.causes ?? '').includes('ResourceVersionTooLarge')
    ? ['expired', 'list again']
    : ['unavailable', 'asked again later'];
}

/** An ERROR line of a watch carries a Status with its code. */
export function watchFailure(body: unknown, asked: Asked): Error {
  const code = typeof body === 'object' && body !== null && 'code' in body ? Number(body.code) : 0;
  if (!isStatus(body) || !(code >= 400)) return garbled(asked, 'an ERROR event that carries no Status');
  return failureOf(
    { status: code, contentType: 'application/json', retryAfter: undefined, text: JSON.stringify(body) },
    asked,
  );
}

export const garbled = (asked: Asked, what: string, cause?: unknown): Error =>
  asked.server.error({
    origin: 'other',
    failure: 'garbled',
    message: `${asked.server.title} answered ${request(asked)} with ${what}; nothing was taken from it.`,
    advice: '',
    cause,
  });

export const brokenOff = (asked: Asked, cause: unknown): Error =>
  asked.server.error({
    origin: 'other',
    failure: 'unavailable',
    message: `${asked.server.title}: ${request(asked)} broke off: ${causeOf(cause)}`,
    advice: '',
    cause,
  });

export const timedOut = (asked: Asked, ms: number): Error =>
  asked.server.error({
    origin: 'late',
    failure: 'unavailable',
    message: `${asked.server.title} gave no whole answer to ${request(asked)} within ${ms} ms.`,
    advice: '',
  });

export const fellSilent = (asked: Asked, ms: number): Error =>
  asked.server.error({
    origin: 'silent',
    failure: 'unavailable',
    message: `${asked.server.title} fell silent: no event and no bookmark for ${ms} ms on ${asked.target.path}.`,
    advice: '',
  });

/** No answer at all: the server that the credentials are for could not be reached, or hung up; behind a proxy, who broke cannot be told. */
export const unreachable = (asked: Asked, at: string, error: unknown): Error =>
  asked.server.error({
    origin: 'other',
    failure: 'unavailable',
    message: `${at} did not answer ${request(asked)}: ${shorten(causeOf(error))}`,
    advice: 'check that it runs and can be reached from here.',
    cause: error,
  });

/** Nothing was sent: an exec plugin failed, or a certificate or token file is just not there. */
export const noCredentials = (asked: Asked, source: string, error: unknown): Error =>
  asked.server.error({
    origin: 'other',
    failure: 'unauthenticated',
    message: `The credentials of ${source} could not be had, so nothing was sent: ${shorten(causeOf(error))}`,
    advice: '',
    cause: error,
  });

/** Nothing was sent, since no server would take it. */
export const unsendable = (server: Server, what: string): Error =>
  server.error({ origin: 'other', failure: 'refused', message: what, advice: '' });

export function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(causeOf))].join('; ');
  if (error instanceof Error) return error.message || ('code' in error ? String(error.code) : error.name);
  return String(error);
}

function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

/** Words of a load balancer or plain-text answer; a page of HTML has none worth showing. */
function plainWords(answer: Answer): string {
  return answer.contentType.includes('html') || answer.text.trimStart().startsWith('<') ? '' : answer.text.trim();
}

const shorten = (words: string): string => (words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}...` : words);
