import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { objectOfToken } from '../jobs/manifests/index.ts';
import { addressToListenOn } from '../listening.ts';
import { createRates, MAX_RATE } from '../reports/rates.ts';
import { bearerOf, LIMITS, Refusal, readReport, refuse, reply } from '../reports/request.ts';
import type { Reporters } from './reporters.ts';

interface EndpointOptions {
  readonly host: string;
  readonly port: number;
  /** From which the tokens of the jobs are derived. */
  readonly key: string;
  readonly reporters: Pick<Reporters, 'take'>;
  /** One for each answer: "accepted", or the HTTP status. */
  readonly onAnswer?: (outcome: string) => void;
  readonly log: Logger;
}

export interface ReportEndpoint {
  readonly port: number;
  stop(): Promise<void>;
}

/** Whatever path the Ingress hands on before it. */
const PATH = /\/jobs\/([a-z0-9][a-z0-9.-]{0,252})$/;
const MAX_CONNECTIONS = 10_000;

/** Takes what RayJobs and Jobs of all clusters report, in the wire format of Kubeflow's KEP-2779. */
export async function startReportEndpoint(options: EndpointOptions): Promise<ReportEndpoint> {
  const { host, log, onAnswer, port } = options;
  const mayReport = createRates(MAX_RATE);
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'A report of a training could not be taken');
  const server = createServer(LIMITS, (request, response) => {
    answer(request, options, mayReport)
      .then(() => reply(response, 200, {}, onAnswer))
      .catch((error: unknown) => refuse(response, error, { onAnswer, onTrouble }));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, addressToListenOn(host), resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** Who it is comes before anything of it is read, and costs no look into the database. */
async function answer(request: IncomingMessage, options: EndpointOptions, mayReport: (jobId: string) => boolean) {
  const [, jobId] = PATH.exec(new URL(request.url ?? '', 'http://localhost').pathname) ?? [];
  if (jobId === undefined) throw new Refusal(404, 'there is nothing here');
  if (request.method !== 'POST') throw new Refusal(405, 'reports are posted');
  const objectName = objectOfToken(options.key, jobId, bearerOf(request));
  if (objectName === undefined) throw new Refusal(401, 'the token is not that of this job');
  if (!mayReport(jobId)) throw new Refusal(429, 'too many reports');
  const ignored = await options.reporters.take(jobId, objectName, await readReport(request), 'report');
  if (ignored) throw new Refusal(409, ignored.ignored);
}
