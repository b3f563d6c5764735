/** A table: a strip as tall as the table is long, with the slot that was read lit where it lies. */
import { useItem } from '../interaction';
import { METRICS } from '../layout/metrics';
import { SLOT_ADDRESS_PX, type Strip } from '../layout/tables';
import { fitText, textWidth } from '../../shared/text';
import { CursorMark } from './cursorMark';
import { toneClass } from './tone';

const RULES = 8;

export function TableStrip({ strip }: { strip: Strip }) {
  const { level, itemId, column, x, y, width, height } = strip;
  const attributes = useItem(itemId, 'echo', `table ${level.status} ${toneClass(column.tone)}`);
  return (
    <g {...attributes}>
      <rect class="tableBox" x={x} y={y} width={width} height={height} rx={2} />
      <path class="rules" d={rules(strip)} />
      <Ends strip={strip} />
      {strip.slot && <Slot strip={strip} slot={strip.slot} />}
      <TableCaption strip={strip} />
    </g>
  );
}

function rules({ x, y, width, height, level }: Strip): string {
  if (level.status === 'notReached') return '';
  const step = height / RULES;
  return Array.from({ length: RULES - 1 }, (_none, i) => `M${x + 1},${y + step * (i + 1)}h${width - 2}`).join('');
}

/** First and last index, where the slot leaves room for them. */
function Ends({ strip: { level, x, y, width, height, slot } }: { strip: Strip }) {
  if (level.status !== 'read' || width < 56) return null;
  const last = String(level.slots - 1);
  const clear = (top: number) => !slot || Math.abs(slot.y + slot.height / 2 - top) > 24;
  return (
    <g class="ends">
      {clear(y) && (
        <text x={x + 5} y={y + 14}>
          0
        </text>
      )}
      {clear(y + height) && (
        <text x={x + 5} y={y + height - 6}>
          {last}
        </text>
      )}
    </g>
  );
}

function Slot({ strip, slot }: { strip: Strip; slot: { y: number; height: number } }) {
  const { level, x, width, column, entryAddress } = strip;
  const middle = slot.y + slot.height / 2;
  return (
    <g>
      <rect class="slot" x={x - 2} y={slot.y} width={width + 4} height={slot.height} rx={2} />
      <text class="slotIndex middle" x={column.centre} y={middle + 4}>
        {level.index}
      </text>
      {entryAddress !== undefined && (
        <text class="slotAddress halo" x={x + width + SLOT_ADDRESS_PX} y={middle - 5}>
          {entryAddress}
        </text>
      )}
    </g>
  );
}

/** Of `PTE way 1 (new)` the number tells the ways apart: where there is room for little, it is `PTE 1 new`. */
function shortName(name: string, roomPx: number): string {
  if (textWidth(name, 'ui', METRICS.fontPx) <= roomPx - 16) return name;
  return name.replace(/ (?:way|probe) /, ' ').replace(/[()]/g, '');
}

function TableCaption({ strip: { level, column, y, height, slot, notes } }: { strip: Strip }) {
  const { centre, width } = column;
  const base = y + height;
  const font = slot ? 'mono' : 'ui';
  const room = width + 8;
  const note = notes.find((text) => textWidth(text, font, METRICS.smallPx) <= room) ?? notes[notes.length - 1] ?? '';
  const name = fitText(shortName(level.name, width), 'ui', METRICS.fontPx, width - 16);
  return (
    <g class="caption">
      <text class="tableName middle" x={centre} y={base + 17}>
        {name}
      </text>
      <text class={`tableBase middle ${slot ? 'mono' : ''}`} x={centre} y={base + 33}>
        {fitText(note, font, METRICS.smallPx, room)}
      </text>
      {slot && <CursorMark x={centre - textWidth(name, 'ui', METRICS.fontPx) / 2 - 13} y={base + 13} />}
    </g>
  );
}
