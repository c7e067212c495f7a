import type { Kube, KubeObject } from '../../kube/kube.ts';
import { PROGRESS } from '../../trainingjob/index.ts';
import type { Caches } from '../caches.ts';
import type { OperatorMetrics } from '../metrics.ts';
import type { OperatorSettings } from '../settings.ts';
import { startEndpoint } from './endpoint.ts';
import type { KeptCertificates } from './kept-certificates.ts';
import { createLogReader } from './log-reader.ts';
import { createTokenVerifier } from './tokens.ts';
import { createProgressWriter } from './writer.ts';

/** Whatever way progress comes in, it is written by one. */
export interface Progress {
  /** undefined: no reports are taken. */
  readonly port: number | undefined;
  /** All that is known of a job's progress is in its status; the object as it is then, undefined when nothing was to be written. */
  flush(key: string): Promise<KubeObject | undefined>;
  stop(): Promise<void>;
}

export interface ProgressOptions {
  readonly kube: Kube;
  readonly settings: OperatorSettings;
  readonly host: string | undefined;
  readonly caches: Caches;
  readonly isLeading: () => boolean;
  /** undefined: no reports are taken. */
  readonly certificates: KeptCertificates | undefined;
  readonly metrics: OperatorMetrics;
  readonly onTrouble: (error: unknown) => void;
}

export async function startProgress(options: ProgressOptions): Promise<Progress> {
  const { caches, certificates, host, isLeading, kube, metrics, onTrouble, settings } = options;
  const writer = createProgressWriter({
    kube,
    trainingJob(key) {
      const reading = caches.trainingJobs.get(key);
      return reading && 'job' in reading ? reading.job : undefined;
    },
    onWritten: metrics.progressWritten,
    onTrouble,
  });
  const endpoint =
    certificates &&
    (await startEndpoint({
      port: settings.progressPort,
      ...(host === undefined ? {} : { host }),
      certificate: certificates.current(),
      tokens: createTokenVerifier({ document: (path) => kube.document(path), audience: PROGRESS.audience }),
      pod: (key) => caches.pods.get(key),
      writer,
      onAnswer: metrics.progressReport,
      onTrouble,
    }));
  certificates?.onChange((next) => endpoint?.use(next));
  const logs = settings.progressFromLogs ? createLogReader({ kube, caches, writer, isLeading, onTrouble }) : undefined;
  return {
    port: endpoint?.port,
    async flush(key) {
      await logs?.read(key);
      return writer.flush(key);
    },
    async stop() {
      await endpoint?.stop();
      await logs?.stop();
      await writer.stop();
    },
  };
}
