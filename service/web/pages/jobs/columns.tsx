import type { ReactNode } from 'react';
import type { ListedJob } from '../../api/types.ts';
import { Sparkline } from '../../components/sparkline.tsx';
import { Age, RunTime } from '../../components/time.tsx';
import { COLUMN_WIDTHS, type ColumnName } from '../../lib/columns.ts';
import { numberText } from '../../lib/curves.ts';
import type { SortColumn } from '../../lib/filters.ts';

export interface Column {
  readonly label: string;
  readonly sort?: SortColumn;
  /** Numbers and times stand to the right and keep their width; words share what is left. */
  readonly toTheRight?: true;
  cell(job: ListedJob): ReactNode;
}

const none = (text: string): ReactNode => <span className="text-ink-faint">{text}</span>;

export const COLUMNS: Record<ColumnName, Column> = {
  owner: { label: 'Owner', cell: (job) => job.createdBy ?? none('unknown') },
  namespace: { label: 'Namespace', cell: (job) => job.namespace },
  algorithm: { label: 'Algorithm', cell: (job) => job.algorithm },
  cluster: { label: 'Cluster', cell: (job) => job.clusters.join(', ') || none('not placed') },
  loss: {
    label: 'Loss',
    sort: 'metric:loss',
    toTheRight: true,
    cell: ({ progress, spark }) =>
      progress?.loss == null ? null : (
        <span className="flex items-center justify-end gap-2">
          {spark && <Sparkline values={spark} />}
          {numberText(progress.loss)}
        </span>
      ),
  },
  priority: { label: 'Priority', sort: 'priority', toTheRight: true, cell: (job) => job.priority.toLocaleString() },
  age: { label: 'Age', sort: 'createdAt', toTheRight: true, cell: (job) => <Age at={job.createdAt} /> },
  duration: {
    label: 'Duration',
    toTheRight: true,
    cell: (job) => <RunTime job={job} />,
  },
};

/** The tracks of the header and of every row: a checkbox, name, state, and the columns that there are. */
export const tracksOf = (columns: readonly ColumnName[]): string =>
  [
    '1.25rem minmax(9rem,2fr) minmax(8rem,1.6fr)',
    ...columns.map((name) =>
      COLUMNS[name].toTheRight ? `${COLUMN_WIDTHS[name]}rem` : `minmax(${COLUMN_WIDTHS[name] - 1}rem,1fr)`,
    ),
  ].join(' ');

/** Two lines a job, all in the name's and the state's cells. */
export const PHONE_TRACKS = '1.25rem minmax(0,1fr) auto';

export const ROW = 'grid items-center gap-x-4 px-4';

/** Fixed, so that ten thousand rows need no measuring. */
export const ROW_HEIGHT = { wide: 52, phone: 76 } as const;
