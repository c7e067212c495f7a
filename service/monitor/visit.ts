import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { LABELS } from '../contract.ts';
import type { JobKind } from '../jobs/job.ts';
import { NO_CELLS } from '../jobs/state/index.ts';
import { KarmadaError, type KarmadaFailure } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { KubeObject } from '../kube/kube.ts';
import type { Clock } from './clock.ts';
import { type Observation, saysUnreachable } from './decide.ts';
import type { Health } from './health.ts';
import type { KnownJobs, KnownRow } from './knownJobs.ts';
import type { LostJobs } from './lost.ts';
import { type ChangedRow, compare, fetchObject, stateOf } from './query.ts';

/** What failing at one object says of the whole cluster; the rest (garbled, refused) concerns that object alone. */
const CLUSTER_FAILURES: ReadonlySet<KarmadaFailure> = new Set([
  'unavailable',
  'memberUnavailable',
  'unknownCluster',
  'unauthenticated',
  'forbidden',
]);
/** An object that could not be read although its cluster answers. */
const READ_AGAIN_MS = 5_000;
/**
 * Reading 5 kB by GET costs a member some 5 ms and us 0.35; in a LIST it is 0.2 and 0.05. From one changed row in eight on the LIST is
 * cheaper for both.
 */
const GETS_WORTH_A_LIST = 32;
const OBJECTS_LISTED_PER_GET = 8;
const LIST_TIMEOUT_MS = 10_000;
/** The proxy takes 190 reads a second from 32 at once and no more from more. */
const GETS_AT_ONCE = 32;
/** Clusters that may hang must not take the connections of the others. */
const SLOW_GETS_AT_ONCE = 8;

export interface VisitOptions {
  readonly karmada: Karmada;
  readonly known: KnownJobs;
  readonly health: Health;
  readonly lost: LostJobs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observe: (observation: Observation) => void;
  readonly isUnderWay: (jobId: string) => boolean;
  /** The table was read and compared: a watch may go on from there. */
  readonly listed: (cluster: string, kind: JobKind, resourceVersion: string) => void;
  /** Not all that was to be seen was seen: it must be asked again at the next tick, watched or not. */
  readonly incomplete: (cluster: string) => void;
  readonly failed: (cluster: string) => void;
  /** The monitor has stopped and its connections are being closed: what fails now is no cluster's failure. */
  readonly isStopped: () => boolean;
}

export interface VisitReport {
  readonly cluster: string;
  readonly outcome: 'answered' | 'failed';
  readonly changed: number;
}

