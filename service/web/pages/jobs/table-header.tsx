import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ListedJob } from '../../api/types.ts';
import type { ColumnName } from '../../lib/columns.ts';
import { nextSort, type SortColumn, sortOf } from '../../lib/filters.ts';
import { COLUMNS, headingOf, ROW } from './columns.tsx';
import { SelectBox } from './select-box.tsx';

export function TableHeader({
  columns,
  metric,
  tracks,
  jobs,
  sort,
  onSort,
  selected,
  onSelect,
}: {
  columns: readonly ColumnName[];
  metric: string;
  tracks: string;
  jobs: readonly ListedJob[];
  sort: string;
  onSort: (sort: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
}) {
  const all = jobs.length > 0 && selected.size >= jobs.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed by position, which table elements cannot be
    <div role="rowgroup" className="sticky top-0 z-20 rounded-t-xl border-b border-line bg-surface">
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div
        role="row"
        aria-rowindex={1}
        tabIndex={-1}
        style={{ gridTemplateColumns: tracks }}
        className={`h-11 text-xs font-medium text-ink-soft ${ROW}`}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <div role="columnheader" tabIndex={-1} className="grid">
          <SelectBox
            label={`Select all ${jobs.length} loaded jobs`}
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = selected.size > 0 && !all;
            }}
            onChange={() => onSelect(all ? new Set() : new Set(jobs.map((job) => job.id)))}
          />
        </div>
        <Heading label="Name" by="jobName" sort={sort} onSort={onSort} />
        <Heading label="State" by="status" sort={sort} onSort={onSort} />
        {columns.map((name) => {
          const { label, sort: by } = headingOf(name, metric);
          const { toTheRight } = COLUMNS[name];
          return <Heading key={name} label={label} by={by} toTheRight={toTheRight} sort={sort} onSort={onSort} />;
        })}
      </div>
    </div>
  );
}

function Heading({
  label,
  by,
  toTheRight = false,
  sort,
  onSort,
}: {
  label: string;
  by: SortColumn | undefined;
  toTheRight?: boolean | undefined;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const now = sortOf(sort);
  const sorted = by !== undefined && now.column === by;
  const Arrow = now.descending ? ArrowDown : ArrowUp;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    <div
      role="columnheader"
      tabIndex={-1}
      aria-sort={sorted ? (now.descending ? 'descending' : 'ascending') : undefined}
      className={`min-w-0 truncate ${toTheRight ? 'text-right' : ''}`}
    >
      {by === undefined ? (
        label
      ) : (
        <button
          type="button"
          onClick={() => onSort(nextSort(sort, by))}
          className={`-mx-1.5 inline-flex min-h-7 items-center gap-1 rounded-md px-1.5 hover:bg-hover hover:text-ink ${sorted ? 'text-ink' : ''}`}
        >
          {label}
          {sorted && <Arrow aria-hidden className="size-3.5" />}
        </button>
      )}
    </div>
  );
}
