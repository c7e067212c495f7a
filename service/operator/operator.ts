import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { OPERATOR } from '../contract.ts';
import { createKube } from '../kube/client.ts';
import type { Identity } from '../kube/identity.ts';
import { type Controller, createController } from './controller.ts';
import { type Leadership, runForLeader, type Times } from './leader.ts';
import { createMetrics, type OperatorMetrics } from './metrics.ts';
import { keepCertificates } from './progress/kept-certificates.ts';
import { type Progress, startProgress } from './progress/progress.ts';
import type { OperatorSettings } from './settings.ts';
import { createSurroundings } from './surroundings.ts';

export interface Operator {
  readonly metricsPort: number;
  /** undefined: none is taken. */
  readonly progressPort: number | undefined;
  isLeading(): boolean;
  stop(): Promise<void>;
}

interface OperatorOptions {
  readonly identity: Identity;
  readonly settings: OperatorSettings;
  readonly log: Logger;
  /** Another replica may act by now: this process is to end, and to begin anew. */
  readonly onLost: (why: string) => void;
  readonly times?: Times;
  /** The address to listen on; left out: all of the machine's. */
  readonly host?: string;
}

type Stop = () => unknown;

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { host, identity, settings, log, onLost, times } = options;
  const metrics = createMetrics();
  const kube = createKube(identity, { userAgent: 'trainingjob-operator', onRequest: metrics.apiRequest });
  const stops: Stop[] = [() => kube.close()];
  try {
    const onTrouble = (error: unknown) => log.warn(`Progress: ${(error as Error).message}`);
    const certificates =
      settings.progressUrl === undefined
        ? undefined
        : await keepCertificates({
            kube,
            namespace: settings.ownNamespace,
            secret: OPERATOR.certificateSecret,
            folder: settings.progressCertificates,
            url: settings.progressUrl,
            onTrouble,
          });
    if (certificates) stops.push(certificates.stop);

    let progress: Progress | undefined;
    let leadership: Pick<Leadership, 'isLeading' | 'stop'> = { isLeading: () => false, stop: async () => {} };
    const controller = createController({
      kube,
      namespaces: settings.namespaces,
      workers: settings.workers,
      surroundings: createSurroundings({
        kube,
        progressUrl: settings.progressUrl,
        podGroups: settings.podGroups,
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

    const { caches } = controller;
    const isLeading = () => leadership.isLeading();
    progress = await startProgress({ kube, settings, host, caches, isLeading, certificates, metrics, onTrouble });
    stops.push(progress.stop);
    // Workers that run are told of another authority, before the certificate that they know has run out.
    certificates?.onChange((next, before) => {
      if (next.authority !== before.authority) controller.lookAtAll();
    });

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
