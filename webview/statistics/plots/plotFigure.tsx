/**
 * One plot. It is a slider over the run: the arrow keys go from point to point and say what was there, Enter goes to that
 * moment; so does a click.
 */
import type { Plot } from '../../../src/protocol/statistics';
import { nearest } from '../model/scale';
import { pointSentence } from '../model/units';
import { Axes } from './axes';
import { Curves } from './curves';
import { layOutPlot } from './layout';
import { Legend } from './legend';

export interface PlotFigureProps {
  plot: Plot;
  ticks: readonly number[];
  /** Where the time axis ends. */
  end: number;
  width: number;
  /** Ticks of the debugger's cursor and of the pinned moment. */
  cursor: number;
  pin: number | undefined;
  /** Point that is pointed at, in whichever plot. */
  pointed: number | undefined;
  /** True of the one that takes the keyboard first. */
  first: boolean;
  onPoint: (index: number | undefined) => void;
  onSeek: (tick: number) => void;
}

const LEAP = 10;

export function PlotFigure(props: PlotFigureProps) {
  const { plot, ticks, end, width, cursor, pin, pointed, first, onPoint, onSeek } = props;
  const layout = layOutPlot(plot, end, width);
  const index = pointed ?? nearest(ticks, cursor);
  const tick = ticks[index] ?? 0;
  const at = (event: MouseEvent): number => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    return nearest(ticks, layout.tickAt(event.clientX - left));
  };
  const titleId = `title-${plot.id}`;
  return (
    <section class="plot" aria-labelledby={titleId}>
      <h2 id={titleId}>{plot.title}</h2>
      <p class="explanation">{plot.explanation}</p>
      <div
        class="plotArea"
        role="slider"
        tabindex={0}
        data-time={first ? 'first' : 'other'}
        aria-label={`${plot.title} over time`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={end}
        aria-valuenow={tick}
        aria-valuetext={pointSentence(plot, tick, index)}
        onMouseMove={(event) => onPoint(at(event))}
        onMouseLeave={() => onPoint(undefined)}
        onClick={(event) => onSeek(ticks[at(event)] ?? 0)}
        onBlur={() => onPoint(undefined)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') onSeek(tick);
          else {
            const goal = MOVES[event.key]?.(index, ticks.length - 1);
            if (goal === undefined) return;
            onPoint(Math.max(0, Math.min(ticks.length - 1, goal)));
          }
          event.preventDefault();
        }}
      >
        <svg
          class="plotFigure"
          aria-hidden="true"
          width={width}
          height={layout.height}
          viewBox={`0 0 ${width} ${layout.height}`}
        >
          <Axes layout={layout} unit={plot.unit} />
          <Curves plot={plot} ticks={ticks} layout={layout} />
          {pin !== undefined && <Mark x={layout.x(pin)} layout={layout} kind="pin" />}
          <Mark x={layout.x(cursor)} layout={layout} kind="now" />
          {pointed !== undefined && <Mark x={layout.x(tick)} layout={layout} kind="pointed" />}
        </svg>
      </div>
      <Legend plot={plot} index={index} tick={tick} pointed={pointed !== undefined} />
    </section>
  );
}

const MOVES: Record<string, (index: number, last: number) => number> = {
  ArrowRight: (index) => index + 1,
  ArrowUp: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowDown: (index) => index - 1,
  PageUp: (index) => index + LEAP,
  PageDown: (index) => index - LEAP,
  Home: () => 0,
  End: (_index, last) => last,
};

/** A moment: a line with a shape at its top, so that the three kinds differ by more than colour. */
function Mark({
  x,
  layout: { top, bottom },
  kind,
}: {
  x: number;
  layout: { top: number; bottom: number };
  kind: string;
}) {
  return (
    <g class={`mark ${kind}`}>
      <line x1={x} x2={x} y1={top} y2={bottom} />
      {kind === 'now' && <path d={`M${x - 5} ${top - 7}h10l-5 7z`} />}
      {kind === 'pin' && <circle cx={x} cy={top - 4} r={3.5} />}
    </g>
  );
}
