/** The frame of a plot: round numbers beside fine lines. */
import type { PlotUnit } from '../../../src/protocol/statistics';
import { shortText } from '../../shared/numbers';
import { AXIS_TEXT } from '../model/units';
import type { PlotLayout } from './layout';

export function Axes({ layout, unit }: { layout: PlotLayout; unit: PlotUnit }) {
  const { left, right, bottom, xTicks, yTicks, x, y } = layout;
  return (
    <g class="axes">
      {yTicks.map((value) => (
        <g key={value}>
          <line class={value === 0 ? 'axis' : 'grid'} x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text class="end" x={left - 6} y={y(value) + 4}>
            {AXIS_TEXT[unit](value)}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <g key={tick}>
          <line class="axis" x1={x(tick)} x2={x(tick)} y1={bottom} y2={bottom + 4} />
          <text class={anchorOf(x(tick), right)} x={x(tick)} y={bottom + 16}>
            {shortText(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** The last number must not leave the picture. */
const anchorOf = (x: number, right: number): string => (right - x < 20 ? 'end' : 'middle');
