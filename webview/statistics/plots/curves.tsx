/** The curves of a plot. Lines differ by dashes, areas by hatching: never by colour alone. */
import type { Plot } from '../../../src/protocol/statistics';
import { stacked } from '../model/scale';
import type { PlotLayout } from './layout';

const TONES = 6;
export const toneOf = (index: number): string => `tone${index % TONES}`;

/** One a curve; a solid line first, since most plots have one. */
export const DASHES = ['', '6 3', '2 2', '9 3 2 3', '1 3', '12 4', '4 2 1 2 1 2', '8 2 2 2 2 2'];
export const dashOf = (index: number): string => DASHES[index % DASHES.length] ?? '';

interface CurvesProps {
  plot: Plot;
  ticks: readonly number[];
  layout: PlotLayout;
}

export function Curves({ plot, ticks, layout }: CurvesProps) {
  return plot.shape === 'stack' ? (
    <Areas plot={plot} ticks={ticks} layout={layout} />
  ) : (
    <Lines plot={plot} ticks={ticks} layout={layout} />
  );
}

function Lines({ plot, ticks, layout: { x, y } }: CurvesProps) {
  return (
    <g class="curves">
      {plot.series.map(({ name, values }, i) => (
        <path
          key={name}
          class={`line ${toneOf(i)}`}
          stroke-dasharray={dashOf(i)}
          d={linePath(values.map((value, at) => (value === null ? null : [x(ticks[at] ?? 0), y(value)])))}
        />
      ))}
    </g>
  );
}

/** Points one after the other; nothing where there is no value, a short dash where a value stands alone. */
export function linePath(points: readonly ([number, number] | null)[]): string {
  let path = '';
  points.forEach((point, i) => {
    if (point === null) return;
    const [x, y] = point.map(px);
    const alone = !points[i - 1] && !points[i + 1];
    path += points[i - 1] ? `L${x} ${y}` : `M${x} ${y}${alone ? 'h1' : ''}`;
  });
  return path;
}

function Areas({ plot, ticks, layout: { x, y } }: CurvesProps) {
  const edges = stacked(plot.series);
  return (
    <g class="curves">
      {plot.series.map(({ name }, i) => {
        const { low = [], high = [] } = edges[i] ?? {};
        const top = high.map((value, at) => `${px(x(ticks[at] ?? 0))} ${px(y(value))}`);
        const bottom = low.map((value, at) => `${px(x(ticks[at] ?? 0))} ${px(y(value))}`).reverse();
        return (
          <g key={name} class={toneOf(i)}>
            <path class="area" d={`M${[...top, ...bottom].join('L')}Z`} />
            <path class="edge" stroke-dasharray={dashOf(i)} d={`M${top.join('L')}`} />
          </g>
        );
      })}
    </g>
  );
}

const px = (n: number): number => Math.round(n * 10) / 10;
