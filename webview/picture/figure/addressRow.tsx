/** The virtual address, bit by bit, each field in the colour of its level. */
import { METRICS } from '../layout/metrics';
import { bitCount, type Column } from '../layout/columns';
import { round } from '../layout/path';
import { fitText, textWidth } from '../../shared/text';
import { toneClass } from './tone';

export function AddressRow({ columns }: { columns: Column[] }) {
  return (
    <g>
      {columns.map((column) => (
        <Field key={column.field.highBit} column={column} />
      ))}
    </g>
  );
}

function Field({ column }: { column: Column }) {
  const { field, x, width, folded } = column;
  const { numbersPx, fieldHeightPx } = METRICS;
  const top = numbersPx;
  return (
    <g class={`field ${toneClass(column.tone)}`}>
      <text class="bitNumber" x={x + 3} y={numbersPx - 5}>
        {field.highBit}
      </text>
      {field.highBit !== field.lowBit && hasRoomForBoth(column) && (
        <text class="bitNumber end" x={x + width - 3} y={numbersPx - 5}>
          {field.lowBit}
        </text>
      )}
      <rect class="fieldBox" x={x} y={top} width={width} height={fieldHeightPx} rx={3} />
      {folded ? <FoldedBits column={column} /> : <Bits column={column} />}
      <Caption column={column} />
    </g>
  );
}

/** A field of few bits in a narrow figure says its highest alone. */
function hasRoomForBoth({ field: { highBit, lowBit }, width }: Column): boolean {
  return textWidth(`${highBit} ${lowBit}`, 'ui', METRICS.smallPx) <= width - 6;
}

function Bits({ column: { field, x, width } }: { column: Column }) {
  const bitPx = width / bitCount(field);
  const positions = [...field.bits].map((_bit, i) => round(x + bitPx * (i + 0.5))).join(' ');
  return (
    <text class="bits middle" x={positions} y={METRICS.numbersPx + 17}>
      {field.bits}
    </text>
  );
}

function FoldedBits({ column: { field, centre } }: { column: Column }) {
  const bit = field.bits[0] ?? '0';
  return (
    <text class="bits middle" x={centre} y={METRICS.numbersPx + 17}>
      {`${bit}…${bit}`}
    </text>
  );
}

function Caption({ column: { field, centre, width, folded, tone } }: { column: Column }) {
  const value = tone < 0 ? `0x${field.value.toString(16)}` : String(field.value);
  const room = width - textWidth(value, 'mono', METRICS.fontPx) - 12;
  const name = folded ? 'sign' : fitText(field.name, 'ui', METRICS.fontPx, Math.max(room, 0));
  return (
    <text class="fieldCaption middle" x={centre} y={METRICS.numbersPx + 36}>
      {name && <tspan class="fieldName">{name}</tspan>}
      {!folded && (
        <tspan class="fieldValue" dx={name ? 5 : 0}>
          {value}
        </tspan>
      )}
    </text>
  );
}
