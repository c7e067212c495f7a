import type { Capacity } from '../lib/quantity.ts';

/** How much of it is taken; the words beside it say the same. */
export function CapacityBar({ capacity: { label, used, total, format } }: { capacity: Capacity }) {
  const share = Math.min(1, used / total);
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-ink-soft">{label}</span>
        <span className="text-xs text-ink-faint tabular-nums">
          {format(Math.max(0, total - used))} free of {format(total)}
        </span>
      </div>
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-line">
        <div
          className={`h-full rounded-full ${share > 0.9 ? 'bg-pending' : 'bg-accent'}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
