/** Values of plots in words. */
import type { Plot, PlotUnit } from '../../../src/protocol/statistics';
import { bytesText, countText, shareText, shortText } from '../../shared/numbers';

/** In full: what a readout and a table say. */
export const VALUE_TEXT: Readonly<Record<PlotUnit, (value: number) => string>> = {
  share: shareText,
  count: countText,
  bytes: bytesText,
  cycles: countText,
  references: countText,
  instructions: countText,
};

/** Short: what stands beside an axis. */
export const AXIS_TEXT: Readonly<Record<PlotUnit, (value: number) => string>> = {
  ...VALUE_TEXT,
  count: shortText,
  cycles: shortText,
  references: shortText,
  instructions: shortText,
};

export const valueText = (unit: PlotUnit, value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : VALUE_TEXT[unit](value);

/** What a plot says at a point, in a sentence for a screen reader. */
export function pointSentence({ unit, series }: Plot, tick: number, index: number): string {
  const values = series.map(({ name, values }) => {
    const value = values[index];
    return `${name} ${value === null || value === undefined ? 'nothing' : VALUE_TEXT[unit](value)}`;
  });
  return [`tick ${countText(tick)}`, ...values].join(', ');
}
