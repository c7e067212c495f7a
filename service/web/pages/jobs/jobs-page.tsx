import { FilterX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useClusters, useQueue } from '../../api/lists.ts';
import type { ListedJob } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { type ColumnName, readColumns, writeColumns } from '../../lib/columns.ts';
import { isFiltered, type JobFilters, NO_FILTERS, readFilters, writeFilters } from '../../lib/filters.ts';
import { waitsToBeSent } from '../../lib/job-state.ts';
import { localStore } from '../../lib/storage.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { JobFilterBar } from './job-filter-bar.tsx';
import { JobTable } from './job-table.tsx';
import { NewJobsButton } from './new-jobs-button.tsx';
import { NoJobsYet } from './no-jobs-yet.tsx';
import { SavedViews } from './saved-views.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { StateCounts } from './state-counts.tsx';
import { useJobList, useSummary } from './use-job-list.ts';

const NONE: ReadonlySet<string> = new Set();
/** Selected at once: all of them have to be loaded, since each is named. */
const MAX_SELECTED = 10_000;

export function JobsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
  const [selected, setSelected] = useState(NONE);
  const { list, jobs, newCount, showNew } = useJobList(filters);
  const summary = useSummary(filters);
  // For when the service is away: the page of clusters then has what was last known.
  useClusters();

  const setFilters = useCallback(
    (change: Partial<JobFilters>, replace = false) => {
      // What can no longer be seen must not be acted upon.
      setSelected(NONE);
      const before = new URLSearchParams(location.search);
      navigate(`/${searchOf({ ...readFilters(before), ...change }, columnsOf(before))}`, { replace });
    },
    [navigate],
  );
  const columns = useMemo(() => columnsOf(new URLSearchParams(search)), [search]);
  const setColumns = (chosen: readonly ColumnName[]): void => {
    localStore.set(COLUMNS_KEY, chosen.join(','));
    navigate(`/${searchOf(filters, chosen)}`, { replace: true });
  };

  const queue = useQueue(jobs.some(waitsToBeSent)).data;
  const places = useMemo(() => new Map(queue?.jobs.map(({ id, position }) => [id, position])), [queue]);

  const [loadingAll, setLoadingAll] = useState(false);
  const selectAllMatching = async (): Promise<void> => {
    setLoadingAll(true);
    let all: readonly ListedJob[] = jobs;
    for (let more = list.hasNextPage; more && all.length < MAX_SELECTED; ) {
      const page = await list.fetchNextPage();
      all = page.data?.pages.flatMap((one) => one.jobs) ?? all;
      more = page.hasNextPage && !page.isFetchNextPageError;
    }
    setLoadingAll(false);
    setSelected(new Set(all.slice(0, MAX_SELECTED).map(({ id }) => id)));
  };
  const chosen = useMemo(() => jobs.filter((job) => selected.has(job.id)), [jobs, selected]);

  return (
    <Page
      title="Jobs"
      actions={
        <>
          <SavedViews search={searchOf(filters, columns)} />
          <ColumnsMenu chosen={columns} onChange={setColumns} />
        </>
      }
    >
      <StateCounts summary={summary.data} state={filters.state} onChange={(state) => setFilters({ state })} />
      <JobFilterBar filters={filters} onChange={setFilters} />
      <div className="card relative">
        <NewJobsButton
          count={newCount}
          onShow={() => {
            scrollTo({ top: 0 });
            void showNew();
          }}
        />
        {list.isPending ? (
          <Loading what="jobs" rows={10} />
        ) : jobs.length > 0 ? (
          <JobTable
            chosenColumns={columns}
            places={places}
            jobs={jobs}
            total={list.hasNextPage ? undefined : jobs.length}
            filters={filters}
            onSort={(sort) => setFilters({ sort })}
            selected={selected}
            onSelect={setSelected}
            more={{ has: list.hasNextPage, failed: list.isFetchNextPageError, load: list.fetchNextPage }}
          />
        ) : list.isError ? (
          <Failed what="The jobs" error={list.error} retry={() => void list.refetch()} />
        ) : isFiltered(filters) ? (
          <Notice
            icon={FilterX}
            title="No job matches these filters"
            action={<Button onClick={() => setFilters(NO_FILTERS)}>Clear the filters</Button>}
          >
            Search looks at names, ids, reasons and messages.
          </Notice>
        ) : (
          <NoJobsYet />
        )}
      </div>
      <SelectionBar
        jobs={chosen}
        allMatching={
          chosen.length === jobs.length && list.hasNextPage
            ? { select: () => void selectAllMatching(), busy: loadingAll }
            : undefined
        }
        onClear={() => setSelected(NONE)}
      />
    </Page>
  );
}

const COLUMNS_KEY = 'columns';
const columnsOf = (search: URLSearchParams) => readColumns(search, localStore.get(COLUMNS_KEY));

/** The address of a view: what is asked for, and what of it is shown. */
const searchOf = (filters: JobFilters, columns: readonly ColumnName[]): string => {
  const search = new URLSearchParams(writeFilters(filters));
  const said = writeColumns(columns);
  if (said !== '') search.set('columns', said);
  return search.size === 0 ? '' : `?${search}`;
};
