import { useId } from 'react';
import { bestOf, directionOf, numberText, pointsOf, smoothed } from '../../../lib/curves.ts';
import { formatClock } from '../../../lib/time.ts';
import { Chart, type Line, type Mark } from './chart.tsx';
import type { View } from './controls.tsx';
import { CurveTable } from './curve-table.tsx';
import type { Traced } from './traced.ts';
import { TONES } from './use-colours.ts';

/** Curves of one kind in one picture, with what one wants to know of each in words. */
export function Figure({
  name,
  traced,
  marks,
  view,
}: {
  name: string;
  traced: readonly Traced[];
  marks: readonly Mark[];
  view: View;
}) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="min-w-0">
      <h2 id={titleId} className="mb-1 font-medium">
        {name}
      </h2>
      <ul className="mb-2 grid gap-x-6 gap-y-0.5 text-xs text-ink-soft sm:flex sm:flex-wrap">
        {traced.map((each) => (
          <li key={each.label} className="flex items-center gap-2">
            <span
              aria-hidden
              className={`w-5 border-t-2 ${each.dashed ? 'border-dashed' : ''}`}
              style={{ borderColor: `var(--color-${TONES[each.tone % TONES.length]})` }}
            />
            <span className="wrap-anywhere">{inWords(each)}</span>
          </li>
        ))}
      </ul>
      {view.table ? (
        <CurveTable name={name} traced={traced} />
      ) : (
        <Chart
          summary={`Curve of ${name}: ${traced.map(inWords).join('; ')}`}
          lines={traced.flatMap((each) => linesOf(each, view))}
          marks={marks}
          by={view.by}
          log={view.log}
        />
      )}
    </section>
  );
}

function linesOf({ dashed, label, series, tone }: Traced, { by, smoothing }: View): Line[] {
  const points = pointsOf(series, by);
  const line = { label, tone, dashed, ...points };
  if (smoothing === 0) return [line];
  return [
    { ...line, faint: true },
    { ...line, y: smoothed(points.y, smoothing) },
  ];
}

/** "loss 0.3123, best 0.2987 at step 900" */
function inWords({ label, series }: Traced): string {
  const best = bestOf(series);
  const now = `${label} ${numberText(series.last)}`;
  if (!best) return now;
  const where = best.step === null ? `at ${formatClock(new Date(best.at))}` : `at step ${best.step.toLocaleString()}`;
  const word = directionOf(series.name) === 'down' ? 'lowest' : 'highest';
  return `${now}, ${word} ${numberText(best.value)} ${where}`;
}
