import type { Logger } from 'pino';
import type { JobKind } from '../jobs/job.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import type { TableRow } from '../kube/table.ts';
import type { Clock } from './clock.ts';
import type { Observation } from './decide.ts';
import type { KnownJobs, KnownRow } from './known-jobs.ts';
import { isToBeThere, type LostJobs } from './lost.ts';
import type { Progress } from './progress.ts';
import type { QuietClusters, Versions } from './quiet.ts';
import { readChanged } from './read.ts';
import { type ChangedRow, compare, progressIn, readFromTable, readNow, toldAgain } from './rows.ts';
import type { Writer } from './writer.ts';

/** An object that could not be read although its cluster answers. */
const READ_AGAIN_MS = 5_000;

export interface VisitOptions {
  readonly karmada: Karmada;
  readonly known: KnownJobs;
  readonly quiet: QuietClusters;
  readonly lost: LostJobs;
  readonly writer: Pick<Writer, 'isUnderWay'>;
  readonly progress: Pick<Progress, 'heard'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What asking one cluster came to. */
export interface Findings {
  readonly cluster: string;
  /** What was learnt, also by a visit that failed later. */
  readonly observations: readonly Observation[];
  /** Rows that differ from what is known, whether or not they could be read. */
  readonly changed: number;
  readonly outcome: Answered | Failed;
}

export interface Answered {
  readonly is: 'answered';
  readonly latencyMs: number;
  /** All up to these has been seen. */
  readonly versions: Versions;
  /** Whether its rows were read, or its versions told that this was not needed. */
  readonly isLook: boolean;
}

export interface Failed {
  readonly is: 'failed';
  readonly error: unknown;
  readonly timedOut: boolean;
}

/** One cluster at one tick. Never rejects: a failure is the cluster's. */
export type Visit = (cluster: string, deadlineMs: number) => Promise<Findings>;

/** What a look has found so far: it may still fail at the next request. */
interface Sofar {
  readonly observations: Observation[];
  changed: number;
}

/** A Table against what is known. */
interface Compared {
  readonly kind: JobKind;
  readonly changed: readonly ChangedRow[];
  readonly missing: readonly KnownRow[];
  /** How many rows it had. */
  readonly objects: number;
  readonly version: string;
}

export function createVisit({ karmada, known, quiet, lost, writer, progress, clock, log }: VisitOptions): Visit {
  let answerNumber = 0;

  return async (cluster, deadlineMs) => {
    const startedAt = clock.elapsed();
    const found: Sofar = { observations: [], changed: 0 };
    try {
      const answered = (await unmoved(cluster, deadlineMs)) ?? (await look(cluster, deadlineMs, found));
      return { cluster, ...found, outcome: answered };
    } catch (error) {
      // Whatever comes back need not be what was there before: it may have been restored from a backup.
      known.distrustVersions(cluster);
      quiet.forget(cluster);
      return {
        cluster,
        ...found,
        outcome: { is: 'failed', error, timedOut: clock.elapsed() - startedAt >= deadlineMs },
      };
    }
  };

  /** Asks a quiet cluster whether anything has moved; undefined when it has, or when asking would not be enough. */
  async function unmoved(cluster: string, timeoutMs: number): Promise<Answered | undefined> {
    const kinds = known.kindsInUse(cluster);
    const versions = known.isUnsettled(cluster) ? undefined : quiet.versionsOf(cluster, kinds);
    if (!versions) return undefined;
    const startedAt = clock.elapsed();
    const member = karmada.member(cluster);
    for (const kind of kinds) {
      if ((await member.version(kind, { timeoutMs })) !== versions.get(kind)) return undefined;
    }
    return { is: 'answered', latencyMs: clock.elapsed() - startedAt, versions, isLook: false };
  }

  /** Reads all rows, the objects of those that changed and have more to say than their row, and asks for those that are missing. */
  async function look(cluster: string, timeoutMs: number, found: Sofar): Promise<Answered> {
    const member = karmada.member(cluster);
    const versions = new Map<JobKind, string>();
    const missing: KnownRow[] = [];
    let latencyMs = 0;
    known.settle(cluster);
    for (const kind of known.kindsInUse(cluster)) {
      const askedAt = clock.elapsed();
      const table = await compareTable(member, kind, timeoutMs);
      latencyMs += clock.elapsed() - askedAt;
      versions.set(kind, table.version);
      for (const row of table.missing) if (isToBeThere(row)) missing.push(row);
      found.changed += table.changed.length;
      await read(member, table, timeoutMs, found);
    }
    if (missing.length > 0) {
      known.unsettle(cluster);
      found.observations.push(...(await lost.confirm(missing, timeoutMs)));
    }
    quiet.looked(cluster, versions);
    return { is: 'answered', latencyMs, versions, isLook: true };
  }

  /** By itself, so that nothing holds on to thousands of rows while the few that changed are read. */
  async function compareTable(member: Member, kind: JobKind, timeoutMs: number): Promise<Compared> {
    const { rows, resourceVersion } = await member.table(kind, { timeoutMs });
    answerNumber += 1;
    const knownRows = known.rows(member.cluster, kind);
    if (kind === 'TrainingJob') hearProgress(rows, knownRows, Number(resourceVersion));
    const compared = compare(kind, rows, knownRows, answerNumber);
    return { ...compared, kind, objects: rows.length, version: resourceVersion };
  }

  /** It is in the row, and changes with each report: no reason to read the object. */
  function hearProgress(rows: readonly TableRow[], knownRows: ReadonlyMap<string, KnownRow>, version: number): void {
    for (const { cells, name } of rows) {
      const row = knownRows.get(name);
      const news = row && progressIn(row, cells, version);
      if (row && news) progress.heard(row.job, row.cluster, news);
    }
  }

  async function read(member: Member, table: Compared, timeoutMs: number, found: Sofar): Promise<void> {
    const { kind, changed, objects, version } = table;
    const { cluster } = member;
    const seen = new Set<KnownRow>();
    const see = (row: KnownRow, observation: Observation | undefined): void => {
      seen.add(row);
      if (observation) found.observations.push(observation);
    };
    const withMoreToSay: KnownRow[] = [];
    for (const each of changed.filter(({ row }) => isReadable(row))) {
      const observation = readFromTable(each, version);
      if (observation) see(each.row, observation);
      else withMoreToSay.push(each.row);
    }
    const answer = await readChanged({ member, kind, changed: withMoreToSay, objects, version, timeoutMs });
    for (const object of answer.objects) {
      const row = known.row(cluster, kind, object.metadata.name);
      if (!row || writer.isUnderWay(row.job.id)) continue;
      see(row, answer.isOfAll ? toldAgain(row, object) : readNow(row, object));
    }
    for (const row of answer.unreadable) row.readAgainAt = clock.elapsed() + READ_AGAIN_MS;
    if (answer.unreadable.length > 0) {
      const jobs = answer.unreadable.map(({ job }) => job.id);
      log.warn({ err: answer.error, jobs, cluster }, 'Could not read jobs that have changed; tries again');
    }
    // Some rest, some are still being written, some did not fit in one request, some were deleted between the two answers.
    if (changed.some(({ row }) => !seen.has(row))) known.unsettle(cluster);
  }

  function isReadable(row: KnownRow): boolean {
    return row.readAgainAt <= clock.elapsed() && !writer.isUnderWay(row.job.id);
  }
}
