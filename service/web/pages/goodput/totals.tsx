import type { ReactNode } from 'react';
import { allLost, hoursText, percentText, sharesOf, type Unit, type Work } from '../../lib/goodput.ts';
import { plural } from '../../lib/text.ts';
import { HoursBar } from './hours-bar.tsx';

/** All teams together: the hours, what of them was lost and to what, and what was done again. */
export function Totals({ all, unit }: { all: Work; unit: Unit }) {
  const hours = all[unit];
  const lost = allLost(all, unit);
  return (
    <section aria-label="All teams" className="card grid gap-4 p-4 sm:p-5">
      <dl className="grid gap-x-8 gap-y-4 sm:grid-cols-3">
        <Total name={unit === 'gpuHours' ? 'GPU hours' : 'CPU hours'} value={hoursText(hours)}>
          {plural(all.jobs, 'job')}, {plural(all.attempts, 'attempt')}
        </Total>
        <Total name="Lost" value={hoursText(lost)}>
          {hours > 0 ? `${percentText(lost / hours)} of the hours` : 'nothing was used'}
        </Total>
        <Total name="Goodput" value={all.goodput === null ? '–' : percentText(all.goodput)}>
          {all.goodput === null ? 'no training told of its steps' : 'of the steps that were run are kept'}
        </Total>
      </dl>
      <HoursBar team={all} unit={unit} of={hours} />
      <ul aria-label="What the hours went to" className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-soft">
        <Part colour="bg-accent" label="Came to something" hours={hours - lost} />
        {sharesOf(all, unit).map(({ waste, ...part }) => (
          <Part key={waste} {...part} />
        ))}
      </ul>
    </section>
  );
}

function Total({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-faint">{name}</dt>
      <dd>
        <span className="block text-2xl font-semibold tabular-nums">{value}</span>
        <span className="text-ink-soft">{children}</span>
      </dd>
    </div>
  );
}

function Part({ colour, label, hours }: { colour: string; label: string; hours: number }) {
  return (
    <li className="flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-full ${colour}`} />
      {label} <span className="tabular-nums">{hoursText(Math.max(0, hours))}</span>
    </li>
  );
}
