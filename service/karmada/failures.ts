import { KarmadaError, type KarmadaFailure } from './errors.ts';
import type { Target } from './resources.ts';

/** Who was asked for what; every message of ours names it. */
export interface Asked {
  readonly method: string;
  readonly cluster: string | null;
  readonly target: Target;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** The fields of a Kubernetes Status that tell one failure from another. */
export interface Status {
  readonly reason: string;
  readonly message: string;
  readonly details: {
    readonly name?: unknown;
    readonly group?: unknown;
    readonly kind?: unknown;
    readonly causes?: unknown;
  };
}

/** What Go's net and TLS layers say when the aggregated API server cannot reach a member; it answers all of them with 500. */
const MEMBER_DOWN =
  /TLS handshake timeout|connection refused|connection reset|no such host|no route to host|network is unreachable|i\/o timeout|context deadline exceeded|server misbehaving|broken pipe|use of closed network connection|x509:|tls:|proxyconnect|http2: |server gave HTTP response|\bEOF\b/;

const MAX_WORDS = 1_000;

export function parseStatus(text: string): Status | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isStatus(body) ? statusFields(body) : undefined;
}

export function isStatus(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

export function statusFields(body: Record<string, unknown>): Status {
  const details = typeof body.details === 'object' && body.details !== null ? body.details : {};
  return {
    reason: typeof body.reason === 'string' ? body.reason : '',
    message: typeof body.message === 'string' ? body.message : '',
    details,
  };
}

/** True when the answer says that the very object that was asked for does not exist: nothing else is "not there". */
export function saysObjectMissing(answer: Answer, target: Target): boolean {
  if (answer.status !== 404 || target.name === null) return false;
  const status = parseStatus(answer.text);
  return status?.reason === 'NotFound' && status.details.name === target.name && status.details.kind === target.plural;
}

export function where(asked: Pick<Asked, 'cluster'>): string {
  return asked.cluster === null ? 'Karmada' : `Cluster ${asked.cluster} (through Karmada)`;
}

/** Of a proxied request only what it asks of the member: the way there is the same for all. */
const request = ({ method, target }: Asked): string =>
  `${method} ${target.path.replace(/^\/apis\/cluster\.karmada\.io\/v1alpha1\/clusters\/[^/]+\/proxy/, '')}`;

/** The error for an answer that is not 2xx. */
export function failureOf(answer: Answer, asked: Asked): KarmadaError {
  const status = parseStatus(answer.text);
  const [failure, advice] = classify(answer, status, asked);
  const words = status?.message || plainWords(answer) || `HTTP ${answer.status} without a word`;
  return new KarmadaError(
    failure,
    `${where(asked)} answered ${answer.status} to ${request(asked)}: ${shorten(words)}${advice ? ` - ${advice}` : ''}`,
    {
      cluster: asked.cluster,
      status: answer.status,
      retryAfterSeconds: retryAfter(answer.retryAfter),
    },
  );
}

function classify(answer: Answer, status: Status | undefined, asked: Asked): [KarmadaFailure, string] {
  switch (answer.status) {
    case 400:
      return /waiting to start|is not available|ContainerCreating|PodInitializing/.test(status?.message ?? '')
        ? ['notReady', 'ask again when the container has started']
        : ['refused', ''];
    case 401:
      return ['unauthenticated', "renew the token or certificate in the service's kubeconfig"];
    case 403:
      return forbidden(status, asked);
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
      return answer.status >= 500 ? serverFailure(answer, status, asked) : ['refused', ''];
  }
}

function forbidden(status: Status | undefined, asked: Asked): [KarmadaFailure, string] {
  // A namespace on its way out answers 403 too; that passes, or ends in `namespaceMissing`.
  if (/being terminated/.test(status?.message ?? '')) return ['conflict', 'the namespace is being deleted'];
  return ['forbidden', asked.cluster === null ? 'check the RBAC of the service on Karmada' : memberRbac(asked.cluster)];
}

const memberRbac = (cluster: string): string =>
  `check the RBAC of the service for clusters/proxy on Karmada and for reading in ${cluster}`;

function notFound(answer: Answer, status: Status | undefined, asked: Asked): [KarmadaFailure, string] {
  if (status === undefined) {
    // Go's multiplexer answers a path that no API serves in plain text; anything else is not an API server speaking.
    return answer.text.startsWith('404 page not found')
      ? ['refused', `${asked.target.plural} are not served there: is its CustomResourceDefinition installed?`]
      : ['garbled', 'not an answer of a Kubernetes API server: check the address in the kubeconfig'];
  }
  const { kind, group, name } = status.details;
  if (asked.cluster !== null && group === 'cluster.karmada.io' && kind === 'clusters') {
    return ['unknownCluster', 'no such cluster is joined to Karmada'];
  }
  // The proxy could not find the credentials that Karmada keeps of the member: it is half joined, not the object missing.
  if (asked.cluster !== null && kind === 'secrets') return ['memberUnavailable', 'join the cluster to Karmada again'];
  if (kind === 'namespaces' && asked.target.plural !== 'namespaces')
    return ['namespaceMissing', 'create the namespace'];
  if (asked.target.name !== null && name === asked.target.name && kind === asked.target.plural) return ['missing', ''];
  return ['refused', ''];
}

function serverFailure(answer: Answer, status: Status | undefined, asked: Asked): [KarmadaFailure, string] {
  // A resourceVersion newer than the server's own (restored from a backup) will not come true by waiting.
  if (JSON.stringify(status?.details.causes ?? '').includes('ResourceVersionTooLarge'))
    return ['expired', 'list again'];
  if (asked.cluster !== null && MEMBER_DOWN.test(status?.message ?? answer.text)) {
    return ['memberUnavailable', 'Karmada cannot reach its API server'];
  }
  return ['unavailable', 'asked again later'];
}

/** An ERROR line of a watch carries a Status with its code. */
export function watchFailure(body: unknown, asked: Asked): KarmadaError {
  const code = typeof body === 'object' && body !== null && 'code' in body ? Number(body.code) : 0;
  if (!isStatus(body) || !(code >= 400)) return garbled(asked, 'an ERROR event that carries no Status');
  return failureOf(
    { status: code, contentType: 'application/json', retryAfter: undefined, text: JSON.stringify(body) },
    asked,
  );
}

export function garbled(asked: Asked, what: string, cause?: unknown): KarmadaError {
  return new KarmadaError(
    'garbled',
    `${where(asked)} answered ${request(asked)} with ${what}; nothing was taken from it.`,
    {
      cluster: asked.cluster,
      cause,
    },
  );
}

export function timedOut(asked: Asked, ms: number): KarmadaError {
  const failure = asked.cluster === null ? 'unavailable' : 'memberUnavailable';
  return new KarmadaError(failure, `${where(asked)} gave no whole answer to ${request(asked)} within ${ms} ms.`, {
    cluster: asked.cluster,
  });
}

/** No answer at all: the control plane could not be reached, or hung up. Which side of it broke cannot be told. */
export function unreachable(asked: Asked, server: string, error: unknown): KarmadaError {
  return new KarmadaError(
    'unavailable',
    `Karmada at ${server} did not answer ${request(asked)}: ${shorten(causeOf(error))} - check that it runs and can be reached from here.`,
    { cluster: asked.cluster, cause: error },
  );
}

/** Nothing was sent: an exec plugin failed, or a certificate or token file is just not there. */
export function noCredentials(asked: Asked, path: string, error: unknown): KarmadaError {
  return new KarmadaError(
    'unauthenticated',
    `The credentials of kubeconfig ${path} could not be had, so nothing was sent: ${shorten(causeOf(error))}`,
    { cluster: asked.cluster, cause: error },
  );
}

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
