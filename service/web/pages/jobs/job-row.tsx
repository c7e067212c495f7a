import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { ListedJob } from '../../api/types.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { Age } from '../../components/time.tsx';
import { UnreachableMark } from '../../components/unreachable.tsx';
import type { ColumnName } from '../../lib/columns.ts';
import { isFinished, jobState, needsAttention, reasonLabel } from '../../lib/job-state.ts';
import { progressOf } from '../../lib/progress.ts';
import { COLUMNS, numberOf, ROW } from './columns.tsx';
import { SelectBox } from './select-box.tsx';

interface RowProps {
  job: ListedJob;
  index: number;
  top: number;
  height: number;
  columns: readonly ColumnName[];
  /** The number in the column for one. */
  metric: string;
  /** The list is in its order: it is told where there are no columns, too. */
  isByMetric: boolean;
  tracks: string;
  /** In the queue, while it waits there. */
  place: number | undefined;
  selected: boolean;
  onToggle: (id: string, index: number, range: boolean) => void;
}

/** One job. The name's link covers the whole row; the checkbox lies above it. */
export const JobRow = memo(function JobRow(row: RowProps) {
  const { job, index, top, height, columns, metric, isByMetric, tracks, place, selected, onToggle } = row;
  const state = jobState(job);
  const trouble = job.attention && !isFinished(job.status) ? reasonLabel(job.attention.reason) : '';
  const detail = [state.detail, trouble === state.detail ? '' : trouble, place && `number ${place.toLocaleString()}`]
    .filter(Boolean)
    .join(', ');
  const stuck = needsAttention(job);
  const detailTone = stuck ? 'text-failed' : 'text-ink-soft';
  const cluster = job.clusters.join(', ');
  const number = isByMetric ? numberOf(job, metric) : null;
  const summary = [number && `${metric} ${number}`, job.algorithm, cluster, job.createdBy].filter(Boolean).join(' · ');
  const progress = progressOf(job);
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed by position, which table elements cannot be
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      tabIndex={-1}
      style={{ height, transform: `translateY(${top}px)`, gridTemplateColumns: tracks }}
      className={`absolute inset-x-0 top-0 border-b border-line ${selected ? 'bg-selected' : 'hover:bg-hover'} ${ROW}`}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
      <div role="cell" tabIndex={-1} className="relative z-10 grid">
        <SelectBox
          label={`Select ${job.jobName}`}
          checked={selected}
          onChange={(event) => onToggle(job.id, index, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
      <div role="cell" tabIndex={-1} className="grid min-w-0 gap-0.5">
        <Link
          href={`/jobs/${job.id}`}
          className="truncate font-medium after:absolute after:inset-0 after:content-[''] focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {job.jobName}
        </Link>
        <span className="truncate text-xs text-ink-faint">
          <span className="max-sm:hidden">{job.id}</span>
          <span className="sm:hidden">{summary}</span>
        </span>
        {detail && <span className={`truncate text-xs sm:hidden ${detailTone}`}>{detail}</span>}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see the row */}
      <div
        role="cell"
        tabIndex={-1}
        title={job.message || undefined}
        className="grid min-w-0 justify-items-start gap-0.5 max-sm:justify-items-end max-sm:gap-1"
      >
        <span className="flex items-center gap-2">
          <StateBadge job={job} />
          <UnreachableMark job={job} />
          {stuck && <TriangleAlert aria-hidden className="size-4 shrink-0 text-failed" />}
        </span>
        {detail && <span className={`max-w-full truncate text-xs max-sm:hidden ${detailTone}`}>{detail}</span>}
        {!detail && progress && <ProgressBar progress={progress} className="w-full max-w-44 max-sm:w-28" />}
        <span className="text-xs text-ink-faint sm:hidden">
          <Age at={job.createdAt} suffix=" ago" />
        </span>
      </div>
      {columns.map((name) => (
        // biome-ignore lint/a11y/useSemanticElements: see the row
        <div
          key={name}
          role="cell"
          tabIndex={-1}
          className={`truncate text-ink-soft ${COLUMNS[name].toTheRight ? 'text-right tabular-nums' : ''}`}
        >
          {COLUMNS[name].cell(job, metric)}
        </div>
      ))}
    </div>
  );
});
