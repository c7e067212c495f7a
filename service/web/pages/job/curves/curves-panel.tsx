import { Download, LineChart } from 'lucide-react';
import { useState } from 'react';
import type { Job, Metrics } from '../../../api/types.ts';
import { useCurves } from '../../../api/use-curves.ts';
import { Button } from '../../../components/button.tsx';
import { Failed, Loading, Notice } from '../../../components/notice.tsx';
import { csvOf, groupsOf, hasSteps, pointsOf } from '../../../lib/curves.ts';
import { saveFile } from '../../../lib/download.ts';
import { isFinished } from '../../../lib/job-state.ts';
import type { Mark } from './chart.tsx';
import { CurveControls, FIRST_VIEW, type View } from './controls.tsx';
import { Figure } from './figure.tsx';

/** How the numbers of a training went, across its attempts and clusters. */
export default function CurvesPanel({ job }: { job: Job }) {
  const curves = useCurves(job.id, !isFinished(job.status));
  const [chosen, setView] = useState(FIRST_VIEW);
  if (curves.isPending) return <Loading what="the curves" rows={6} />;
  if (!curves.data) return <Failed what="The curves" error={curves.error} retry={() => void curves.refetch()} />;
  const { marks, series } = curves.data;
  if (series.length === 0) return <NoCurves job={job} />;
  const groups = groupsOf(series);
  const steps = hasSteps(series);
  const view: View = { ...chosen, by: steps ? chosen.by : 'time' };
  return (
    <div className="grid gap-6 p-4 sm:p-5">
      <CurveControls
        view={view}
        hasSteps={steps}
        onChange={(next) => setView(steps ? next : { ...next, by: chosen.by })}
      >
        <Button icon={Download} onClick={() => saveFile(`${job.jobName}-curves.csv`, csvOf({ series }), 'text/csv')}>
          CSV
        </Button>
      </CurveControls>
      <div className={`grid gap-x-8 gap-y-6 ${groups.length > 1 ? 'lg:grid-cols-2' : ''}`}>
        {groups.map((group) => (
          <Figure
            key={group.name}
            name={group.name}
            traced={group.series.map((each, place) => ({
              label: each.name,
              tone: place,
              dashed: place > 0,
              series: each,
            }))}
            marks={marksOf(marks, group.series[0], view.by)}
            view={view}
          />
        ))}
      </div>
    </div>
  );
}

/** Where another attempt or cluster begins; where it all began needs no mark. */
function marksOf(marks: Metrics['marks'], series: Metrics['series'][number] | undefined, by: View['by']): Mark[] {
  return marks.slice(1).flatMap(({ at, attempt, cluster, kind }) => {
    const ms = Date.parse(at);
    const label = kind === 'cluster' ? (cluster ?? 'another cluster') : `attempt ${attempt ?? ''}`.trim();
    if (by === 'time' || !series) return [{ x: ms / 1000, label }];
    const after = series.at.findIndex((each) => each >= ms);
    const step = after < 0 ? undefined : series.step[after];
    return step === null || step === undefined || pointsOf(series, 'step').x.length === 0 ? [] : [{ x: step, label }];
  });
}

function NoCurves({ job }: { job: Job }) {
  const ended = isFinished(job.status);
  return (
    <Notice icon={LineChart} title={ended ? 'It told no numbers' : 'It has told no numbers yet'}>
      A training is drawn by what it reports: the built-in algorithms and TrainingJobs do so by themselves; a program of
      your own prints lines such as{' '}
      <code className="font-mono text-xs">
        {'{"trainerStatus": {"progressPercentage": 40, "metrics": [{"name": "loss", "value": "0.31"}]}}'}
      </code>
      .
    </Notice>
  );
}
