// Before uPlot.
import './known-language.ts';
import { ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { numberText, type Points } from '../../../lib/curves.ts';
import { useColours } from './use-colours.ts';

export interface Line extends Points {
  readonly label: string;
  /** Its colour, by the place in TONES. */
  readonly tone: number;
  readonly dashed?: boolean;
  /** Behind another one, as what that was made of. */
  readonly faint?: boolean;
}

export interface Mark {
  readonly x: number;
  readonly label: string;
}

interface ChartProps {
  /** What it shows, in words: for those who do not see it. */
  readonly summary: string;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly by: 'time' | 'step';
  readonly log: boolean;
}

const HEIGHT = 220;
const ZOOM = 0.7;
const FONT = '12px "Inter Variable", system-ui, sans-serif';

/** Lines over time or steps. Dragging zooms, a double click shows all again; with the keyboard plus, minus, arrows and 0 do. */
export function Chart({ summary, lines, marks, by, log }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const colours = useColours();
  const helpId = useId();
  const [under, setUnder] = useState<string | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const shown = useMemo(() => (log ? lines.map(withoutZero) : lines), [lines, log]);
  const data = useMemo(() => UPlot.join(shown.map(({ x, y }) => [[...x], [...y]] as UPlot.AlignedData)), [shown]);
  /** Another picture, not only more of it. */
  const kind = JSON.stringify(shown.map(({ label, tone, dashed, faint }) => [label, tone, dashed, faint]));
  const latest = useRef({ shown, data, marks });
  latest.current = { shown, data, marks };

  // biome-ignore lint/correctness/useExhaustiveDependencies(kind): another picture has other lines
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const { tones, ink, line } = colours;
    const axis = { stroke: ink, font: FONT, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const drawn = new UPlot(
      {
        width: element.clientWidth || 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: true, y: false }, points: { size: 6 } },
        scales: { x: { time: by === 'time' }, y: { distr: log ? 3 : 1 } },
        axes: [
          axis,
          {
            ...axis,
            size: 64,
            values: (_, values) => values.map((value) => (value === null ? '' : numberText(value))),
          },
        ],
        series: [
          {},
          ...latest.current.shown.map(
            ({ dashed, faint, tone }): UPlot.Series => ({
              stroke: tones[tone % tones.length] ?? ink,
              width: 2,
              spanGaps: true,
              points: { show: false },
              alpha: faint ? 0.25 : 1,
              ...(dashed && { dash: [6, 4] }),
            }),
          ),
        ],
        hooks: {
          draw: [(each) => drawMarks(each, latest.current.marks, ink)],
          setScale: [(each, scale) => scale === 'x' && setZoomed(isZoomed(each))],
          setCursor: [(each) => setUnder(wordsUnder(each, latest.current.shown, by))],
        },
      },
      latest.current.data,
      element,
    );
    plot.current = drawn;
    const size = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    return () => {
      size.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [kind, by, log, colours]);

  // What has come since: one who looks at a part of it goes on looking at that.
  useEffect(() => {
    const drawn = plot.current;
    if (!drawn || drawn.data === data) return;
    const looksAtAPart = isZoomed(drawn);
    drawn.setData(data, !looksAtAPart);
    if (looksAtAPart) drawn.redraw();
  }, [data]);

  /** The button goes with what it undoes: the focus goes to the picture. */
  const showAll = (): void => {
    const [x] = plot.current?.data ?? [[]];
    plot.current?.setScale('x', { min: x[0] ?? 0, max: x.at(-1) ?? 0 });
    place.current?.focus();
  };

  return (
    <div className="min-w-0">
      {/* biome-ignore lint/a11y/useSemanticElements: a picture with keys, no fields */}
      <div
        ref={place}
        role="group"
        aria-label={summary}
        aria-describedby={helpId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys zoom
        tabIndex={0}
        onKeyDown={(event) => plot.current && zoomByKey(plot.current, event)}
        className="min-h-[220px] w-full overflow-hidden rounded-sm"
      />
      <p id={helpId} className="sr-only">
        Plus and minus zoom, the arrows move, 0 shows all.
      </p>
      <div className="flex min-h-7 items-center justify-between gap-2 text-xs text-ink-soft">
        <p aria-hidden className="min-w-0 truncate tabular-nums">
          {under ?? ''}
        </p>
        {zoomed && (
          <button
            type="button"
            onClick={showAll}
            className="flex min-h-7 shrink-0 items-center gap-1 rounded-md px-2 font-medium text-accent hover:bg-hover"
          >
            <ZoomOut aria-hidden className="size-3.5" />
            Reset zoom
          </button>
        )}
      </div>
    </div>
  );
}

/** It shows a part of what there is. Around a single point uPlot shows more, which is nobody's choice. */
function isZoomed({ data: [x], scales }: UPlot): boolean {
  const { min, max } = scales.x ?? {};
  return x.length > 1 && (min !== x[0] || max !== x.at(-1));
}

/** A logarithm has no place for zero and less. */
const withoutZero = (line: Line): Line => {
  const kept = line.y.flatMap((value, place) => (value > 0 ? [place] : []));
  return { ...line, x: kept.map((place) => line.x[place] ?? 0), y: kept.map((place) => line.y[place] ?? 0) };
};

function drawMarks(plot: UPlot, marks: readonly Mark[], ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.font = FONT.replace('12px', `${Math.round(11 * devicePixelRatio)}px`);
  ctx.setLineDash([3, 4]);
  for (const { label, x } of marks) {
    const left = plot.valToPos(x, 'x', true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    const isAtTheEnd = left > bbox.left + bbox.width * 0.8;
    ctx.textAlign = isAtTheEnd ? 'right' : 'left';
    ctx.fillText(label, left + (isAtTheEnd ? -4 : 4) * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
}

function wordsUnder(plot: UPlot, lines: readonly Line[], by: 'time' | 'step'): string | null {
  const { idx } = plot.cursor;
  if (idx === null || idx === undefined) return null;
  const x = plot.data[0][idx];
  if (x === undefined) return null;
  const where = by === 'time' ? new Date(x * 1000).toLocaleTimeString() : `step ${x.toLocaleString()}`;
  const told = lines.flatMap(({ faint, label }, place) => {
    const value = plot.data[place + 1]?.[idx];
    return faint || value === null || value === undefined ? [] : [`${label} ${numberText(value)}`];
  });
  return [where, ...told].join(' · ');
}

function zoomByKey(plot: UPlot, event: KeyboardEvent): void {
  const [x] = plot.data;
  const { min, max } = plot.scales.x ?? {};
  const [first, last] = [x[0], x.at(-1)];
  if (min === undefined || max === undefined || first === undefined || last === undefined) return;
  const [middle, half] = [(min + max) / 2, (max - min) / 2];
  const show = (from: number, to: number): void => {
    event.preventDefault();
    plot.setScale('x', { min: Math.max(first, from), max: Math.min(last, to) });
  };
  if (event.key === '+' || event.key === '=') show(middle - half * ZOOM, middle + half * ZOOM);
  else if (event.key === '-') show(middle - half / ZOOM, middle + half / ZOOM);
  else if (event.key === '0') show(first, last);
  else if (event.key === 'ArrowLeft' && min > first) show(min - half / 2, max - Math.min(half / 2, min - first));
  else if (event.key === 'ArrowRight' && max < last) show(min + Math.min(half / 2, last - max), max + half / 2);
}
