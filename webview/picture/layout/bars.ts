/** TLB and walk-cache look-ups: bars that span the address bits that their key is made of. */
import type { CacheLookup } from '../../../src/protocol/walk';
import { lookupId } from '../model/items';
import { fitText, textWidth } from '../../shared/text';
import type { Column, Columns } from './columns';
import { METRICS } from './metrics';

export interface Bar {
  lookup: CacheLookup;
  itemId: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Columns whose bits the key contains, wholly or in part. */
  taps: { x: number; tone: number }[];
  /** The verdict is in the label if there is room; the mark before it always says it. */
  label: string;
  /** True if the label had to be cut to the structure's name, which is then set in small type. */
  tight: boolean;
  /** The key, if there is room for it inside the bar. */
  key: string | undefined;
}

export function barsOf(lookups: CacheLookup[], columns: Columns, top: number): Bar[] {
  const { barHeightPx, barGapPx } = METRICS;
  const indexing = columns.all.filter(({ tone }) => tone >= 0);
  const first = indexing[0];
  const last = indexing[indexing.length - 1];
  if (!first || !last) return [];
  return lookups.map((lookup, i): Bar => {
    const lowBit = lookup.keyLowBit ?? cachedLevel(lookup, indexing)?.field.lowBit ?? last.field.lowBit;
    const width = Math.max(columns.edge(lowBit) - first.x, METRICS.minBitPx);
    const taps = indexing
      .filter(({ field }) => field.highBit >= lowBit)
      .map(({ centre, tone }) => ({ x: Math.min(centre, first.x + width), tone }));
    const y = top + i * (barHeightPx + barGapPx);
    return {
      lookup,
      itemId: lookupId(i),
      x: first.x,
      y,
      width,
      height: barHeightPx,
      taps,
      ...labelOf(lookup, width),
      key: keyText(lookup, width),
    };
  });
}

/** Without a stated key: a cache that is named after a level (`PWC PMD`) is asked with the bits down to that level. */
function cachedLevel({ structure }: CacheLookup, indexing: Column[]): Column | undefined {
  return indexing.find(({ field }) => structure.endsWith(` ${field.name}`));
}

function labelOf({ structure, hit }: CacheLookup, widthPx: number): { label: string; tight: boolean } {
  const whole = `${structure} ${hit ? 'hit' : 'miss'}`;
  const { fontPx, smallPx } = METRICS;
  const tight = textWidth(whole, 'ui', fontPx) > widthPx - 28;
  return { label: tight ? fitText(structure, 'ui', smallPx, widthPx - 24) : whole, tight };
}

function keyText(lookup: CacheLookup, widthPx: number): string | undefined {
  const text = lookup.set === undefined ? lookup.key : `${lookup.key} · set ${lookup.set}`;
  const { smallPx, fontPx } = METRICS;
  const label = textWidth(labelOf(lookup, widthPx).label, 'ui', fontPx) + 44;
  for (const candidate of [text, lookup.key]) {
    if (label + textWidth(candidate, 'mono', smallPx) <= widthPx) return candidate;
  }
  return undefined;
}
