import type { Logger } from 'pino';
import { createApi } from './api/api.ts';
import { createAuthenticator } from './auth/create-authenticator.ts';
import { type Config, loadConfig } from './config.ts';
import { createDispatcher } from './dispatch/dispatcher.ts';
import { createLostClusters } from './dispatch/lost-clusters.ts';
import type { MakeReportSecret } from './dispatch/step.ts';
import { createEventHub } from './events/hub.ts';
import { LEAST_STALL_SECONDS } from './jobs/attention.ts';
import { reportSecret } from './jobs/manifests/index.ts';
import { createKarmada, type KarmadaOptions } from './karmada/client.ts';
import { loadKubeconfig } from './kube/kubeconfig.ts';
import { type ReportEndpoint, startReportEndpoint } from './learning/endpoint.ts';
import { createLogLearner } from './learning/log-learner.ts';
import { createRecorder } from './learning/recorder.ts';
import { createReporters } from './learning/reporters.ts';
import { createWatcher } from './learning/watcher.ts';
import { createLog } from './log.ts';
import { keepLogs, type LogRecorder, startLogRecorder } from './logs/index.ts';
import { createMetrics } from './metrics.ts';
import { unreachableIn } from './monitor/health.ts';
import { createMonitor } from './monitor/monitor.ts';
import { createWebhook } from './notify/webhook.ts';
import { createObjectStorage } from './objects/object-storage.ts';
import { createOutputs } from './outputs/outputs.ts';
import { configOrExit, runUntilSignal } from './process.ts';
import { createStore } from './store/create-store.ts';
import { type Housekeeping, migrateWhenReachable, startHousekeeping } from './upkeep.ts';
import { createUtilisation, MAX_ANSWER_BYTES } from './utilisation/utilisation.ts';
import { createWorkdirs } from './workdirs/workdirs.ts';

export interface Service {
  readonly port: number;
  /** null: no training reports. */
  readonly progressPort: number | null;
  /** null: the metrics are on the port of the API. */
  readonly metricsPort: number | null;
  stop(): Promise<void>;
}

