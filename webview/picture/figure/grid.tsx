/** The second dimension of a guest's walk, drawn: a row for each address that the host has to be asked for. */
import type { NestedRow } from '../../../src/protocol/walk';
import { useItem } from '../interaction';
import type { GridBox, GridCell, GridLayout, GridRow } from '../layout/grid';
import { fitText } from '../../shared/text';
import { toneClass } from './tone';

export function Grid({ grid }: { grid: GridLayout }) {
  const { top, heads, rows } = grid;
  return (
    <g class="grid">
      <text class="gridTitle" x={2} y={top + 12}>
        Two dimensions: the guest’s levels downwards, the host’s across
      </text>
      {heads.map(({ text, x }) => (
        <text key={text} class="gridHead middle" x={x} y={top + 36}>
          {text}
        </text>
      ))}
      {rows.map((row, y) => (
        <Row key={y} row={row} y={y} isLast={y === rows.length - 1} />
      ))}
    </g>
  );
}

function Row({ row, y, isLast }: { row: GridRow; y: number; isLast: boolean }) {
  const { label, cells, bar, guest, turn } = row;
  const reached = row.row.status === 'walked';
  return (
    <g class={`gridRow ${row.row.status} ${isLast ? 'neutral' : toneClass(y)}`}>
      <text class="gridName" x={label.x + 2} y={label.y + 15}>
        {isLast ? 'page' : row.row.name}
      </text>
      <text class="gridAddress" x={label.x + 2} y={label.y + 30}>
        {fitText(row.row.guestPhysical ?? '', 'mono', 11, label.width)}
      </text>
      {bar ? <Bar bar={bar} /> : cells.map((cell) => <HostCell key={cell.itemId} at={cell} />)}
      {cells.slice(1).map((cell) => (
        <Arrow key={cell.itemId} box={cell} drawn={cell.cell.status === 'read'} />
      ))}
      <Arrow box={guest} drawn={reached && row.row.hostPhysical !== undefined} />
      {isLast ? <PageCell guest={guest} row={row.row} /> : <GuestCell guest={guest} row={row.row} />}
      {turn !== undefined && row.row.order !== undefined && guest.level?.entry?.present === true && (
        <Turn path={turn} itemId={guest.itemId} />
      )}
    </g>
  );
}

function HostCell({ at: { x, y, width, height, cell, itemId } }: { at: GridCell }) {
  const attributes = useItem(itemId, 'handle', `gridCell ${cell.status} ${cell.refused ? 'refused' : ''}`);
  return (
    <g {...attributes}>
      <rect class="gridBox" x={x} y={y} width={width} height={height} rx={3} />
      {cell.status === 'read' && (
        <>
          <text class="gridOrder middle" x={x + width / 2} y={y + 15}>
            {cell.order}
          </text>
          <text class="gridIndex middle" x={x + width / 2} y={y + 29}>
            {fitText(`[${cell.index}]`, 'mono', 11, width)}
          </text>
        </>
      )}
      {cell.status === 'skipped' && (
        <text class="gridIndex middle" x={x + width / 2} y={y + height / 2 + 4}>
          {fitText('cached', 'ui', 11, width)}
        </text>
      )}
      {cell.refused && (
        <g>
          <circle class="stop" cx={x + width - 2} cy={y + 2} r={8} />
          <path class="cross" d={`M${x + width - 5},${y - 1}l6,6m0,-6l-6,6`} />
        </g>
      )}
    </g>
  );
}

function Bar({ bar: { x, y, width, height, text, hit, itemId } }: { bar: NonNullable<GridRow['bar']> }) {
  const attributes = useItem(itemId ?? '', 'handle', `gridBar ${hit ? 'hit' : 'skipped'}`);
  return (
    <g {...attributes}>
      <rect class="gridBox" x={x} y={y + 4} width={width} height={height - 8} rx={3} />
      <text class="gridText middle" x={x + width / 2} y={y + height / 2 + 4}>
        {fitText(text, 'ui', 12, width - 8)}
      </text>
    </g>
  );
}

function GuestCell({ guest, row }: { guest: GridRow['guest']; row: NestedRow }) {
  const { x, y, width, height, level, itemId } = guest;
  const status = row.order === undefined ? (row.status === 'skipped' ? 'skipped' : 'notReached') : 'read';
  const attributes = useItem(itemId ?? '', 'echo', `gridGuest ${status}`);
  return (
    <g {...attributes}>
      <rect class="gridBox" x={x} y={y} width={width} height={height} rx={3} />
      {status === 'read' && (
        <text class="gridOrder middle" x={x + width / 2} y={y + 15}>
          {row.order}
        </text>
      )}
      <text class="gridIndex middle" x={x + width / 2} y={y + (status === 'read' ? 29 : height / 2 + 4)}>
        {fitText(status === 'read' ? `${row.name}[${level?.index ?? 0}]` : row.name, 'mono', 11, width)}
      </text>
    </g>
  );
}

/** The page itself is no reference of the walk. */
function PageCell({ guest, row }: { guest: GridRow['guest']; row: NestedRow }) {
  const { x, y, width, height, itemId } = guest;
  const found = row.hostPhysical !== undefined;
  const attributes = useItem(itemId ?? '', 'echo', `gridGuest page ${found ? 'read' : 'notReached'}`);
  return (
    <g {...attributes}>
      <rect class="gridBox" x={x} y={y} width={width} height={height} rx={3} />
      <text class="gridName middle" x={x + width / 2} y={y + (found ? 15 : height / 2 + 4)}>
        page
      </text>
      {found && (
        <text class="gridIndex middle" x={x + width / 2} y={y + 29}>
          {fitText(row.hostPhysical ?? '', 'mono', 11, width - 2)}
        </text>
      )}
    </g>
  );
}

/** From the guest's entry to the row of the table that it points to. */
function Turn({ path, itemId }: { path: string; itemId: string | undefined }) {
  const { class: names } = useItem(itemId ?? '', 'echo', 'gridTurn');
  return <path class={`gridLine ${names}`} d={path} />;
}

/** Into a box from the one before it. */
function Arrow({ box: { x, y, height }, drawn }: { box: GridBox; drawn: boolean }) {
  if (!drawn) return null;
  const middle = y + height / 2;
  return <path class="gridArrow" d={`M${x - 9},${middle}h4v-3l5,3l-5,3v-3z`} />;
}
