/** Which curve is which, and what each is at the moment that is pointed at, or at the cursor. */
import type { Plot } from '../../../src/protocol/statistics';
import { countText } from '../../shared/numbers';
import { valueText } from '../model/units';
import { dashOf, toneOf } from './curves';

interface LegendProps {
  plot: Plot;
  index: number;
  tick: number;
  pointed: boolean;
}

export function Legend({ plot, index, tick, pointed }: LegendProps) {
  return (
    <dl class="legend">
      <div class="moment">
        <dt>{pointed ? 'at tick' : 'at the cursor, tick'}</dt>
        <dd>{countText(tick)}</dd>
      </div>
      {plot.series.map(({ name, values }, i) => (
        <div key={name} class={toneOf(i)}>
          <dt>
            <svg width="22" height="10" aria-hidden="true">
              {plot.shape === 'stack' && <rect class="area" x="0" y="1" width="22" height="9" />}
              <line
                class="line"
                x1="0"
                x2="22"
                y1={plot.shape === 'stack' ? 2 : 5}
                y2={plot.shape === 'stack' ? 2 : 5}
                stroke-dasharray={dashOf(i)}
              />
            </svg>
            {name}
          </dt>
          <dd>{valueText(plot.unit, values[index])}</dd>
        </div>
      ))}
    </dl>
  );
}
