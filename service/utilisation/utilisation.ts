import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { attend } from '../jobs/state/index.ts';
import { concernOfIdleness } from '../jobs/utilisation.ts';
import { inPlainWords, KarmadaError } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { ServicePort } from '../kube/service-port.ts';
import { createLookout, type Lookout } from '../lookout.ts';
import type { JobFigures, Lease, LeaseStore, MonitorChange, MonitorStore, UtilisationStore } from '../store/store.ts';
import { figuresIn, MAX_SERIES, NoPrometheus } from './answer.ts';
import { utilisationQuery } from './query.ts';

/** 40,000 series of some 200 bytes. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** With connections of their own: a Prometheus that takes its time keeps nobody else waiting. */
const MEMBERS_AT_ONCE = 8;
const MAX_IDLE_JOBS = 2_000;
/** A hundred members that all hang take two minutes. */
const LEAST_LEASE_SECONDS = 180;
/** What was told so many looks ago is told no more, but for this long it is: a look may take its time. */
const LOOKS_KEPT = 5;
const LEAST_KEPT_MS = 60_000;
const LEASE = 'utilisation';

export interface UtilisationRules {
  /** Where each member has its Prometheus, or what speaks like one. */
  readonly service: ServicePort;
  /** Before /api/v1/query; empty: nothing. */
  readonly path: string;
  readonly intervalMs: number;
  readonly idlePercent: number;
  /** 0: nobody is told of idle GPUs. */
  readonly idleAfterMs: number;
}

interface UtilisationOptions {
  readonly rules: UtilisationRules;
  readonly karmada: Pick<Karmada, 'member'>;
  readonly store: {
    readonly utilisation: UtilisationStore;
    readonly monitor: Pick<MonitorStore, 'clustersInUse' | 'read' | 'apply'>;
    readonly leases: Pick<LeaseStore, 'hold' | 'release'>;
  };
  readonly log: Logger;
  readonly timeoutMs?: number;
  readonly leastKeptMs?: number;
}

/** Asks the Prometheus of each member now and then what the pods of jobs use, and says so of those whose GPUs do nothing. */
export function createUtilisation({
  rules,
  karmada,
  store,
  log,
  timeoutMs = TIMEOUT_MS,
  leastKeptMs = LEAST_KEPT_MS,
}: UtilisationOptions): Lookout {
  const query = { query: utilisationQuery(rules.idlePercent), limit: MAX_SERIES, timeout: `${timeoutMs}ms` };
  /** Why there is none, by member: what is told once more is not logged once more. */
  const failing = new Map<string, string>();

  async function ask(cluster: string, signal: AbortSignal): Promise<readonly JobFigures[]> {
    const path = `${rules.path}/api/v1/query`;
    const answer = await karmada.member(cluster).ask(rules.service, path, query, { signal, timeoutMs });
    if (answer === undefined) throw new NoPrometheus(`It has no Service ${inWords(rules.service)}`);
    return figuresIn(answer);
  }

  async function lookInto(cluster: string, leases: readonly Lease[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      const figures = await ask(cluster, signal);
      if (failing.delete(cluster)) log.info({ cluster }, 'The utilisation of a cluster is known again');
      await store.utilisation.save({ cluster, figures }, leases);
    } catch (error) {
      if (signal.aborted) return;
      const why = whyNot(error, rules.service, timeoutMs);
      if (why === undefined) throw error;
      if (failing.get(cluster) !== why) log.info({ cluster, err: error }, `No utilisation of a cluster: ${why}`);
      failing.set(cluster, why);
      await store.utilisation.save({ cluster, why }, leases);
    }
  }

  async function tellIdleness(leases: readonly Lease[]): Promise<void> {
    const idle = await store.utilisation.idle(rules.idleAfterMs / 1000, MAX_IDLE_JOBS);
    if (idle.length === 0) return;
    const now = new Date();
    const stateOf = new Map(idle.map((each) => [each.jobId, each]));
    const jobs = await store.monitor.read([...stateOf.keys()]);
    const changes = jobs.flatMap((job): MonitorChange[] => {
      const state = stateOf.get(job.id);
      if (!state) return [];
      const { attention, ended } = concernOfIdleness(state, rules.idlePercent);
      const change = attend(job, attention, now, ended);
      return change ? [{ jobId: job.id, readVersion: job.version, under: [LEASE], ...change }] : [];
    });
    await store.monitor.apply(changes, leases);
  }

  async function look(leases: readonly Lease[], signal: AbortSignal): Promise<void> {
    const clusters = [...(await store.monitor.clustersInUse()).keys()];
    // Those that failed last come last: they may take all their time again.
    clusters.sort((a, b) => Number(failing.has(a)) - Number(failing.has(b)));
    for (const cluster of failing.keys()) if (!clusters.includes(cluster)) failing.delete(cluster);
    const inTurn = pLimit(MEMBERS_AT_ONCE);
    const looks = await Promise.allSettled(clusters.map((each) => inTurn(() => lookInto(each, leases, signal))));
    if (signal.aborted) return;
    await store.utilisation.forgetOld(Math.max(leastKeptMs, LOOKS_KEPT * rules.intervalMs) / 1000, leases);
    await tellIdleness(leases);
    for (const each of looks) if (each.status === 'rejected') throw each.reason;
  }

  return createLookout({
    leases: store.leases,
    lease: LEASE,
    leaseSeconds: Math.max(LEAST_LEASE_SECONDS, (2 * rules.intervalMs) / 1000),
    everyMs: rules.intervalMs,
    look,
    onFailure: (error) => log.warn({ err: error }, 'What jobs use could not be written down; it is tried again'),
  });
}

const inWords = ({ name, namespace, port }: ServicePort): string => `${namespace}/${name}:${port}`;

/** For people; undefined: it has nothing to do with the member. The log has the servers' own words. */
function whyNot(error: unknown, service: ServicePort, timeoutMs: number): string | undefined {
  if (error instanceof NoPrometheus) return error.message;
  if (!(error instanceof KarmadaError)) return undefined;
  switch (error.failure) {
    case 'forbidden':
      return `The platform may not ask its Service ${inWords(service)} (services/proxy)`;
    case 'garbled':
      return 'What it answers is no answer of a Prometheus, or longer than is read';
    case 'refused':
      return 'It does not take the query as a Prometheus does';
    case 'memberUnavailable':
      return error.status === null
        ? `No answer came from ${inWords(service)} within ${timeoutMs / 1000} s`
        : 'The cluster does not answer Karmada';
    case 'unavailable':
      return error.status === 503
        ? `Nothing answers behind its Service ${inWords(service)}`
        : 'It answers with an error';
    default: {
      const words = inPlainWords(error);
      return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
    }
  }
}
