import { allLost, sharesOf, type Unit, type Work } from '../../lib/goodput.ts';

/** What of some hours came to something, and what the rest went to; the table beside it says the same in numbers. */
export function HoursBar({ team, unit, of }: { team: Work; unit: Unit; of: number }) {
  const width = (hours: number): string => `${of > 0 ? (100 * hours) / of : 0}%`;
  return (
    <div aria-hidden className="flex h-2.5 min-w-24 overflow-hidden rounded-full bg-line">
      <div className="bg-accent" style={{ width: width(team[unit] - allLost(team, unit)) }} />
      {sharesOf(team, unit).map(({ waste, colour, hours }) => (
        <div key={waste} className={`min-w-0.5 ${colour}`} style={{ width: width(hours) }} />
      ))}
    </div>
  );
}
