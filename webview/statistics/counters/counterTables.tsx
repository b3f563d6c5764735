/** All counters at the cursor's moment; with a pinned moment, what they were there and what came to them. */
import type { CounterGroup, CounterRow } from '../../../src/protocol/statistics';
import { changeText, countText } from '../../shared/numbers';

interface CounterTablesProps {
  groups: CounterGroup[];
  pinned: boolean;
  zeroes: boolean;
}

export function CounterTables({ groups, pinned, zeroes }: CounterTablesProps) {
  const shown = groups
    .map(({ name, rows }) => ({ name, rows: rows.filter((row) => zeroes || isSomething(row)) }))
    .filter(({ rows }) => rows.length > 0);
  if (shown.length === 0) return <p class="hint">Everything is zero.</p>;
  return (
    <div class="counterTables">
      {shown.map(({ name, rows }) => (
        <table key={name} class="numbers">
          <caption>
            <strong>{name}</strong>
          </caption>
          <thead class={pinned ? undefined : 'screenReader'}>
            <tr>
              <th scope="col">counter</th>
              {pinned && <th scope="col">pinned</th>}
              <th scope="col">now</th>
              {pinned && <th scope="col">change</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.path} row={row} pinned={pinned} />
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

const isSomething = ({ now, then = 0 }: CounterRow): boolean => now !== 0 || then !== 0;

function Row({ row: { path, now, then = 0 }, pinned }: { row: CounterRow; pinned: boolean }) {
  const changed = now !== then;
  const context = JSON.stringify({ webviewSection: 'counter', expression: path, preventDefaultContextMenuItems: true });
  return (
    <tr class={pinned && changed ? 'differs' : undefined} data-vscode-context={context} title={path}>
      <th scope="row">
        {path
          .split('.')
          .slice(path.split('.').length > 2 ? 2 : 1)
          .join(' ')}
      </th>
      {pinned && <td>{countText(then)}</td>}
      <td>{countText(now)}</td>
      {pinned && <td class={changed ? 'changed' : 'same'}>{changeText(now - then)}</td>}
    </tr>
  );
}