/** The whole service: made from the bottom up, started in that order, stopped in reverse. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const store = createStore({ connection: config.database, poolSize: config.databasePoolSize, log });
  const kubeconfig = await loadKubeconfig(config.karmadaKubeconfig, { onWarning: (message) => log.warn(message) });
  const onRequest: KarmadaOptions['onRequest'] = ({ cluster, outcome, seconds }) =>
    metrics.karmadaRequest(cluster, outcome, seconds);
  const karmada = createKarmada(kubeconfig, { onRequest });
  const recorder = createRecorder({
    store: store.curves,
    onEnded: (jobIds) => {
      reporters.end(jobIds);
      learner.end(jobIds);
    },
    log,
  });
  const monitor = createMonitor({
    config: config.monitor,
    store,
    karmada,
    log,
    onStatus: (job) => metrics.statusChanged(job),
    onReport: (jobId, cluster, progress) => recorder.take({ jobId, cluster, progress }),
  });
  const stalls = { steps: config.stalledAfterSteps, leastSeconds: LEAST_STALL_SECONDS };
  const watcher = createWatcher({ store, rules: stalls, log });
  const metrics = createMetrics(store, monitor.clusterHealth, () => ({
    ...monitor.remembered(),
    trainings: recorder.remembered(),
    reporters: reporters.remembered(),
    readings: learner.remembered(),
    ...dispatcher.remembered(),
  }));
  const reporters = createReporters({ store: store.progress, recorder, log });
  const learner = createLogLearner({ reporters, log });
  const logKeeper = { store: store.logs, karmada, keepBytes: config.logKeepBytes, learn: learner.open };
  const dispatcher = createDispatcher({
    store,
    karmada,
    log,
    manifests: config,
    reportSecret: makeReportSecret(config.progress),
    keepLogs: (job, signal) => keepLogs(logKeeper, job, signal),
    finishedRetentionSeconds: config.finishedRetentionMs / 1000,
    volumeRetentionSeconds: config.volumeRetentionMs / 1000,
    removeNamespaces: config.removeNamespaces,
    onRemoved: (what) => metrics.removed(what, 1),
    placementGraceSeconds: config.placementGraceMs / 1000,
    unreachable: async () => unreachableIn(await monitor.clusterHealth()),
    onFinished: (job) => metrics.statusChanged(job),
  });
  const lostClusters = createLostClusters({ karmada, store, afterSeconds: config.clusterLostAfterMs / 1000, log });
  // With connections and bounds of its own: nobody waits for a Prometheus that takes its time.
  const forPrometheus = config.utilisation && createKarmada(kubeconfig, { maxBytes: MAX_ANSWER_BYTES, onRequest });
  const utilisation =
    config.utilisation &&
    forPrometheus &&
    createUtilisation({ rules: config.utilisation, karmada: forPrometheus, store, log });
  const events = createEventHub(store.events, log, store.progress);
  const authenticator = createAuthenticator(config.auth, log);
  const api = createApi({
    config,
    store,
    karmada,
    events,
    obstacleOfNewJobs: dispatcher.obstacle,
    readClusterHealth: monitor.clusterHealth,
    learn: learner.open,
    metrics,
    authenticator,
    workdirs: workdirsOf(config),
    outputs: outputsOf(config),
    log,
  });

  const webhook = config.webhook && createWebhook(config.webhook, store, log);
  let endpoint: ReportEndpoint | undefined;
  let housekeeping: Housekeeping | undefined;
  let logRecorder: LogRecorder | undefined;

  const stop = async () => {
    // These do not need one another to finish, so none waits for the time of another.
    await Promise.all([
      api.stop(),
      dispatcher.stop(),
      monitor.stop(),
      housekeeping?.stop(),
      logRecorder?.stop(),
      watcher.stop(),
      lostClusters.stop(),
      utilisation?.stop(),
      webhook?.stop(),
      endpoint?.stop(),
    ]);
    // After the endpoint, the logs and the monitor, whose last reports they write.
    await reporters.stop();
    await recorder.stop();
    await events.stop();
    authenticator?.close();
    await Promise.all([karmada.close(), forPrometheus?.close()]);
    await store.close();
  };
  try {
    const { port, metricsPort } = await api.listen();
    await migrateWhenReachable(store, log);
    await events.start();
    recorder.start();
    if (config.progress) {
      const { host } = config;
      const { key, port } = config.progress;
      endpoint = await startReportEndpoint({ host, port, key, reporters, log, onAnswer: metrics.progressReport });
    }
    await monitor.start();
    dispatcher.start();
    webhook?.start();
    watcher.start();
    lostClusters.start();
    utilisation?.start();
    const { jobMs, jobsPerNamespace, logMs } = config.retention;
    const rules = { jobSeconds: jobMs / 1000, jobsPerNamespace, logSeconds: logMs / 1000 };
    housekeeping = startHousekeeping(store, { rules, onRemoved: metrics.removed }, log);
    logRecorder = startLogRecorder(logKeeper, log);
    api.open();
    log.info(
      { host: config.host, port, ...(metricsPort !== null && { metricsPort }), auth: config.auth.kind },
      'The job API is open',
    );
    return { port, progressPort: endpoint?.port ?? null, metricsPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const workdirsOf = ({ objectStorage, workdirs }: Config) =>
  objectStorage && workdirs && createWorkdirs(createObjectStorage(objectStorage), workdirs);

const outputsOf = ({ objectStorage, volumes }: Config) =>
  createOutputs({
    storage: objectStorage && { endpoint: objectStorage.endpoint, objects: createObjectStorage(objectStorage) },
    volumes,
  });

const makeReportSecret =
  (progress: Config['progress']): MakeReportSecret =>
  (job, owner) =>
    progress ? reportSecret(job, progress, owner) : undefined;

/** With what the environment and the arguments say; the image's entry point. The laptop's is local/start.ts. */
export async function startProduction(): Promise<void> {
  const config = configOrExit(await loadConfig(process.argv.slice(2), process.env));
  const log = createLog(config.logLevel);
  await runUntilSignal(() => startService(config, log), log);
}

if (process.argv[1] === import.meta.filename) await startProduction();