/** One cluster at one tick: one query per kind in use, one GET per row that changed. Never rejects: a failure is the cluster's. */
export function createVisit(options: VisitOptions) {
  const { karmada, known, health, lost, clock, log, observe, isUnderWay, listed } = options;
  const promptGets = pLimit(GETS_AT_ONCE);
  const slowGets = pLimit(SLOW_GETS_AT_ONCE);
  let answerNumber = 0;

  async function visit(cluster: string): Promise<VisitReport> {
    const startedAt = clock.elapsed();
    const deadlineMs = health.deadlineMs(cluster);
    let changes = 0;
    let isComplete = true;
    try {
      const missing: KnownRow[] = [];
      const reads: Promise<void>[] = [];
      for (const kind of known.kindsInUse(cluster)) {
        const { rows, resourceVersion } = await karmada.member(cluster).table(kind, { timeoutMs: deadlineMs });
        const compared = compare(kind, rows, known.rows(cluster, kind), ++answerNumber);
        changes += compared.changed.length;
        missing.push(...compared.missing);
        const readable = compared.changed.filter(isReadable);
        isComplete &&= readable.length === compared.changed.length && compared.missing.length === 0;
        reads.push(readChanged(cluster, kind, readable, rows.length, deadlineMs));
        listed(cluster, kind, resourceVersion);
      }
      const latencyMs = clock.elapsed() - startedAt;
      await Promise.all(reads);
      if (missing.length > 0) for (const each of await lost.confirm(missing, deadlineMs, seen)) observe(each);
      if (!isComplete) options.incomplete(cluster);
      health.answered(cluster, latencyMs);
      for (const row of known.allRows(cluster))
        if (saysUnreachable(row.job, cluster)) observe(about(row, { what: 'reachable' }));
      return { cluster, outcome: 'answered', changed: changes };
    } catch (error) {
      fail(cluster, error, clock.elapsed() - startedAt >= deadlineMs);
      return { cluster, outcome: 'failed', changed: changes };
    }
  }

  function isReadable({ row }: ChangedRow): boolean {
    return row.readAgainAt <= clock.elapsed() && !isUnderWay(row.job.id);
  }

  async function readChanged(
    cluster: string,
    kind: JobKind,
    changed: readonly ChangedRow[],
    objects: number,
    timeoutMs: number,
  ): Promise<void> {
    if (changed.length > GETS_WORTH_A_LIST && changed.length * OBJECTS_LISTED_PER_GET > objects) {
      return readAll(cluster, kind);
    }
    const gets = health.isPrompt(cluster) ? promptGets : slowGets;
    let broken: unknown;
    await Promise.all(
      changed.map(({ row }) =>
        gets(async () => {
          // After the first sign that the cluster is down the others would only wait for the same answer.
          if (broken !== undefined) return;
          const failure = await read(row, timeoutMs);
          broken ??= failure;
        }),
      ),
    );
    if (broken !== undefined) throw broken;
  }

  async function readAll(cluster: string, kind: JobKind): Promise<void> {
    const resource = kind === 'RayJob' ? 'rayjobs' : 'jobs';
    const query = { labelSelector: `${LABELS.managedBy}=${LABELS.managedByValue}`, resourceVersion: '0' };
    const { items } = await karmada.member(cluster).list(resource, query, { timeoutMs: LIST_TIMEOUT_MS });
    for (const object of items) {
      const row = known.row(cluster, kind, object.metadata.name);
      if (row && !isUnderWay(row.job.id)) seenInList(row, object);
    }
  }

  /** Resolves with the failure when it is the whole cluster's. */
  async function read(row: KnownRow, timeoutMs: number): Promise<KarmadaError | undefined> {
    try {
      const object = await fetchObject(karmada, row, timeoutMs);
      if (object) seen(row, object);
      // Deleted between the two answers: the next list tells.
      else options.incomplete(row.cluster);
    } catch (error) {
      if (error instanceof KarmadaError && CLUSTER_FAILURES.has(error.failure)) return error;
      row.readAgainAt = clock.elapsed() + READ_AGAIN_MS;
      options.incomplete(row.cluster);
      log.warn(
        { err: error, job: row.job.id, cluster: row.cluster },
        'Could not read a job that has changed; tries again',
      );
    }
    return undefined;
  }

  /** From a cache or a watch, which may repeat what a GET has overtaken. */
  function seenInList(row: KnownRow, object: KubeObject): void {
    if (Number(object.metadata.resourceVersion) < row.resourceVersion) return;
    const state = stateOf(row.job.kind, object);
    if (state.columns !== row.columns || state.columns === NO_CELLS) seen(row, object);
  }

  /** What a GET says is newer than any list or watch. */
  function seen(row: KnownRow, object: KubeObject): void {
    const state = stateOf(row.job.kind, object);
    row.columns = state.columns;
    row.resourceVersion = Number(object.metadata.resourceVersion ?? -1);
    observe(about(row, { what: 'state', state }));
  }

  function fail(cluster: string, error: unknown, timedOut: boolean): void {
    if (options.isStopped()) return;
    const retryAfterSeconds = error instanceof KarmadaError ? error.retryAfterSeconds : null;
    const words = error instanceof Error ? error.message : String(error);
    health.failed(cluster, { error: words, timedOut, retryAfterSeconds });
    const { consecutiveFailures } = health.of(cluster);
    options.failed(cluster);
    const since = health.unreachableSince(cluster);
    log[consecutiveFailures === 1 ? 'warn' : 'debug'](
      { cluster, err: error, consecutiveFailures },
      'Cluster did not answer',
    );
    if (!since) return;
    for (const row of known.allRows(cluster)) {
      if (!saysUnreachable(row.job, cluster)) observe(about(row, { what: 'unreachable', since, error: words }));
    }
  }

  return { visit, seenInList };
}

type Unaddressed<O> = O extends unknown ? Omit<O, 'jobId' | 'cluster'> : never;
export const about = (row: KnownRow, what: Unaddressed<Observation>): Observation =>
  ({ jobId: row.job.id, cluster: row.cluster, ...what }) as Observation;
