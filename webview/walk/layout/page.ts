/** Where the access arrives: the page frame, below the offset field, with the byte lit. */
import type { WalkPicture } from '../../../src/protocol/walk';
import type { Attempt } from '../model/attempts';
import { whenOf, type When } from '../model/items';
import { sizeText } from '../model/text';
import type { Columns } from './columns';
import { METRICS } from './metrics';
import { stripWidth } from './tables';

export interface Page {
  x: number;
  y: number;
  width: number;
  height: number;
  centre: number;
  /** The byte that is accessed; absent if no page was reached. */
  byte: { y: number; height: number; label: string } | undefined;
  title: string;
  subtitle: string;
  when: When;
  event: number | undefined;
}

export function pageOf(picture: WalkPicture, attempt: Attempt, columns: Columns, top: number): Page | undefined {
  const column = columns.all.find(({ field }) => field.name === 'offset');
  if (!column) return undefined;
  const { tableHeightPx, slotHeightPx } = METRICS;
  const width = stripWidth(column.width);
  const place = { x: column.centre - width / 2, y: top, width, height: tableHeightPx, centre: column.centre };
  const known = arrival(picture, attempt);
  if (!known) {
    const faulted = attempt.walk?.outcome === 'fault' || attempt.fault !== undefined;
    const subtitle = faulted ? 'no translation' : 'not reached';
    return { ...place, byte: undefined, title: 'page', subtitle, when: 'past', event: undefined };
  }
  const share = column.field.value / 2 ** (column.field.highBit + 1);
  const label = `0x${column.field.value.toString(16)}`;
  const byte = { y: top + share * (tableHeightPx - slotHeightPx), height: slotHeightPx, label };
  return { ...place, ...known, byte };
}

function arrival(
  picture: WalkPicture,
  { walk, result }: Attempt,
): Pick<Page, 'title' | 'subtitle' | 'when' | 'event'> | undefined {
  if (result) {
    const { pageSizeBytes, frame, event } = result;
    return { title: `${sizeText(pageSizeBytes)} page`, subtitle: frame, when: whenOf(picture, event), event };
  }
  const leaf = walk?.outcome === 'fault' ? undefined : walk?.levels.find(({ entry }) => entry?.leaf && entry.present);
  if (!leaf?.entry?.target) return undefined;
  return { title: 'page', subtitle: leaf.entry.target, when: whenOf(picture, leaf.event), event: leaf.event };
}
