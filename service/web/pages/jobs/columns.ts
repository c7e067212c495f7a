import type { SortColumn } from '../../lib/filters.ts';

/** Which columns there are from which width on; narrower, their content joins the name's cell. */
export interface Column {
  readonly label: string;
  readonly sort?: SortColumn;
  readonly className: string;
}

export const COLUMNS: readonly Column[] = [
  { label: 'Name', sort: 'jobName', className: '' },
  { label: 'State', sort: 'status', className: '' },
  { label: 'Namespace', className: 'max-xl:hidden' },
  { label: 'Algorithm', className: 'max-lg:hidden' },
  { label: 'Cluster', className: 'max-md:hidden' },
  { label: 'Priority', sort: 'priority', className: 'max-xl:hidden text-right' },
  { label: 'Age', sort: 'createdAt', className: 'text-right' },
  { label: 'Duration', className: 'max-md:hidden text-right' },
];

/** The tracks of the header and of every row: a checkbox, then the columns that are there at that width. */
export const TRACKS = [
  'grid items-center gap-x-4 px-4',
  'grid-cols-[1.25rem_minmax(0,1fr)_auto]',
  'sm:grid-cols-[1.25rem_minmax(0,1.6fr)_minmax(0,1fr)_3.5rem]',
  'md:grid-cols-[1.25rem_minmax(0,1.6fr)_minmax(0,1.2fr)_minmax(0,0.8fr)_4rem_6.5rem]',
  'lg:grid-cols-[1.25rem_minmax(0,1.7fr)_minmax(0,1.3fr)_minmax(0,1fr)_minmax(0,0.9fr)_4rem_6.5rem]',
  'xl:grid-cols-[1.25rem_minmax(0,2fr)_minmax(0,1.6fr)_minmax(0,0.9fr)_minmax(0,1.1fr)_minmax(0,1fr)_5rem_4rem_6.5rem]',
].join(' ');

/** Fixed, so that ten thousand rows need no measuring. Phones show two lines a job. */
export const ROW_HEIGHT = { wide: 52, phone: 76 } as const;
