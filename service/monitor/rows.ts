import { type ClusterState, type JobKind, WORKLOADS } from '../jobs/job.ts';
import { type ProgressCells, printProgress, progressOf, type TrainingProgress } from '../jobs/progress.ts';
import {
  fromBatchJob,
  fromRayJob,
  fromRayJobCells,
  fromTrainingJob,
  NO_CELLS,
  printCells,
} from '../jobs/state/index.ts';
import type { KubeObject, ObjectReference } from '../kube/kube.ts';
import type { TableRow } from '../kube/table.ts';
import type { Observation } from './decide.ts';
import type { KnownRow } from './known-jobs.ts';

// What is known of a job on a cluster, against what the cluster shows of it.

export const referenceOf = ({ kind, namespace, objectName }: KnownRow['job']): ObjectReference => ({
  apiVersion: WORKLOADS[kind].apiVersion,
  kind,
  namespace,
  name: objectName,
});

/** A row that differs from what is known, with what the Table has of it now. */
export interface ChangedRow {
  readonly row: KnownRow;
  readonly cells: TableRow['cells'];
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
    if (printCells(kind, tableRow.cells) !== row.columns) changed.push({ row, cells: tableRow.cells });
  }
  const missing = shown === known.size ? [] : [...known.values()].filter((row) => row.shownIn !== answerNumber);
  return { changed, missing };
}

/** What a row of a Table of that version, or a whole object, tells anew of how far a training is. */
export function progressIn(row: KnownRow, cells: ProgressCells, version: number): TrainingProgress | undefined {
  if (row.job.kind !== 'TrainingJob' || version < row.progressVersion) return undefined;
  const printed = printProgress(cells);
  if (printed === row.progress) return undefined;
  row.progress = printed;
  row.progressVersion = version;
  return progressOf(cells);
}

/** What the Table, of that version, says alone of a changed row; nothing when its object must be read. */
export function readFromTable({ row, cells }: ChangedRow, tableVersion: string): Observation | undefined {
  const state = row.job.kind === 'RayJob' ? fromRayJobCells(cells) : undefined;
  // A cache that lags behind what was seen cannot be told from a step back, but by the version of the object.
  const version = Number(tableVersion);
  if (!state || Number.isNaN(version) || version < row.resourceVersion) return undefined;
  row.columns = state.columns;
  // Of its object it is not known more than that it is none newer.
  row.resourceVersion = version;
  return about(row, { what: 'state', state });
}

/** What an object says that was read because something of it changed. Nothing, when it is none newer than what was seen. */
export function readNow(row: KnownRow, object: KubeObject): Observation | undefined {
  const version = Number(object.metadata.resourceVersion ?? -1);
  if (version >= 0 && version <= row.resourceVersion) return undefined;
  const state = stateOf(row.job.kind, object);
  row.columns = state.columns;
  row.resourceVersion = version;
  return about(row, { what: 'state', state });
}

/** What an object says that came unasked, in a watch or a list of all: mostly what is known already. */
export function toldAgain(row: KnownRow, object: KubeObject): Observation | undefined {
  const { columns } = stateOf(row.job.kind, object);
  return columns !== row.columns || columns === NO_CELLS ? readNow(row, object) : undefined;
}

const STATE_OF = { RayJob: fromRayJob, Job: fromBatchJob, TrainingJob: fromTrainingJob };
const stateOf = (kind: JobKind, object: KubeObject): ClusterState => STATE_OF[kind](object);

type Unaddressed<O> = O extends unknown ? Omit<O, 'jobId' | 'cluster'> : never;
export const about = (row: KnownRow, what: Unaddressed<Observation>): Observation =>
  ({ jobId: row.job.id, cluster: row.cluster, ...what }) as Observation;
