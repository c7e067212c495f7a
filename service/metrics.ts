import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isReason } from './contract/reasons.ts';
import { METRICS } from './contract.ts';
import { isFinished, type Job } from './jobs/job.ts';
import type { ReadClusterHealth } from './monitor/health.ts';
import type { Store } from './store/store.ts';

export interface Metrics {
  httpRequest(method: string, route: string, status: number, seconds: number): void;
  submitted(algorithm: string): void;
  /** This replica wrote a new status; only ends are counted. */
  statusChanged(job: Pick<Job, 'status' | 'reason'>): void;
  /** Taken away by this replica, because its time was over or nobody used it. */
  removed(what: Removed, count: number): void;
  /** cluster is null for the control plane. */
  karmadaRequest(cluster: string | null, outcome: string, seconds: number): void;
  /** What a training that reports was answered: accepted, or the HTTP status. */
  progressReport(outcome: string): void;
  /** Everything in Prometheus' text form; asks the database, and says so when it does not answer. */
  render(): Promise<{ contentType: string; text: string }>;
}

const REMOVED = ['job', 'log', 'event', 'key', 'policy', 'namespace'] as const;
type Removed = (typeof REMOVED)[number];

const DATABASE_TIMEOUT_MS = 2000;
const FRESH_MS = 5000;
const LOOP_RESOLUTION_MS = 10;
const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How much the parts hold in memory of jobs and their objects, by what it is. */
type ReadRemembered = () => Readonly<Record<string, number>>;

