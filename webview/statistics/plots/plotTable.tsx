/** A plot in numbers: some moments of the run, evenly spread, and the cursor's. All of them are in what is exported. */
import type { Plot } from '../../../src/protocol/statistics';
import { countText } from '../../shared/numbers';
import { chosen } from '../model/scale';
import { valueText } from '../model/units';

interface PlotTableProps {
  plot: Plot;
  ticks: readonly number[];
  /** The point that is closest to the cursor. */
  cursor: number;
  onSeek: (tick: number) => void;
}

export function PlotTable({ plot, ticks, cursor, onSeek }: PlotTableProps) {
  const { title, explanation, unit, series } = plot;
  return (
    <section class="plot">
      <table class="numbers">
        <caption>
          <strong>{title}</strong> <span class="explanation">{explanation}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">tick</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chosen(ticks.length, cursor).map((index) => (
            <tr
              key={index}
              class={index === cursor ? 'now' : undefined}
              aria-current={index === cursor ? 'step' : undefined}
            >
              <th scope="row">
                <button
                  class="link"
                  onClick={() => onSeek(ticks[index] ?? 0)}
                  aria-label={`Go to tick ${countText(ticks[index] ?? 0)}`}
                >
                  {countText(ticks[index] ?? 0)}
                </button>
                {index === cursor && <span class="here"> ◂</span>}
              </th>
              {series.map(({ name, values }) => (
                <td key={name}>{valueText(unit, values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
