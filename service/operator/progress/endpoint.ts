import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { MAX_REPORT_BYTES, type Pod, parseReport } from '../../trainingjob/index.ts';
import { createRates } from './rates.ts';
import { InvalidTokenError, type PodIdentity, type TokenVerifier } from './tokens.ts';
import type { ProgressWriter } from './writer.ts';

interface EndpointOptions {
  readonly port: number;
  readonly host?: string;
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly tokens: TokenVerifier;
  readonly pod: (key: string) => Pod | undefined;
  readonly writer: Pick<ProgressWriter, 'take'>;
  /** One for each answer: "accepted", or the HTTP status. */
  readonly onAnswer?: (outcome: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface ProgressEndpoint {
  readonly port: number;
  /** Connections from now on get this one. */
  use(certificate: EndpointOptions['certificate']): void;
  stop(): Promise<void>;
}

const PATH = /^\/namespaces\/([^/]+)\/trainingjobs\/([^/]+)\/status$/;
const TOKEN = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;
const MAX_TOKEN = 8_192;
/** More is a program gone wild: HuggingFace's Trainer sends one in 5 s. */
const RATE = { burst: 20, perSecond: 4 };

/** An answer other than 200; its words go to who reports. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

/** Takes what the workers report, in the wire format of Kubeflow's KEP-2779. */
export async function startEndpoint(options: EndpointOptions): Promise<ProgressEndpoint> {
  const { certificate, host, port, onAnswer, onTrouble } = options;
  const mayReport = createRates(RATE);
  const server = createServer(
    { ...certificate, minVersion: 'TLSv1.2', requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 15_000 },
    (request, response) => {
      answer(request, options, mayReport)
        .then(() => reply(response, 200, {}, onAnswer))
        .catch((error: unknown) => {
          if (error instanceof Refusal) return reply(response, error.status, { message: error.message }, onAnswer);
          onTrouble(error);
          reply(response, 503, { message: 'try again later' }, onAnswer);
        });
    },
  );
  server.maxConnections = 10_000;
  // Port scanners and probes without TLS are no trouble of ours.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: portOf(server),
    use: (next) => server.setSecureContext(next),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answer(request: IncomingMessage, options: EndpointOptions, mayReport: (pod: string) => boolean) {
  const [, namespace = '', name = ''] = PATH.exec(request.url ?? '') ?? [];
  if (name === '') throw new Refusal(404, 'there is nothing here');
  if (request.method !== 'POST') throw new Refusal(405, 'reports are posted');
  const speaker = await speakerOf(request, options.tokens);
  const pod = podOf(speaker, options);
  if (pod.namespace !== namespace || pod.job !== name) {
    throw new Refusal(403, `the token is of a pod of ${pod.namespace}/${pod.job}`);
  }
  if (!mayReport(speaker.podUid)) throw new Refusal(429, 'too many reports');
  const parsed = parseReport(await readJson(request));
  if ('problems' in parsed) throw new Refusal(422, parsed.problems.join('; '));
  const taken = options.writer.take(`${namespace}/${name}`, pod.attempt, parsed.report);
  if (taken) throw new Refusal(409, taken.ignored);
}

async function speakerOf({ headers }: IncomingMessage, tokens: TokenVerifier): Promise<PodIdentity> {
  const { authorization = '' } = headers;
  const token = authorization.length <= MAX_TOKEN ? TOKEN.exec(authorization)?.[1] : undefined;
  if (token === undefined) throw new Refusal(401, 'a bearer token is needed');
  return tokens.verify(token).catch((error: unknown) => {
    throw error instanceof InvalidTokenError ? new Refusal(401, error.message) : error;
  });
}

/** A token outlives its pod: only pods that are there are listened to. */
function podOf({ namespace, pod, podUid }: PodIdentity, options: Pick<EndpointOptions, 'pod'>): Pod {
  const known = options.pod(`${namespace}/${pod}`);
  if (!known) throw new Refusal(503, `the pod ${namespace}/${pod} is not known yet, or belongs to no TrainingJob`);
  if (known.uid !== podUid) throw new Refusal(403, `the token is of another pod by the name ${pod}`);
  return known;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const tooLong = () => new Refusal(413, `a report has at most ${MAX_REPORT_BYTES} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_REPORT_BYTES) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPORT_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'a report is JSON');
  }
}

function reply(response: ServerResponse, status: number, body: object, onAnswer: EndpointOptions['onAnswer']): void {
  onAnswer?.(status === 200 ? 'accepted' : String(status));
  if (response.headersSent || response.destroyed) return;
  // What was not read of a report that is too long must not be taken for the next one.
  const headers = { 'content-type': 'application/json', ...(status === 413 ? { connection: 'close' } : {}) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
