import { numberText } from '../../../lib/curves.ts';
import { formatClock } from '../../../lib/time.ts';
import type { Traced } from './traced.ts';

/** Of long curves every so many points, and always the last: the file for spreadsheets has them all. */
const MAX_ROWS = 100;

export function CurveTable({ name, traced }: { name: string; traced: readonly Traced[] }) {
  return (
    <section
      className="max-h-72 overflow-auto rounded-sm border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`Table of ${name}`}
    >
      <table className="w-full text-left text-xs tabular-nums">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {['Curve', 'Time', 'Step', 'Value', 'Lowest', 'Highest'].map((head) => (
              <th key={head} scope="col" className="px-3 py-1.5 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {traced.flatMap(({ label, series: { at, max, min, step, value } }) => {
            const every = Math.max(1, Math.ceil(at.length / MAX_ROWS));
            return at.flatMap((ms, place) =>
              place % every === 0 || place === at.length - 1
                ? [
                    <tr key={`${label} ${ms}`} className="border-t border-line">
                      <th scope="row" className="px-3 py-1 font-normal">
                        {label}
                      </th>
                      <td className="px-3 py-1">{formatClock(new Date(ms))}</td>
                      <td className="px-3 py-1">{step[place]?.toLocaleString() ?? ''}</td>
                      {[value, min, max].map((column, which) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: the three columns never change
                        <td key={which} className="px-3 py-1">
                          {numberText(column[place] ?? 0)}
                        </td>
                      ))}
                    </tr>,
                  ]
                : [],
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
