import { JOB_STATES, type JobState } from '../../contract/states.ts';
import { directionOf } from './curves.ts';

/** What the Jobs page asks the server for. All of it stands in the URL, so that a view can be kept, shared and reloaded. */
export interface JobFilters {
  readonly q: string;
  readonly state: JobState | '';
  readonly reason: string;
  readonly owner: string;
  readonly namespace: string;
  readonly algorithm: string;
  readonly cluster: string;
  /** 'true': only those that somebody should look at. */
  readonly attention: 'true' | '';
  readonly sort: string;
}

export const SORTS = [
  { column: 'createdAt', label: 'Age' },
  { column: 'updatedAt', label: 'Last change' },
  { column: 'jobName', label: 'Name' },
  { column: 'priority', label: 'Priority' },
  { column: 'status', label: 'State' },
] as const;
/** A number that trainings tell, by its name: "metric:loss". */
const BY_METRIC = 'metric:';
export type SortColumn = (typeof SORTS)[number]['column'] | `${typeof BY_METRIC}${string}`;

export const byMetric = (name: string): SortColumn => `${BY_METRIC}${name}`;

/** Of a sort by a number its name. */
export const metricOf = (sort: string): string | null => {
  const { column } = sortOf(sort);
  return column.startsWith(BY_METRIC) && column !== BY_METRIC ? column.slice(BY_METRIC.length) : null;
};

export const NEWEST_FIRST = '-createdAt';

export const NO_FILTERS: JobFilters = {
  q: '',
  state: '',
  reason: '',
  owner: '',
  namespace: '',
  algorithm: '',
  cluster: '',
  attention: '',
  sort: NEWEST_FIRST,
};

export const readFilters = (search: URLSearchParams): JobFilters => {
  const said = (name: string): string => search.get(name) ?? '';
  const sort = said('sort');
  return {
    q: said('q'),
    // Addresses that were kept before cancelled and suspended jobs had states of their own say "status".
    state: JOB_STATES.find((known) => known === (said('state') || said('status'))) ?? '',
    reason: said('reason'),
    owner: said('owner'),
    namespace: said('namespace'),
    algorithm: said('algorithm'),
    cluster: said('cluster'),
    attention: said('attention') === 'true' ? 'true' : '',
    sort: isSort(sort) ? sort : NEWEST_FIRST,
  };
};

const isSort = (sort: string): boolean =>
  metricOf(sort) !== null || SORTS.some(({ column }) => column === sortOf(sort).column);

/** Only what differs from the plain list, so that its URL stays plain. */
export const writeFilters = (filters: JobFilters): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== '' && !(name === 'sort' && value === NEWEST_FIRST)) search.set(name, value);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
};

export const isFiltered = (filters: JobFilters): boolean => writeFilters({ ...filters, sort: NEWEST_FIRST }) !== '';

export const sortOf = (sort: string): { column: string; descending: boolean } =>
  sort.startsWith('-') ? { column: sort.slice(1), descending: true } : { column: sort, descending: false };

/** The first press sorts a column the way one usually wants it, the second turns it round. */
export const nextSort = (current: string, column: SortColumn): string => {
  const now = sortOf(current);
  if (now.column === column) return now.descending ? column : `-${column}`;
  return usualSort(column);
};

/** Numbers with the best first, as far as their name tells which that is. */
export const usualSort = (column: SortColumn): string => {
  const metric = metricOf(column);
  const isRising = metric === null ? ['jobName', 'status'].includes(column) : directionOf(metric) !== 'up';
  return isRising ? column : `-${column}`;
};
