/** Where the access arrives: the page frame, below the offset field, with the byte lit. */
import type { WalkPicture } from '../../../src/protocol/walk';
import type { Attempt } from '../model/attempts';
import { whenOf, type When } from '../model/items';
import { sizeText } from '../../shared/text';
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
  const { offset, share } = placeInPage(picture, known.sizeBytes);
  const label = `0x${offset.toString(16)}`;
  const byte = { y: top + share * (tableHeightPx - slotHeightPx), height: slotHeightPx, label };
  return { ...place, ...known, byte };
}

/** In a large page, the fields of the levels below its entry belong to the offset. */
function placeInPage({ fields }: WalkPicture, sizeBytes: number): { offset: number; share: number } {
  const inside = fields.filter(({ lowBit }) => 2 ** lowBit < sizeBytes);
  const offset = inside.reduce((sum, { value, lowBit }) => sum + value * 2 ** lowBit, 0);
  return { offset, share: offset / sizeBytes };
}

interface Arrival extends Pick<Page, 'title' | 'subtitle' | 'when' | 'event'> {
  sizeBytes: number;
}

function arrival(picture: WalkPicture, { walk, result }: Attempt): Arrival | undefined {
  if (result) {
    const { pageSizeBytes: sizeBytes, frame, event } = result;
    return { sizeBytes, title: `${sizeText(sizeBytes)} page`, subtitle: frame, when: whenOf(picture, event), event };
  }
  const number = walk?.levels.findIndex(({ entry }) => entry?.leaf && entry.present) ?? -1;
  const leaf = walk?.levels[number];
  if (walk?.outcome === 'fault' || !leaf?.entry?.target) return undefined;
  const field = picture.fields.find(({ level }) => level === number);
  const { event } = leaf;
  return {
    sizeBytes: 2 ** (field?.lowBit ?? 12),
    title: 'page',
    subtitle: leaf.entry.target,
    when: whenOf(picture, event),
    event,
  };
}
