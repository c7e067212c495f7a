import type { ReactNode } from 'react';

/** How curves are looked at. */
export interface View {
  readonly by: 'time' | 'step';
  readonly log: boolean;
  /** 0: as they are. */
  readonly smoothing: number;
  readonly table: boolean;
}

export const FIRST_VIEW: View = { by: 'step', log: false, smoothing: 0, table: false };

export function CurveControls({
  view,
  hasSteps,
  onChange,
  children,
}: {
  view: View;
  hasSteps: boolean;
  onChange: (view: View) => void;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-ink-soft">
      {hasSteps && (
        <label className="flex items-center gap-2">
          Over
          <select
            className="control w-auto"
            value={view.by}
            onChange={({ target }) => onChange({ ...view, by: target.value === 'time' ? 'time' : 'step' })}
          >
            <option value="step">steps</option>
            <option value="time">time</option>
          </select>
        </label>
      )}
      <label className="flex min-h-8 items-center gap-2">
        Smoothing
        <input
          type="range"
          min={0}
          max={0.95}
          step={0.05}
          value={view.smoothing}
          onChange={({ target }) => onChange({ ...view, smoothing: Number(target.value) })}
          className="w-28 accent-accent"
        />
        <span aria-hidden className="w-9 tabular-nums">
          {view.smoothing === 0 ? 'off' : view.smoothing.toFixed(2)}
        </span>
      </label>
      <Switch label="Logarithmic" on={view.log} onChange={(log) => onChange({ ...view, log })} />
      <Switch label="As a table" on={view.table} onChange={(table) => onChange({ ...view, table })} />
      {children}
    </div>
  );
}

function Switch({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input
        type="checkbox"
        checked={on}
        onChange={({ target }) => onChange(target.checked)}
        className="size-5 accent-accent"
      />
      {label}
    </label>
  );
}
