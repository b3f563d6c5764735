/** The curves of a plot. Lines differ by dashes, areas by hatching: never by colour alone. */
import type { Plot } from '../../../src/protocol/statistics';
import { stacked } from '../model/scale';
import type { PlotLayout } from './layout';
import { linePath, px } from './path';

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
