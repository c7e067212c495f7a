import { FilterX, Plus, Rocket } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useMe } from '../../api/me.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { isFiltered, type JobFilters, NO_FILTERS, readFilters, writeFilters } from '../../lib/filters.ts';
import { mayChangeSome } from '../../lib/permissions.ts';
import { JobFilterBar } from './job-filter-bar.tsx';
import { JobTable } from './job-table.tsx';
import { NewJobsButton } from './new-jobs-button.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { StatusCounts } from './status-counts.tsx';
import { useJobList, useSummary } from './use-job-list.ts';

const NONE: ReadonlySet<string> = new Set();

export function JobsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
  const [selected, setSelected] = useState(NONE);
  const { list, jobs, newCount, showNew } = useJobList(filters);
  const summary = useSummary(filters);
  const me = useMe().data;

  const setFilters = useCallback(
    (change: Partial<JobFilters>, replace = false) => {
      // What can no longer be seen must not be acted upon.
      setSelected(NONE);
      navigate(`/${writeFilters({ ...readFilters(new URLSearchParams(location.search)), ...change })}`, { replace });
    },
    [navigate],
  );
  const chosen = useMemo(() => jobs.filter((job) => selected.has(job.id)), [jobs, selected]);

  return (
    <Page title="Jobs">
      <StatusCounts summary={summary.data} status={filters.status} onChange={(status) => setFilters({ status })} />
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
            jobs={jobs}
            total={list.hasNextPage ? undefined : jobs.length}
            sort={filters.sort}
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
          <Notice
            icon={Rocket}
            title="No jobs yet"
            action={
              mayChangeSome(me) && (
                <ButtonLink href="/new" variant="primary" icon={Plus}>
                  New job
                </ButtonLink>
              )
            }
          >
            Jobs that you or others submit appear here as soon as they are accepted.
          </Notice>
        )}
      </div>
      <SelectionBar jobs={chosen} onClear={() => setSelected(NONE)} />
    </Page>
  );
}
