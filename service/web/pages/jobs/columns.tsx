import type { ReactNode } from 'react';
import type { ListedJob } from '../../api/types.ts';
import { Sparkline } from '../../components/sparkline.tsx';
import { Age, RunTime } from '../../components/time.tsx';
import { COLUMN_WIDTHS, type ColumnName } from '../../lib/columns.ts';
import { numberText } from '../../lib/curves.ts';
import { byMetric, type SortColumn } from '../../lib/filters.ts';
import { shownUse } from '../../lib/utilisation.ts';

export interface Column {
  readonly label: string;
  readonly sort?: SortColumn;
  /** Numbers and times stand to the right and keep their width; words share what is left. */
  readonly toTheRight?: true;
  /** `metric` is the number that is shown in the column for one. */
  cell(job: ListedJob, metric: string): ReactNode;
}

const none = (text: string): ReactNode => <span className="text-ink-faint">{text}</span>;

/** The number that is shown unless the list is in the order of another. */
export const LOSS = 'loss';

/** What the training told of it last; null: nothing. */
export const numberOf = ({ progress }: ListedJob, metric: string): string | null => {
  const value = metric === LOSS ? progress?.loss : progress?.metrics?.[metric];
  return value == null ? null : numberText(value);
};

export const COLUMNS: Record<ColumnName, Column> = {
  owner: { label: 'Owner', cell: (job) => job.createdBy ?? none('unknown') },
  namespace: { label: 'Namespace', cell: (job) => job.namespace },
  algorithm: { label: 'Algorithm', cell: (job) => job.algorithm },
  cluster: { label: 'Cluster', cell: (job) => job.clusters.join(', ') || none('not placed') },
  loss: {
    label: 'Loss',
    toTheRight: true,
    cell: (job, metric) => {
      const text = numberOf(job, metric);
      return text === null ? null : (
        <span className="flex items-center justify-end gap-2">
          {metric === LOSS && job.spark && <Sparkline values={job.spark} />}
          {text}
        </span>
      );
    },
  },
  use: {
    label: 'Use',
    toTheRight: true,
    cell: (job) => {
      const text = shownUse(job);
      const isIdle = (job.utilisation?.idleGpus ?? 0) > 0;
      return text === null ? null : <span className={isIdle ? 'text-failed' : ''}>{text}</span>;
    },
  },
  priority: { label: 'Priority', sort: 'priority', toTheRight: true, cell: (job) => job.priority.toLocaleString() },
  age: { label: 'Age', sort: 'createdAt', toTheRight: true, cell: (job) => <Age at={job.createdAt} /> },
  duration: {
    label: 'Duration',
    toTheRight: true,
    cell: (job) => <RunTime job={job} />,
  },
};

/** What stands above a column, and what a press on it sorts by. */
export const headingOf = (name: ColumnName, metric: string): { label: string; sort: SortColumn | undefined } => {
  const { label, sort } = COLUMNS[name];
  if (name !== 'loss') return { label, sort };
  return { label: metric === LOSS ? label : metric, sort: byMetric(metric) };
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
