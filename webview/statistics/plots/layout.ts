/** Where the parts of a plot are, in pixels. */
import type { Plot } from '../../../src/protocol/statistics';
import { roundTicks, stacked, ticksWithin } from '../model/scale';

export interface PlotLayout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  height: number;
  /** Numbers beside the axes. */
  xTicks: number[];
  yTicks: number[];
  x(tick: number): number;
  y(value: number): number;
  tickAt(x: number): number;
}

const LEFT = 62;
const RIGHT = 10;
const TOP = 12;
const BOTTOM = 20;
const HEIGHT = 150;
const PX_BETWEEN_TICKS = 90;
const Y_TICKS = 3;

export function layOutPlot(plot: Plot, end: number, width: number): PlotLayout {
  const [left, right, top, bottom] = [LEFT, width - RIGHT, TOP, HEIGHT - BOTTOM];
  const span = Math.max(1, end);
  const yTicks = roundTicks(greatest(plot), Y_TICKS, plot.unit === 'bytes' ? 2 : 10);
  const most = yTicks[yTicks.length - 1] ?? 1;
  return {
    left,
    right,
    top,
    bottom,
    height: HEIGHT,
    xTicks: ticksWithin(span, Math.max(2, Math.floor((right - left) / PX_BETWEEN_TICKS))),
    yTicks,
    x: (tick) => left + (tick / span) * (right - left),
    y: (value) => bottom - (value / most) * (bottom - top),
    tickAt: (x) => Math.max(0, Math.min(span, ((x - left) / (right - left)) * span)),
  };
}

function greatest({ shape, series, unit }: Plot): number {
  const edges = shape === 'stack' ? stacked(series).map(({ high }) => high) : series.map(({ values }) => values);
  let most = 0;
  for (const values of edges) for (const value of values) most = Math.max(most, value ?? 0);
  return unit === 'share' ? Math.min(1, most) : most;
}
