/** The address row: one column a field, as wide as the field has bits. Everything below hangs on these columns. */
import type { AddressField } from '../../../src/protocol/walk';
import { METRICS } from './metrics';

export interface Column {
  field: AddressField;
  x: number;
  width: number;
  centre: number;
  /** The sign bits are all equal and are drawn as one narrow cell. */
  folded: boolean;
  /** Position among the fields that index a table, for the colour; −1 for the others. */
  tone: number;
}

export interface Columns {
  all: Column[];
  width: number;
  /** Where the border above bit `bit` is, counted from the right of the address: `edge(12)` is left of the page offset. */
  edge(bit: number): number;
}

export function columnsOf(fields: AddressField[], availablePx: number): Columns {
  const { gapPx, marginPx, signWidthPx, minBitPx, maxBitPx } = METRICS;
  const bits = fields.filter((field) => !isFolded(field)).reduce((sum, field) => sum + bitCount(field), 0);
  const foldedCount = fields.filter(isFolded).length;
  const fixed = foldedCount * signWidthPx + gapPx * Math.max(0, fields.length - 1) + 2 * marginPx;
  const fitting = Math.floor((100 * (availablePx - fixed)) / Math.max(1, bits)) / 100;
  const bitPx = Math.min(maxBitPx, Math.max(minBitPx, fitting));

  let x: number = marginPx;
  let tone = 0;
  const all = fields.map((field): Column => {
    const folded = isFolded(field);
    const width = folded ? signWidthPx : bitCount(field) * bitPx;
    const column = { field, x, width, centre: x + width / 2, folded, tone: field.level === undefined ? -1 : tone++ };
    x += width + gapPx;
    return column;
  });
  return { all, width: x - gapPx + marginPx, edge: (bit) => edgeOf(all, bit) };
}

function edgeOf(columns: Column[], bit: number): number {
  for (const { field, x, width } of columns) {
    if (bit > field.highBit) return x;
    if (bit >= field.lowBit) return x + (width * (field.highBit + 1 - bit)) / bitCount(field);
  }
  const last = columns[columns.length - 1];
  return last ? last.x + last.width : 0;
}

export function bitCount({ highBit, lowBit }: AddressField): number {
  return highBit - lowBit + 1;
}

function isFolded({ name, highBit, lowBit }: AddressField): boolean {
  return name === 'sign' && highBit > lowBit;
}