export function createMetrics(
  store: Store,
  readClusterHealth: ReadClusterHealth,
  readRemembered: ReadRemembered = () => ({}),
  now: () => number = () => performance.now(),
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const httpRequests = new Counter({
    name: METRICS.httpRequests,
    help: 'HTTP requests answered',
    labelNames: ['method', 'route', 'code'],
    registers,
  });
  const httpDuration = new Histogram({
    name: METRICS.httpDuration,
    help: 'Seconds from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route'],
    buckets: FAST,
    registers,
  });
  const submissions = new Counter({
    name: METRICS.submissions,
    help: 'Jobs accepted by this replica',
    labelNames: ['algorithm'],
    registers,
  });
  const finished = new Counter({
    name: METRICS.finished,
    help: 'Jobs whose end this replica recorded',
    labelNames: ['status', 'reason'],
    registers,
  });
  const removed = new Counter({
    name: METRICS.removed,
    help: 'What this replica has taken away because its time was over or nobody used it any more',
    labelNames: ['what'],
    registers,
  });
  for (const what of REMOVED) removed.inc({ what }, 0);
  const progressReports = new Counter({
    name: METRICS.progressReports,
    help: 'Reports of trainings to the hub, by what they were answered',
    labelNames: ['outcome'],
    registers,
  });
  const karmadaRequests = new Counter({
    name: METRICS.karmadaRequests,
    help: 'Requests to Karmada; cluster is empty for the control plane',
    labelNames: ['cluster', 'outcome'],
    registers,
  });
  const karmadaDuration = new Histogram({
    name: METRICS.karmadaDuration,
    help: 'Seconds that a request to Karmada took',
    labelNames: ['cluster'],
    buckets: FAST,
    registers,
  });
  new Gauge({
    name: METRICS.remembered,
    help: 'How much this replica holds in memory of jobs and their objects; stays the same however many have come and gone',
    labelNames: ['what'],
    registers,
    collect() {
      for (const [what, count] of Object.entries(readRemembered())) this.set({ what }, count);
    },
  });
  const readings = storeReadings(store, readClusterHealth, registry, now);
  return {
    httpRequest(method, route, status, seconds) {
      httpRequests.inc({ method, route, code: status });
      httpDuration.observe({ method, route }, seconds);
    },
    submitted: (algorithm) => submissions.inc({ algorithm }),
    statusChanged({ status, reason }) {
      // A word from outside would make a series of its own for each that anybody ever writes.
      if (isFinished(status)) finished.inc({ status, reason: isReason(reason) ? reason : 'Other' });
    },
    removed: (what, count) => removed.inc({ what }, count),
    progressReport: (outcome) => progressReports.inc({ outcome }),
    karmadaRequest(cluster, outcome, seconds) {
      karmadaRequests.inc({ cluster: cluster ?? '', outcome });
      karmadaDuration.observe({ cluster: cluster ?? '' }, seconds);
    },
    async render() {
      await readings();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Gauges that the database knows, read at each scrape. When it does not answer they are left out, not shown as they were. */
function storeReadings(
  store: Store,
  readClusterHealth: ReadClusterHealth,
  registry: Registry,
  now: () => number,
): () => Promise<void> {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const activeJobs = gauge(METRICS.activeJobs, 'Jobs that are not finished', ['status']);
  const dispatchLag = gauge(METRICS.dispatchLag, 'Age in seconds of the oldest job that waits to be dispatched');
  const monitorLag = gauge(METRICS.monitorLag, 'Seconds since the cluster last answered', ['cluster']);
  const failures = gauge(METRICS.clusterFailures, 'Queries of the cluster that failed in a row', ['cluster']);
  const pool = gauge(METRICS.databasePool, 'Connections to PostgreSQL; waiting are callers without one', ['state']);
  const teams = ['namespace', 'algorithm'];
  const trainings = gauge(METRICS.trainings, 'Running jobs that tell how far they are', teams);
  const trainingPercent = gauge(METRICS.trainingPercent, 'How far they are, on average', teams);
  const reportAge = gauge(
    METRICS.trainingReportAge,
    'Seconds since the one that was heard longest ago was heard',
    teams,
  );
  const gpus = gauge(METRICS.gpus, 'GPUs of running jobs of which it is known how much they are used', ['namespace']);
  const idleGpus = gauge(METRICS.idleGpus, 'Of these those that do next to nothing', ['namespace']);
  const gpuPercent = gauge(METRICS.gpuPercent, 'How busy these are, on average', ['namespace']);
  const utilisationKnown = gauge(
    METRICS.utilisationKnown,
    '1 where the Prometheus of the cluster told what jobs use when it was asked last',
    ['cluster'],
  );
  const readLoop = loopReading(registry);
  const databaseUp = gauge(METRICS.databaseUp, '1 when the database answered this scrape');

  const read = async () => {
    await store.check(AbortSignal.timeout(DATABASE_TIMEOUT_MS));
    const [{ summary, backlog, trainings: told, gpus: used }, health, utilisation] = await Promise.all([
      store.figures(),
      readClusterHealth(),
      store.utilisation.ofClusters(),
    ]);
    for (const status of ['Pending', 'Running'] as const) activeJobs.set({ status }, summary.byStatus[status]);
    for (const { namespace, algorithm, jobs, percent, oldestSeconds } of told) {
      trainings.set({ namespace, algorithm }, jobs);
      if (percent !== null) trainingPercent.set({ namespace, algorithm }, percent);
      reportAge.set({ namespace, algorithm }, oldestSeconds);
    }
    for (const { namespace, ...figures } of used) {
      gpus.set({ namespace }, figures.gpus);
      idleGpus.set({ namespace }, figures.idleGpus);
      gpuPercent.set({ namespace }, figures.gpuPercent);
    }
    for (const [cluster, { why }] of utilisation) utilisationKnown.set({ cluster }, why === null ? 1 : 0);
    dispatchLag.set(backlog.oldestSeconds);
    for (const { cluster, lastAnswerAt, consecutiveFailures } of health.values()) {
      if (lastAnswerAt) monitorLag.set({ cluster }, Math.max(0, (Date.now() - lastAnswerAt.getTime()) / 1000));
      failures.set({ cluster }, consecutiveFailures);
    }
  };

  const perScrape = [
    ...[activeJobs, monitorLag, failures, trainings, trainingPercent, reportAge],
    ...[gpus, idleGpus, gpuPercent, utilisationKnown],
  ];
  const readAgain = async () => {
    readLoop();
    for (const each of perScrape) each.reset();
    dispatchLag.remove();
    for (const [state, connections] of Object.entries(store.pool())) pool.set({ state }, connections);
    try {
      await read();
      databaseUp.set(1);
    } catch {
      // Nothing to log: the gauge of the database, in this same answer, says that it is down.
      databaseUp.set(0);
    }
  };

  let readAt = Number.NEGATIVE_INFINITY;
  let reading = Promise.resolve();
  // Whoever asks more often than that, and anybody may, is told the same again.
  return () => {
    if (now() - readAt > FRESH_MS) {
      readAt = now();
      reading = readAgain();
    }
    return reading;
  };
}

/** How much later than asked for the event loop comes round, since the last reading: what a request that takes long at a stretch does to all others. */
function loopReading(registry: Registry): () => void {
  const delay = new Gauge({
    name: METRICS.loopDelay,
    help: 'Seconds that the event loop was held at a stretch, since the last reading; quantile 1 is the worst',
    labelNames: ['quantile'],
    registers: [registry],
  });
  const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  histogram.enable();
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1000);
  return () => {
    // Nothing measured yet: a percentile of nothing is no number.
    if (histogram.count > 0) {
      delay.set({ quantile: '0.5' }, seconds(histogram.percentile(50)));
      delay.set({ quantile: '0.99' }, seconds(histogram.percentile(99)));
      delay.set({ quantile: '1' }, seconds(histogram.max));
    }
    histogram.reset();
  };
}
