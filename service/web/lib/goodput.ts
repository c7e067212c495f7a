import type { Goodput } from '../api/types.ts';

export type Team = Goodput['teams'][number];
/** Of a team, or of several together. */
export type Work = Pick<
  Team,
  'jobs' | 'attempts' | 'gpuHours' | 'cpuHours' | 'lost' | 'stepsRun' | 'stepsKept' | 'goodput'
>;
export type Unit = 'gpuHours' | 'cpuHours';
export type Waste = 'infrastructure' | 'preempted' | 'stalled' | 'oom' | 'failed' | 'cancelled';

/** What hours come to nothing by, in the order in which it is told. */
export const WASTES: readonly { readonly waste: Waste; readonly label: string; readonly colour: string }[] = [
  { waste: 'infrastructure', label: 'Infrastructure', colour: 'bg-[light-dark(#c2410c,#fb923c)]' },
  { waste: 'preempted', label: 'Preemption', colour: 'bg-[light-dark(#a16207,#facc15)]' },
  { waste: 'stalled', label: 'Stalls', colour: 'bg-[light-dark(#7e22ce,#c084fc)]' },
  { waste: 'oom', label: 'Out of memory', colour: 'bg-[light-dark(#be185d,#f472b6)]' },
  { waste: 'failed', label: 'Failed by itself', colour: 'bg-[light-dark(#b3261e,#ff9a91)]' },
  { waste: 'cancelled', label: 'Cancelled', colour: 'bg-[light-dark(#6b7280,#9ca3af)]' },
];

/** Hours of a team, what of them came to nothing, and the share of each in them. */
export interface Share {
  readonly waste: Waste;
  readonly label: string;
  readonly colour: string;
  readonly hours: number;
}

export const hoursLost = ({ lost }: Pick<Work, 'lost'>, waste: Waste, unit: Unit): number => lost[waste]?.[unit] ?? 0;

/** Only what something was lost to. */
export const sharesOf = (team: Pick<Work, 'lost'>, unit: Unit): Share[] =>
  WASTES.map((each) => ({ ...each, hours: hoursLost(team, each.waste, unit) })).filter(({ hours }) => hours > 0);

export const allLost = (team: Pick<Work, 'lost'>, unit: Unit): number =>
  sharesOf(team, unit).reduce((sum, { hours }) => sum + hours, 0);

/** All teams as one. */
export function sumOf(teams: readonly Team[]): Work {
  const sum = (of: (team: Team) => number): number => teams.reduce((total, team) => total + of(team), 0);
  const stepsRun = sum((team) => team.stepsRun);
  const stepsKept = sum((team) => team.stepsKept);
  return {
    jobs: sum(({ jobs }) => jobs),
    attempts: sum(({ attempts }) => attempts),
    gpuHours: sum(({ gpuHours }) => gpuHours),
    cpuHours: sum(({ cpuHours }) => cpuHours),
    lost: Object.fromEntries(
      WASTES.map(({ waste }) => [
        waste,
        {
          gpuHours: sum((team) => hoursLost(team, waste, 'gpuHours')),
          cpuHours: sum((team) => hoursLost(team, waste, 'cpuHours')),
        },
      ]),
    ) as Work['lost'],
    stepsRun,
    stepsKept,
    goodput: stepsRun > 0 ? stepsKept / stepsRun : null,
  };
}

/** "0.4 h", "1,204 h": small amounts with what tells them apart. */
export const hoursText = (hours: number): string =>
  `${hours.toLocaleString(undefined, { maximumFractionDigits: hours < 10 ? 2 : hours < 100 ? 1 : 0 })} h`;

export const percentText = (part: number): string =>
  part.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: part > 0.99 && part < 1 ? 2 : 1 });

/** The last so many days, or from one day to another, both included. */
export type ChosenPeriod = { readonly days: number } | { readonly from: string; readonly to: string };

export const USUAL_DAYS: readonly number[] = [1, 7, 30, 90];
const FIRST_DAYS = 7;

const DAY = /^\d{4}-\d\d-\d\d$/;
const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));

/** Of the address. */
export function readPeriod(search: URLSearchParams): ChosenPeriod {
  const [from, to] = [search.get('from') ?? '', search.get('to') ?? ''];
  if (isDay(from) && isDay(to) && from <= to) return { from, to };
  const days = Number(search.get('days'));
  return { days: USUAL_DAYS.includes(days) ? days : FIRST_DAYS };
}

export const writePeriod = (period: ChosenPeriod): string => {
  if ('from' in period) return `?${new URLSearchParams({ from: period.from, to: period.to })}`;
  return period.days === FIRST_DAYS ? '' : `?days=${period.days}`;
};

const DAY_MS = 86_400_000;

/** In the viewer's zone: days begin and end where he is. */
export function momentsOf(period: ChosenPeriod, now: Date): { from: Date; to: Date } {
  if ('days' in period) return { from: new Date(now.getTime() - period.days * DAY_MS), to: now };
  const end = new Date(`${period.to}T00:00`);
  end.setDate(end.getDate() + 1);
  return { from: new Date(`${period.from}T00:00`), to: end };
}

/** As a field for dates wants it. */
export const dayOf = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
