import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createRates, MAX_RATE } from '../../reports/rates.ts';
import { bearerOf, LIMITS, Refusal, readReport, refuse, reply } from '../../reports/request.ts';
import type { Pod } from '../../trainingjob/index.ts';
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

/** Takes what the workers report, in the wire format of Kubeflow's KEP-2779. */
export async function startEndpoint(options: EndpointOptions): Promise<ProgressEndpoint> {
  const { certificate, host, port, onAnswer, onTrouble } = options;
  const mayReport = createRates(MAX_RATE);
  const server = createServer({ ...certificate, minVersion: 'TLSv1.2', ...LIMITS }, (request, response) => {
    answer(request, options, mayReport)
      .then(() => reply(response, 200, {}, onAnswer))
      .catch((error: unknown) => refuse(response, error, { onAnswer, onTrouble }));
  });
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
  const taken = options.writer.take(`${namespace}/${name}`, pod.attempt, await readReport(request));
  if (taken) throw new Refusal(409, taken.ignored);
}

async function speakerOf(request: IncomingMessage, tokens: TokenVerifier): Promise<PodIdentity> {
  return tokens.verify(bearerOf(request)).catch((error: unknown) => {
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
