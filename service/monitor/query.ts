import { KINDS } from '../contract.ts';
import type { ClusterState, JobKind } from '../jobs/job.ts';
import { fromBatchJob, fromRayJob } from '../jobs/state/index.ts';
import { type Karmada, TABLE_COLUMNS } from '../karmada/karmada.ts';
import type { KubeObject, ObjectReference } from '../kube/kube.ts';
import type { TableRow } from '../kube/table.ts';
import type { KnownRow } from './knownJobs.ts';

const KIND = { RayJob: KINDS.rayJob, Job: KINDS.job } as const satisfies Record<JobKind, object>;

export const referenceOf = ({ kind, namespace, objectName }: KnownRow['job']): ObjectReference => ({
  apiVersion: KIND[kind].apiVersion,
  kind,
  namespace,
  name: objectName,
});

export const stateOf = (kind: JobKind, object: KubeObject): ClusterState =>
  kind === 'RayJob' ? fromRayJob(object) : fromBatchJob(object);

/** The state columns in one string: two answers that print the same say the same. */
export function columnsOf(kind: JobKind, { cells }: TableRow): string {
  let columns = '';
  for (const column of TABLE_COLUMNS[kind]) columns += `${cells[column] ?? ''}|`;
  return columns;
}

export interface ChangedRow {
  readonly row: KnownRow;
  readonly columns: string;
}

/** One cluster's answer for one kind against what is known: usually nothing changed and nothing is missing. */
export function compare(
  kind: JobKind,
  rows: readonly TableRow[],
  known: ReadonlyMap<string, KnownRow>,
  answerNumber: number,
): { changed: ChangedRow[]; missing: KnownRow[] } {
  const changed: ChangedRow[] = [];
  let shown = 0;
  for (const tableRow of rows) {
    const row = known.get(tableRow.name);
    // A finished job that is still in the cluster, or one that dispatch placed a moment ago.
    if (!row) continue;
    shown += 1;
    row.shownIn = answerNumber;
    row.gone = null;
    const columns = columnsOf(kind, tableRow);
    if (columns !== row.columns) changed.push({ row, columns });
  }
  const missing = shown === known.size ? [] : [...known.values()].filter((row) => row.shownIn !== answerNumber);
  return { changed, missing };
}

/** The whole object, for what the columns do not say: reason, message, times. */
export const fetchObject = (karmada: Karmada, row: KnownRow, timeoutMs: number): Promise<KubeObject | undefined> =>
  karmada.member(row.cluster).get(referenceOf(row.job), { timeoutMs });
