import { asReason, factsOf, LOSSES } from '../contract/reasons.ts';
import type { JobStatus } from './job.ts';

/** What work comes to nothing by: what takes an attempt away, the training's own failure, or a person. */
export const WASTES = [...LOSSES, 'failed', 'cancelled'] as const;
export type Waste = (typeof WASTES)[number];

/**
 * What attempts of one namespace that ended alike came to, as far as they ran in the time that is asked for: summed up by the database
 * (store/sql/goodput.sql), since there may be very many.
 */
export interface WorkSum {
  readonly namespace: string;
  readonly status: JobStatus;
  readonly reason: string;
  readonly lostTo: Waste | null;
  /** The last attempts of their jobs. */
  readonly isLast: boolean;
  readonly jobs: number;
  readonly attempts: number;
  readonly gpuHours: number;
  readonly cpuHours: number;
  /** Of these hours, those that came to nothing. */
  readonly lostGpuHours: number;
  readonly lostCpuHours: number;
  readonly stepsRun: number;
  readonly stepsKept: number;
}

interface TeamGoodput {
  readonly namespace: string;
  readonly jobs: number;
  readonly attempts: number;
  readonly gpuHours: number;
  readonly cpuHours: number;
  readonly lost: Readonly<Record<Waste, { readonly gpuHours: number; readonly cpuHours: number }>>;
  readonly stepsRun: number;
  readonly stepsKept: number;
  /** Steps kept of those run, from 0 to 1; null: nobody told of any. */
  readonly goodput: number | null;
}

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** By team, which is a namespace; in the order of their names. */
export function goodputOf(works: readonly WorkSum[]): TeamGoodput[] {
  const namespaces = [...new Set(works.map(({ namespace }) => namespace))].sort();
  return namespaces.map((namespace) =>
    ofTeam(
      namespace,
      works.filter((work) => work.namespace === namespace),
    ),
  );
}

function ofTeam(namespace: string, works: readonly WorkSum[]): TeamGoodput {
  const sum = (of: (work: WorkSum) => number, some = works): number => some.reduce((all, work) => all + of(work), 0);
  const lostTo = (waste: Waste) => {
    const some = works.filter((work) => wasteOf(work) === waste);
    return {
      gpuHours: rounded(sum(({ lostGpuHours }) => lostGpuHours, some)),
      cpuHours: rounded(sum(({ lostCpuHours }) => lostCpuHours, some)),
    };
  };
  const stepsRun = sum((work) => work.stepsRun);
  const stepsKept = sum((work) => work.stepsKept);
  return {
    namespace,
    jobs: sum(({ jobs }) => jobs),
    attempts: sum(({ attempts }) => attempts),
    gpuHours: rounded(sum(({ gpuHours }) => gpuHours)),
    cpuHours: rounded(sum(({ cpuHours }) => cpuHours)),
    lost: Object.fromEntries(WASTES.map((waste) => [waste, lostTo(waste)])) as TeamGoodput['lost'],
    stepsRun: rounded(stepsRun),
    stepsKept: rounded(stepsKept),
    goodput: stepsRun > 0 ? rounded(stepsKept / stepsRun) : null,
  };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

function wasteOf({ isLast, lostTo, reason, status }: WorkSum): Waste | null {
  if (lostTo !== null) return lostTo;
  if (!isLast || status !== 'Failed') return null;
  const facts = factsOf(asReason(reason));
  return facts?.lostTo ?? (facts?.stopped === 'cancelled' ? 'cancelled' : 'failed');
}

const HEADER = ['namespace', 'jobs', 'attempts', 'gpuHours', 'cpuHours'] as const;

/** Namespaces are DNS labels, so nothing in it needs quotes. */
export function goodputAsCsv(teams: readonly TeamGoodput[]): string {
  const names = [
    ...HEADER,
    ...WASTES.flatMap((waste) => [`${waste}GpuHours`, `${waste}CpuHours`]),
    ...['stepsRun', 'stepsKept', 'goodput'],
  ];
  const rows = teams.map((team) => [
    ...HEADER.map((name) => team[name]),
    ...WASTES.flatMap((waste) => [team.lost[waste].gpuHours, team.lost[waste].cpuHours]),
    ...[team.stepsRun, team.stepsKept, team.goodput ?? ''],
  ]);
  return [names, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}
