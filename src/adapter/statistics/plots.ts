/**
 * The curves of the Statistics view, from the readings along the tape: at most so many points, whatever the tape's length.
 *
 * A rate at a point is that of the stretch that ends there. A stretch is a fortieth of the tape at least, so that the
 * curve of a short run says more than “hit, miss, hit”.
 */
import type { Machine } from '../../machine/machine';
import type { Plot, PlotSeries, PlotSet } from '../../protocol/statistics';
import type { SeriesPoint } from '../../timeline/series';
import { type PlotMetric, plotMetrics } from './metrics';

const POINTS = 256;
const STRETCHES = 40;
const DIGITS = 5;

export function plotSet(machine: Machine, all: readonly SeriesPoint[]): PlotSet {
  const points = thinned(all);
  return {
    ticks: points.map(({ tick }) => tick),
    plots: plotMetrics(machine)
      .map((metric) => plotOf(metric, points))
      .filter(({ series }) => series.length > 0),
  };
}

/** The first, the last, and every n-th between. */
function thinned(all: readonly SeriesPoint[]): SeriesPoint[] {
  const step = Math.ceil(all.length / POINTS);
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
}

function plotOf(metric: PlotMetric, points: readonly SeriesPoint[]): Plot {
  const { id, title, explanation, unit } = metric;
  const head = { id, title, explanation, unit };
  if (metric.kind === 'level') {
    const series = metric.curves.map(({ name, at }): PlotSeries => ({
      name,
      values: points.map(({ reading }) => rounded(at(reading))),
    }));
    return { ...head, shape: metric.shape, series: series.filter(({ values }) => values.some((v) => v !== 0)) };
  }
  const stretch = Math.max(1, Math.round(points.length / STRETCHES));
  const series = metric.curves.map(({ name, of, per }): PlotSeries => {
    const [ofs, pers] = [of, per].map((count) => points.map(({ reading }) => count(reading)));
    return {
      name,
      values: points.map((_, i) => {
        const from = Math.max(0, i - stretch);
        const looked = pers[i] - pers[from];
        return looked === 0 ? null : rounded((ofs[i] - ofs[from]) / looked);
      }),
    };
  });
  return { ...head, shape: 'lines', series: series.filter(({ values }) => values.some((v) => v !== null)) };
}

const rounded = (n: number): number => (Number.isInteger(n) ? n : Number(n.toPrecision(DIGITS)));
