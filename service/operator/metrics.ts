import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { OPERATOR_METRICS as NAMES } from '../contract.ts';
import { KubeError } from '../kube/errors.ts';
import type { RequestReport } from '../kube/meter.ts';
import type { Reading } from '../trainingjob/index.ts';
import { createJobMetrics } from './job-metrics.ts';

export interface OperatorMetrics {
  reconciled(report: { readonly seconds: number; readonly error: unknown }): void;
  apiRequest(report: RequestReport): void;
  progressReport(outcome: string): void;
  progressWritten(): void;
  readonly onGone: (gone: Reading) => void;
  render(now: Now): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** What is asked for at each scrape. */
interface Now {
  readonly isLeading: boolean;
  readonly queueDepth: number;
  /** Told by the replica that acts only: two would count every job twice. */
  readonly trainingJobs: readonly Reading[];
}

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): OperatorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const jobs = createJobMetrics();
  const duration = new Histogram({
    name: NAMES.reconciliation,
    help: 'Seconds that a look at one TrainingJob took, with what it wrote',
    labelNames: ['result'],
    buckets: SECONDS,
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const errors = counter(NAMES.reconciliationErrors, 'Looks that failed and are tried again', ['error_type']);
  const requests = counter(NAMES.apiRequests, 'Requests to the API server', ['verb', 'outcome']);
  const reports = counter(NAMES.progressReports, 'Reports of workers; accepted, or the HTTP status', ['outcome']);
  const writes = counter(NAMES.progressWrites, 'Statuses written for reports of workers');
  const depth = new Gauge({ name: NAMES.queueDepth, help: 'TrainingJobs that wait for a look', registers });
  const leader = new Gauge({ name: NAMES.leader, help: '1 on the replica that acts', registers });
  return {
    reconciled({ seconds, error }) {
      duration.observe({ result: error === undefined ? 'success' : 'error' }, seconds);
      if (error === undefined) return;
      errors.inc({ error_type: error instanceof KubeError ? error.failure : 'internal' });
    },
    apiRequest: ({ verb, outcome }) => requests.inc({ verb, outcome }),
    progressReport: (outcome) => reports.inc({ outcome }),
    progressWritten: () => writes.inc(),
    onGone: jobs.onGone,
    async render({ isLeading, queueDepth, trainingJobs }) {
      depth.set(queueDepth);
      leader.set(isLeading ? 1 : 0);
      const text = `${await registry.metrics()}\n${isLeading ? jobs.render(trainingJobs) : ''}`;
      return { contentType: registry.contentType, text };
    },
  };
}
