/**
 * The whole figure as numbers. A pure function of the picture, the attempt and the width, so that it can be tested
 * without a browser; the components only draw what stands here.
 *
 * Two kinds of wire: *index* wires carry address bits down into a table (or into the key of a cache) and have the
 * colour of their field; *pointer* wires carry physical addresses from an entry to the next table and are neutral.
 */
import type { WalkPicture } from '../../../src/protocol/walk';
import type { Attempt } from '../model/attempts';
import type { When } from '../model/items';
import { barsOf, type Bar } from './bars';
import { columnsOf, type Columns } from './columns';
import { METRICS } from './metrics';
import { pageOf, type Page } from './page';
import { stripsOf, type Strip } from './tables';
import { wiresOf, type Wire } from './wires';

export interface FigureLayout {
  width: number;
  height: number;
  columns: Columns;
  addressBottom: number;
  bars: Bar[];
  strips: Strip[];
  page: Page | undefined;
  root: Root | undefined;
  wires: Wire[];
  /** Where the walk ended in a fault. */
  faultMark: { x: number; y: number; when: When } | undefined;
}

/** The register that a walk starts from, unless a walk cache let it start further down. */
export interface Root {
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export function layOut(picture: WalkPicture, attempt: Attempt, availablePx: number): FigureLayout {
  const columns = columnsOf(picture.fields, availablePx);
  const addressBottom = METRICS.numbersPx + METRICS.fieldHeightPx;
  const bars = barsOf(attempt.lookups, columns, addressBottom + METRICS.afterAddressPx);
  const lastBar = bars[bars.length - 1];
  const top = (lastBar ? lastBar.y + lastBar.height : addressBottom) + METRICS.afterBarsPx;
  const strips = stripsOf(picture, attempt, columns, top);
  const page = pageOf(picture, attempt, columns, top);
  const root = rootOf(attempt, columns, top);
  const { wires, faultMark } = wiresOf({ picture, attempt, columns, addressBottom, bars, strips, page, root });
  const height = top + METRICS.tableHeightPx + METRICS.captionPx;
  return { width: columns.width, height, columns, addressBottom, bars, strips, page, root, wires, faultMark };
}

function rootOf({ walk }: Attempt, columns: Columns, top: number): Root | undefined {
  const first = columns.all[0];
  if (!walk || walk.probes || !first || walk.levels[0]?.status !== 'read') return undefined;
  // Registers are where the walk begins: the strip itself.
  if (walk.levels[0].register !== undefined) return undefined;
  const width = first.folded ? first.width - 6 : 44;
  return { label: walk.startedFrom, x: first.x, y: top - 4, width, height: 26 };
}
