import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ListedJob } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { type ColumnName, fittingColumns } from '../../lib/columns.ts';
import { type JobFilters, metricOf } from '../../lib/filters.ts';
import { useMedia } from '../../lib/media.ts';
import { useWindowWidth } from '../../lib/width.ts';
import { LOSS, PHONE_TRACKS, ROW_HEIGHT, tracksOf } from './columns.tsx';
import { JobRow } from './job-row.tsx';
import { TableHeader } from './table-header.tsx';
import { useFreshUse } from './use-job-list.ts';
import { useRowKeys } from './use-row-keys.ts';

/** Rows left below the last one in view when more are asked for. */
const LOAD_AHEAD = 60;

export function JobTable({
  chosenColumns,
  places,
  jobs,
  total,
  filters,
  onSort,
  selected,
  onSelect,
  more,
}: {
  chosenColumns: readonly ColumnName[];
  /** In the queue, by the job's id. */
  places: ReadonlyMap<string, number>;
  jobs: readonly ListedJob[];
  /** When all have been loaded. */
  total: number | undefined;
  filters: JobFilters;
  onSort: (sort: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  more: { has: boolean; failed: boolean; load: () => unknown };
}) {
  const { sort } = filters;
  const body = useRef<HTMLDivElement>(null);
  const phone = useMedia('(max-width: 39.99rem)');
  const height = phone ? ROW_HEIGHT.phone : ROW_HEIGHT.wide;
  const width = useWindowWidth();
  const columns = useMemo(() => (phone ? [] : fittingColumns(chosenColumns, width)), [phone, chosenColumns, width]);
  useFreshUse(filters, columns.includes('use'));
  const metric = metricOf(sort) ?? LOSS;
  const tracks = phone ? PHONE_TRACKS : tracksOf(columns);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), []);

  /** The row with the focus stays in the page however far one scrolls: a focus must not vanish. */
  const [focused, setFocused] = useState<number | null>(null);
  const virtualizer = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => jobs[index]?.id ?? index,
    rangeExtractor: (range) => {
      const rows = defaultRangeExtractor(range);
      if (focused === null || focused >= jobs.length || rows.includes(focused)) return rows;
      return focused < (rows[0] ?? 0) ? [focused, ...rows] : [...rows, focused];
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies(height): the virtualizer remembers sizes until told
  useEffect(() => virtualizer.measure(), [virtualizer, height]);

  const rows = virtualizer.getVirtualItems();
  const last = virtualizer.range?.endIndex ?? 0;
  const { has, failed, load } = more;
  useEffect(() => {
    if (has && !failed && last >= jobs.length - LOAD_AHEAD) load();
  }, [has, failed, load, last, jobs.length]);

  const anchor = useRef(0);
  const state = useRef({ jobs, selected });
  state.current = { jobs, selected };
  const toggle = useCallback(
    (id: string, index: number, range: boolean) => {
      const next = new Set(state.current.selected);
      const on = !next.has(id);
      const [from, to] = range ? [Math.min(anchor.current, index), Math.max(anchor.current, index)] : [index, index];
      for (const job of state.current.jobs.slice(from, to + 1)) {
        if (on) next.add(job.id);
        else next.delete(job.id);
      }
      anchor.current = index;
      onSelect(next);
    },
    [onSelect],
  );
  const onKeyDown = useRowKeys({ body, virtualizer, count: jobs.length, setFocused });

  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed by position, which table elements cannot be
    <div role="table" aria-label="Jobs" aria-rowcount={total === undefined ? -1 : total + 1}>
      <TableHeader
        columns={columns}
        metric={metric}
        tracks={tracks}
        jobs={jobs}
        sort={sort}
        onSort={onSort}
        selected={selected}
        onSelect={onSelect}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div
        ref={body}
        role="rowgroup"
        className="relative"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
        onFocus={(event) => setFocused(indexOf(event.target))}
        onBlur={() => setFocused(null)}
      >
        {rows.map((row) => {
          const job = jobs[row.index];
          return (
            job && (
              <JobRow
                key={row.key}
                job={job}
                index={row.index}
                top={row.start - offset}
                height={height}
                columns={columns}
                metric={metric}
                isByMetric={metricOf(sort) !== null}
                tracks={tracks}
                place={places.get(job.id)}
                selected={selected.has(job.id)}
                onToggle={toggle}
              />
            )
          );
        })}
      </div>
      <TableFoot shown={jobs.length} more={more} />
    </div>
  );
}

const indexOf = (element: Element): number | null => {
  const index = element.closest('[data-index]')?.getAttribute('data-index');
  return index == null ? null : Number(index);
};

function TableFoot({ shown, more }: { shown: number; more: { has: boolean; failed: boolean; load: () => unknown } }) {
  return (
    <p className="flex items-center justify-center gap-3 px-4 py-3 text-xs text-ink-faint">
      {more.failed ? (
        <>
          The next jobs could not be loaded. <Button onClick={() => more.load()}>Try again</Button>
        </>
      ) : more.has ? (
        `${shown.toLocaleString()} jobs loaded, more below ...`
      ) : (
        `${shown.toLocaleString()} ${shown === 1 ? 'job' : 'jobs'}, that is all`
      )}
    </p>
  );
}
