import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { OPERATOR } from '../contract.ts';
import { createKube } from '../kube/client.ts';
import type { Identity } from '../kube/identity.ts';
import type { Kube } from '../kube/kube.ts';
import { PROGRESS } from '../trainingjob/index.ts';
import { type Controller, createController } from './controller.ts';
import { type Leadership, runForLeader, type Times } from './leader.ts';
import { createMetrics, type OperatorMetrics } from './metrics.ts';
import { type Certificates, ensureCertificates } from './progress/certificate.ts';
import { startEndpoint } from './progress/endpoint.ts';
import { createTokenVerifier } from './progress/tokens.ts';
import { createProgressWriter } from './progress/writer.ts';
import type { OperatorSettings } from './settings.ts';
import { createSurroundings } from './surroundings.ts';

export interface Operator {
  readonly metricsPort: number;
  /** undefined: none is taken. */
  readonly progressPort: number | undefined;
  isLeading(): boolean;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  readonly identity: Identity;
  readonly settings: OperatorSettings;
  readonly log: Logger;
  /** Another replica may act by now: this process is to end, and to begin anew. */
  readonly onLost: (why: string) => void;
  readonly times?: Times;
  /** The address to listen on; left out: all of the machine's. */
  readonly host?: string;
}

/** Renewed a month before its end: an hour more or less is nothing. */
const CERTIFICATE_CHECK_MS = 3_600_000;

type Stop = () => unknown;

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { host, identity, settings, log, onLost, times } = options;
  const metrics = createMetrics();
  const kube = createKube(identity, { userAgent: 'trainingjob-operator', onRequest: metrics.apiRequest });
  const stops: Stop[] = [() => kube.close()];
  try {
    const certificates = settings.progressUrl === undefined ? undefined : await keepCertificates(kube, settings, log);
    if (certificates) stops.push(certificates.stop);

    let progress: Awaited<ReturnType<typeof serveProgress>> | undefined;
    let leadership: Pick<Leadership, 'isLeading' | 'stop'> = { isLeading: () => false, stop: async () => {} };
    const controller = createController({
      kube,
      namespaces: settings.namespaces,
      workers: settings.workers,
      surroundings: createSurroundings({
        kube,
        progressUrl: settings.progressUrl,
        progressAuthority: () => certificates?.current().authority ?? '',
      }),
      flushProgress: async (key) => progress?.flush(key),
      isLeading: () => leadership.isLeading(),
      onReconciled: metrics.reconciled,
      onGone: metrics.onGone,
      log,
    });
    stops.push(() => controller.stop());

    let hasSynced = false;
    const isReady = () => hasSynced;
    const observed = await serveMetrics(
      { port: settings.metricsPort, host },
      metrics,
      controller,
      () => leadership.isLeading(),
      isReady,
    );
    stops.push(observed.stop);

    progress = certificates && (await serveProgress(kube, settings, host, controller, metrics, certificates, log));
    if (progress) stops.push(progress.stop);

    await controller.caches.synced;
    hasSynced = true;

    const lead = () => {
      // The words that people look for in the log.
      log.info(`Starting workers {"controller": "trainingjob", "worker count": ${settings.workers}}`);
      controller.lead();
    };
    if (settings.leaderElection) {
      leadership = runForLeader({
        kube,
        namespace: settings.ownNamespace,
        name: OPERATOR.lease,
        identity: `${settings.ownName}_${crypto.randomUUID()}`,
        ...(times ? { times } : {}),
        onElected: lead,
        onLost,
        onTrouble: (error) => log.warn(`The Lease: ${(error as Error).message}`),
      });
      stops.push(() => leadership.stop());
    } else {
      leadership = { isLeading: () => true, stop: async () => {} };
      lead();
    }

    return {
      metricsPort: observed.port,
      progressPort: progress?.port,
      isLeading: () => leadership.isLeading(),
      stop: () => stopAll(stops),
    };
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** In reverse: what was started last rests on what was started first. */
async function stopAll(stops: readonly Stop[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}

interface KeptCertificates {
  current(): Certificates;
  onChange(use: (certificates: Certificates) => void): void;
  stop(): void;
}

async function keepCertificates(kube: Kube, settings: OperatorSettings, log: Logger): Promise<KeptCertificates> {
  const host = new URL(settings.progressUrl ?? '').hostname.replace(/^\[|\]$/g, '');
  const ensure = () =>
    ensureCertificates({ kube, namespace: settings.ownNamespace, secret: OPERATOR.certificateSecret, hosts: [host] });
  let current = await ensure();
  let use = (_: Certificates): void => {};
  const timer = setInterval(() => {
    ensure().then(
      (next) => {
        if (next.cert === current.cert) return;
        current = next;
        use(next);
      },
      (error: unknown) => log.warn(`The certificate could not be looked at: ${(error as Error).message}`),
    );
  }, CERTIFICATE_CHECK_MS);
  return {
    current: () => current,
    onChange(listener) {
      use = listener;
    },
    stop: () => clearInterval(timer),
  };
}

async function serveProgress(
  kube: Kube,
  settings: OperatorSettings,
  host: string | undefined,
  { caches }: Controller,
  metrics: OperatorMetrics,
  certificates: KeptCertificates,
  log: Logger,
) {
  const onTrouble = (error: unknown) => log.warn(`Progress: ${(error as Error).message}`);
  const writer = createProgressWriter({
    kube,
    trainingJob(key) {
      const reading = caches.trainingJobs.get(key);
      return reading && 'job' in reading ? reading.job : undefined;
    },
    onWritten: metrics.progressWritten,
    onTrouble,
  });
  const endpoint = await startEndpoint({
    port: settings.progressPort,
    ...(host === undefined ? {} : { host }),
    certificate: certificates.current(),
    tokens: createTokenVerifier({ document: (path) => kube.document(path), audience: PROGRESS.audience }),
    pod: (key) => caches.pods.get(key),
    writer,
    onAnswer: metrics.progressReport,
    onTrouble,
  });
  certificates.onChange((next) => endpoint.use(next));
  return {
    port: endpoint.port,
    flush: writer.flush,
    async stop() {
      await endpoint.stop();
      await writer.stop();
    },
  };
}

async function serveMetrics(
  address: { readonly port: number; readonly host: string | undefined },
  metrics: OperatorMetrics,
  { caches, queue }: Controller,
  isLeading: () => boolean,
  isReady: () => boolean,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const { paths } = OPERATOR;
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === paths.health) return void response.end('ok');
    if (path === paths.ready)
      return void response.writeHead(isReady() ? 200 : 503).end(isReady() ? 'ok' : 'lists are read');
    if (path !== paths.metrics) return void response.writeHead(404).end();
    metrics
      .render({ isLeading: isLeading(), queueDepth: queue.depth(), trainingJobs: caches.trainingJobs.list() })
      .then(({ contentType, text }) => response.setHeader('content-type', contentType).end(text))
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
