import { Segments } from '../../components/segments.tsx';
import { type ChosenPeriod, dayOf, momentsOf, USUAL_DAYS } from '../../lib/goodput.ts';

const LAST_DAYS = USUAL_DAYS.map((days) => [days, days === 1 ? '1 day' : `${days} days`] as const);

/** Of the last days, or of days that one names. */
export function PeriodChoice({ period, onChange }: { period: ChosenPeriod; onChange: (period: ChosenPeriod) => void }) {
  const now = new Date();
  const { from, to } = 'from' in period ? period : asDays(momentsOf(period, now));
  const change = (next: { from: string; to: string }): void => {
    if (next.from !== '' && next.to !== '') onChange(next.from <= next.to ? next : { from: next.to, to: next.from });
  };
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
      <Segments
        legend="The last days"
        options={LAST_DAYS}
        value={'days' in period ? period.days : null}
        onChange={(days) => onChange({ days })}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Day label="From" value={from} max={dayOf(now)} onChange={(day) => change({ from: day, to })} />
        <Day label="To" value={to} max={dayOf(now)} onChange={(day) => change({ from, to: day })} />
      </div>
    </div>
  );
}

const asDays = ({ from, to }: { from: Date; to: Date }) => ({ from: dayOf(from), to: dayOf(to) });

function Day({
  label,
  value,
  max,
  onChange,
}: {
  label: string;
  value: string;
  max: string;
  onChange: (day: string) => void;
}) {
  return (
    <label className="flex items-center gap-2 text-ink-soft">
      {label}
      <input
        type="date"
        value={value}
        max={max}
        onChange={({ target }) => onChange(target.value)}
        className="control w-auto"
      />
    </label>
  );
}
