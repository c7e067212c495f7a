import { KINDS } from '../contract.ts';
import type { ClusterState, JobKind } from '../jobs/job.ts';
import { fromBatchJob, fromRayJob, printCells, type StateCells } from '../jobs/state/index.ts';
import type { Karmada } from '../karmada/karmada.ts';
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

export interface ChangedRow {
  readonly row: KnownRow;
  readonly columns: StateCells;
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
    const columns = printCells(kind, tableRow.cells);
    if (columns !== row.columns) changed.push({ row, columns });
  }
  const missing = shown === known.size ? [] : [...known.values()].filter((row) => row.shownIn !== answerNumber);
  return { changed, missing };
}

/** The whole object, for what the columns do not say: reason, message, times. */
export const fetchObject = (karmada: Karmada, row: KnownRow, timeoutMs: number): Promise<KubeObject | undefined> =>
  karmada.member(row.cluster).get(referenceOf(row.job), { timeoutMs });
