import { Link } from 'wouter';
import { allLost, hoursLost, hoursText, percentText, type Team, type Unit, WASTES } from '../../lib/goodput.ts';
import { HoursBar } from './hours-bar.tsx';

/** A row a team, those first that used most. What nothing was lost to has no column. */
export function TeamsTable({ teams, unit }: { teams: readonly Team[]; unit: Unit }) {
  const inOrder = teams.toSorted((a, b) => b[unit] - a[unit] || a.namespace.localeCompare(b.namespace));
  const most = inOrder[0]?.[unit] ?? 0;
  const wastes = WASTES.filter(({ waste }) => teams.some((team) => hoursLost(team, waste, unit) > 0));
  return (
    <section
      aria-label="By team"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="card overflow-x-auto"
    >
      <table className="w-full text-left">
        <thead className="text-xs text-ink-soft">
          <tr className="h-11">
            <th scope="col" className="sticky left-0 bg-surface px-4 font-medium">
              Team
            </th>
            <th scope="col" className="w-1/4 px-3 font-medium max-lg:hidden">
              <span className="sr-only">Shares</span>
            </th>
            <Heading>Jobs</Heading>
            <Heading>{unit === 'gpuHours' ? 'GPU hours' : 'CPU hours'}</Heading>
            <Heading>Lost</Heading>
            {wastes.map(({ waste, label }) => (
              <Heading key={waste}>{label}</Heading>
            ))}
            <Heading>Goodput</Heading>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {inOrder.map((team) => (
            <tr key={team.namespace} className="h-12 border-t border-line">
              <th scope="row" className="sticky left-0 bg-surface px-4 font-medium">
                <Link
                  href={`/?namespace=${encodeURIComponent(team.namespace)}`}
                  className="link inline-flex min-h-6 items-center"
                >
                  {team.namespace}
                </Link>
              </th>
              <td className="px-3 max-lg:hidden">
                <HoursBar team={team} unit={unit} of={most} />
              </td>
              <Cell>{team.jobs.toLocaleString()}</Cell>
              <Cell>{hoursText(team[unit])}</Cell>
              <Cell>{lostText(team, unit)}</Cell>
              {wastes.map(({ waste }) => (
                <Cell key={waste}>{orDash(hoursLost(team, waste, unit), hoursText)}</Cell>
              ))}
              <Cell>{team.goodput === null ? '–' : percentText(team.goodput)}</Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const orDash = (value: number, text: (value: number) => string): string => (value > 0 ? text(value) : '–');

const lostText = (team: Team, unit: Unit): string => {
  const lost = allLost(team, unit);
  return team[unit] > 0 ? orDash(lost, (hours) => `${hoursText(hours)} (${percentText(hours / team[unit])})`) : '–';
};

const Heading = ({ children }: { children: string }) => (
  <th scope="col" className="px-3 text-right font-medium whitespace-nowrap last:pr-4">
    {children}
  </th>
);

const Cell = ({ children }: { children: string }) => (
  <td className="px-3 text-right whitespace-nowrap text-ink-soft last:pr-4">{children}</td>
);
