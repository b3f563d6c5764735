/** The flame graph in numbers: one row a function, the most work first. */
import type { WorkFrame } from '../../../src/protocol/statistics';
import { changeText, countText, shareText } from '../../shared/numbers';

export interface WorkRow {
  work: string;
  group: string;
  name: string;
  value: number;
  then?: number;
}

export function workRows(root: WorkFrame): WorkRow[] {
  const rows = root.children.flatMap((work) =>
    work.children.flatMap((group) =>
      group.children.map(({ name, value, then }): WorkRow => {
        const row = { work: work.name, group: group.name, name, value };
        return then === undefined ? row : { ...row, then };
      }),
    ),
  );
  return rows.sort((a, b) => b.value - a.value);
}

/** `most`: rows that are shown at most. */
export function FlameTable({ root, pinned, most }: { root: WorkFrame; pinned: boolean; most: number }) {
  const rows = workRows(root);
  const whole = root.value;
  return (
    <table class="numbers">
      <caption>
        <strong>{rows.length > most ? `The ${most} functions with the most work` : 'Kernel work by function'}</strong>
      </caption>
      <thead>
        <tr>
          <th scope="col">function</th>
          <th scope="col" class="words">
            class
          </th>
          <th scope="col" class="words">
            group
          </th>
          <th scope="col">instructions</th>
          <th scope="col">share</th>
          {pinned && <th scope="col">at the pin</th>}
          {pinned && <th scope="col">change</th>}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, most).map(({ work, group, name, value, then = 0 }) => (
          <tr key={`${work};${name}`}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td class="words">{work}</td>
            <td class="words">{group}</td>
            <td>{countText(value)}</td>
            <td>{shareText(whole === 0 ? 0 : value / whole)}</td>
            {pinned && <td>{countText(then)}</td>}
            {pinned && <td class={value === then ? 'same' : 'changed'}>{changeText(value - then)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
