import { jobName } from './jobs.ts';
import type { Change, Window } from './processes.ts';

export function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}

interface Latency {
  readonly changes: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Overtaken by a later change of the same job before anyone looked; polling cannot see these. */
  readonly overtaken: number;
  /** Neither they nor a later one reached the database. */
  readonly lost: number;
}

/** From the status written in the member to the commit known to the monitor; both clocks are this machine's. */
export function latencyOf(changes: readonly Change[], stored: Window['stored']): Latency {
  const commits = new Map<string, Map<number, number>>();
  for (const [job, step, at] of stored) {
    const steps = commits.get(job) ?? new Map<number, number>();
    commits.set(job, steps.set(step, at));
  }
  const latencies: number[] = [];
  let overtaken = 0;
  let lost = 0;
  for (const [job, step, at] of changes) {
    const steps = commits.get(jobName(job));
    const committed = steps?.get(step);
    if (committed !== undefined) latencies.push(committed - at);
    else if (steps && Math.max(...steps.keys()) > step) overtaken += 1;
    else lost += 1;
  }
  const [p50, p99, max] = [0.5, 0.99, 1].map((q) => quantile(latencies, q));
  return { changes: changes.length, p50: p50 ?? null, p99: p99 ?? null, max: max ?? null, overtaken, lost };
}

export function load({ seconds, cpuSeconds, peakRss, ticks, counts }: Window) {
  const perTick = (value: number): number => value / Math.max(1, ticks.length);
  const times = ticks.map(({ durationMs }) => durationMs);
  return {
    ticks: ticks.length,
    tickMs: { p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: quantile(times, 1) },
    cpuMsPerTick: perTick(cpuSeconds * 1_000),
    versionsPerTick: perTick(counts.version),
    tablesPerTick: perTick(counts.table),
    listsPerTick: perTick(counts.list),
    getsPerTick: perTick(counts.get),
    failedRequests: counts.failed,
    statementsPerTick: perTick(counts.statements),
    leaseStatementsPerSecond: counts.leaseStatements / seconds,
    megabytesPerSecond: counts.bytes / seconds / 1e6,
    cpuCores: cpuSeconds / seconds,
    peakMiB: peakRss / 1024 / 1024,
  };
}
