import { JOB_STATES, type JobState } from '../../contract/states.ts';

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
  { column: 'metric:loss', label: 'Loss' },
] as const;
export type SortColumn = (typeof SORTS)[number]['column'];

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
    sort: SORTS.some(({ column }) => sort === column || sort === `-${column}`) ? sort : NEWEST_FIRST,
  };
};

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

export const usualSort = (column: SortColumn): string =>
  ['jobName', 'status', 'metric:loss'].includes(column) ? column : `-${column}`;
