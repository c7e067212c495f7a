import { LineChart } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useSearch } from 'wouter';
import type { Comparison } from '../../api/types.ts';
import { useComparison } from '../../api/use-curves.ts';
import { ButtonLink } from '../../components/button.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { RunTime } from '../../components/time.tsx';
import { comparedIds, labelsOf, MAX_COMPARED } from '../../lib/compared.ts';
import { byWorth, hasSteps } from '../../lib/curves.ts';
import { CurveControls, FIRST_VIEW, type View } from '../job/curves/controls.tsx';
import { Figure } from '../job/curves/figure.tsx';
import type { Traced } from '../job/curves/traced.ts';
import { TONES } from '../job/curves/use-colours.ts';

/** Two to five jobs side by side: where they differ in what was asked for, and how they went. */
export default function ComparePage() {
  const ids = comparedIds(useSearch());
  const few = ids.length < 2 || ids.length > MAX_COMPARED;
  return (
    <Page title="Compare jobs">
      {few ? (
        <div className="card">
          <Notice
            icon={LineChart}
            title={`Choose two to ${MAX_COMPARED} jobs`}
            action={<ButtonLink href="/">Go to the jobs</ButtonLink>}
          >
            Select them in the list of jobs; Compare is then in the bar below.
          </Notice>
        </div>
      ) : (
        <Compared ids={ids} />
      )}
    </Page>
  );
}

function Compared({ ids }: { ids: readonly string[] }) {
  const comparison = useComparison(ids);
  if (!comparison.data) {
    return (
      <div className="card">
        {comparison.isPending ? (
          <Loading what="the jobs" />
        ) : (
          <Failed what="The comparison" error={comparison.error} retry={() => void comparison.refetch()} />
        )}
      </div>
    );
  }
  return (
    <>
      <Differences comparison={comparison.data} />
      <Curves comparison={comparison.data} />
    </>
  );
}

function Differences({ comparison: { differences, jobs } }: { comparison: Comparison }) {
  const labels = labelsOf(jobs.map(({ jobName }) => jobName));
  return (
    <section aria-label="What they differ in" className="card min-w-0 overflow-x-auto">
      <table className="w-full text-left">
        <thead>
          <tr>
            <td className="px-4 py-3" />
            {jobs.map((job, place) => (
              <th key={job.id} scope="col" className="min-w-40 px-4 py-3 align-top font-medium">
                <span className="flex items-center gap-2">
                  <Swatch tone={place} />
                  <Link href={`/jobs/${job.id}/curves`} className="link wrap-anywhere">
                    {labels[place]}
                  </Link>
                </span>
                <span className="mt-1 flex flex-wrap items-center gap-2 text-xs font-normal text-ink-soft">
                  <StateBadge job={job} /> <RunTime job={job} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ name, values }) => (
            <tr key={name} className="border-t border-line">
              <th scope="row" className="px-4 py-2 font-normal text-ink-soft">
                {name}
              </th>
              {jobs.map(({ id }, place) => (
                <td key={id} className="px-4 py-2 font-mono text-xs wrap-anywhere">
                  {shown(values[place])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {differences.length === 0 && (
        <p className="border-t border-line px-4 py-3 text-ink-soft">They were asked for in the same words.</p>
      )}
    </section>
  );
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

const Swatch = ({ tone }: { tone: number }) => (
  <span
    aria-hidden
    className="size-2.5 shrink-0 rounded-full"
    style={{ background: `var(--color-${TONES[tone % TONES.length]})` }}
  />
);

function Curves({ comparison }: { comparison: Comparison }) {
  const [chosen, setView] = useState(FIRST_VIEW);
  const figures = useMemo(() => figuresOf(comparison), [comparison]);
  if (figures.length === 0) {
    return (
      <div className="card">
        <Notice icon={LineChart} title="None of them has told numbers">
          Curves are drawn of what trainings report.
        </Notice>
      </div>
    );
  }
  const steps = figures.some(({ traced }) => hasSteps(traced.map(({ series }) => series)));
  const view: View = { ...chosen, by: steps ? chosen.by : 'time' };
  return (
    <section aria-label="Curves" className="card grid min-w-0 gap-6 p-4 sm:p-5">
      <CurveControls
        view={view}
        hasSteps={steps}
        onChange={(next) => setView(steps ? next : { ...next, by: chosen.by })}
      />
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-2">
        {figures.map(({ name, traced }) => (
          <Figure key={name} name={name} traced={traced} marks={[]} view={view} />
        ))}
      </div>
    </section>
  );
}

/** One figure a number; dashes help those who do not see colours, and on paper. */
function figuresOf({ jobs, metrics }: Comparison): { name: string; traced: Traced[] }[] {
  const labels = labelsOf(jobs.map(({ jobName }) => jobName));
  const figures = new Map<string, Traced[]>();
  metrics.forEach(({ series }, place) => {
    for (const each of series) {
      const traced = { label: labels[place] ?? '', tone: place, dashed: place % 2 === 1, series: each };
      figures.set(each.name, [...(figures.get(each.name) ?? []), traced]);
    }
  });
  return [...figures].map(([name, traced]) => ({ name, traced })).toSorted(byWorth);
}
