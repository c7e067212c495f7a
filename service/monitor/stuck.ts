import { type AnyReason, factsOf } from '../contract/reasons.ts';
import { LABELS } from '../contract.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { KubeObject } from '../kube/kube.ts';
import type { Clock } from './clock.ts';
import type { Observation } from './decide.ts';
import type { KnownRow } from './known-jobs.ts';
import { troubleAmong } from './pod-trouble.ts';
import { inOneRequest, selectorOf } from './read.ts';
import { about } from './rows.ts';

/** A cluster is asked for pods at most this often, in one query, however many of its jobs do not start. */
const LOOK_EVERY_MS = 5_000;
/** Some 5 MB: a pod of a training is 5 to 10 kB. */
const MAX_PODS = 500;
const TIMEOUT_MS = 5_000;
/** The words of one trouble may change all the time (how many nodes lack what): so often they are written anew. */
const NEW_WORDS_EVERY_MS = 60_000;

interface StuckOptions {
  readonly karmada: Pick<Karmada, 'member'>;
  readonly graceMs: number;
  readonly clock: Clock;
}

/** Jobs that a cluster has and that do not start there. The object of such a job says "Initializing" for ever; its pods know why. */
export interface StuckJobs {
  /** Whether the cluster may be asked again. */
  isDue(cluster: string): boolean;
  /** What keeps its jobs from starting, and which of them are kept no longer. Asks nothing while none is stuck. */
  look(cluster: string, rows: Iterable<KnownRow>): Promise<Observation[]>;
  forget(cluster: string): void;
}

/** How long a job has waited for what it waits for. In elapsed milliseconds; a new owner of the cluster counts anew. */
interface Wait {
  readonly reason: AnyReason;
  readonly since: number;
  askedAt: number;
  writtenAt: number;
}

export function createStuckJobs({ karmada, graceMs, clock }: StuckOptions): StuckJobs {
  const dueAt = new Map<string, number>();
  /** How many jobs are asked for at once: fewer where they have more pods than one answer takes. */
  const atOnce = new Map<string, number>();
  const waits = new WeakMap<KnownRow, Wait>();

  /** undefined: it runs, has ended, or is not meant to start. */
  function waitOf(row: KnownRow): Wait | undefined {
    const state = row.job.clusterStates[row.cluster];
    if (state?.status !== 'Pending' || row.job.wanted !== 'run' || factsOf(state.reason)?.suspension) {
      waits.delete(row);
      return undefined;
    }
    const known = waits.get(row);
    if (known?.reason === state.reason) return known;
    const never = Number.NEGATIVE_INFINITY;
    const wait = { reason: state.reason, since: clock.elapsed(), askedAt: never, writtenAt: never };
    waits.set(row, wait);
    return wait;
  }

  const troubleOf = ({ cluster, job }: KnownRow) => job.clusterStates[cluster]?.trouble;

  /** Those that were not asked for the longest, as many as one query takes. */
  function toAsk(cluster: string, rows: Iterable<KnownRow>): [KnownRow, Wait][] {
    const waiting: [KnownRow, Wait][] = [];
    const now = clock.elapsed();
    for (const row of rows) {
      const wait = waitOf(row);
      if (wait && (now - wait.since >= graceMs || troubleOf(row))) waiting.push([row, wait]);
    }
    waiting.sort(([, a], [, b]) => a.askedAt - b.askedAt);
    const fitting = inOneRequest(waiting.map(([row]) => row)).length;
    return waiting.slice(0, Math.min(fitting, atOnce.get(cluster) ?? fitting));
  }

  function observe(row: KnownRow, wait: Wait, pods: readonly KubeObject[]): Observation[] {
    const before = troubleOf(row);
    const trouble = troubleAmong(pods);
    const isSame = before?.reason === trouble?.reason;
    if (isSame && (before?.message === trouble?.message || clock.elapsed() - wait.writtenAt < NEW_WORDS_EVERY_MS)) {
      return [];
    }
    wait.writtenAt = clock.elapsed();
    return [about(row, { what: 'trouble', trouble })];
  }

  return {
    isDue: (cluster) => (dueAt.get(cluster) ?? 0) <= clock.elapsed(),

    async look(cluster, rows) {
      dueAt.set(cluster, clock.elapsed() + LOOK_EVERY_MS);
      const asked = toAsk(cluster, rows);
      if (asked.length === 0) return [];
      for (const [, wait] of asked) wait.askedAt = clock.elapsed();
      const query = { labelSelector: selectorOf(asked.map(([row]) => row)), limit: MAX_PODS };
      const { items } = await karmada.member(cluster).list('pods', query, { timeoutMs: TIMEOUT_MS });
      dueAt.set(cluster, clock.elapsed() + LOOK_EVERY_MS);
      const isWhole = items.length < MAX_PODS;
      atOnce.set(cluster, isWhole ? asked.length * 2 : Math.ceil(asked.length / 2));
      const podsOf = new Map<string, KubeObject[]>(asked.map(([{ job }]) => [job.id, []]));
      for (const pod of items) podsOf.get(pod.metadata.labels?.[LABELS.jobId] ?? '')?.push(pod);
      return asked.flatMap(([row, wait]) => {
        const pods = podsOf.get(row.job.id) ?? [];
        // Of an answer that was cut off, no pods does not mean that there are none.
        return pods.length === 0 && !isWhole ? [] : observe(row, wait, pods);
      });
    },

    forget(cluster) {
      dueAt.delete(cluster);
      atOnce.delete(cluster);
    },
  };
}
