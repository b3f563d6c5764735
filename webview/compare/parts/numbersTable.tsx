/** The counters of the runs up to here, side by side. */
import type { CompareResponse, ComparedRow } from '../../../src/protocol/compare';
import { groupsOf, ratioText, valueText } from '../numbers';

export function NumbersTable({ comparison }: { comparison: CompareResponse }) {
  const { columns } = comparison;
  if (comparison.rows.length === 0) return null;
  return (
    <section aria-label="Numbers up to here">
      <h2>
        Up to here<span class="total">≠ marks what differs; × is the ratio to {columns[0]?.scheme}</span>
      </h2>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">
              <span class="screenReader">measure</span>
            </th>
            {columns.map(({ scheme }) => (
              <th key={scheme} scope="col">
                {scheme}
              </th>
            ))}
          </tr>
        </thead>
        {groupsOf(comparison).map(({ group, rows }) => (
          <tbody key={group}>
            <tr class="group">
              <th scope="rowgroup" colSpan={columns.length + 1}>
                {group}
              </th>
            </tr>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Row({ row }: { row: ComparedRow }) {
  const { title, values, differs, disagrees } = row;
  return (
    <tr class={`${differs ? 'differs' : ''} ${disagrees ? 'disagrees' : ''}`}>
      <th scope="row">
        <span class="sign">{differs ? '≠' : ''}</span>
        {title}
        {disagrees && <span class="note"> (the program sees this)</span>}
      </th>
      {values.map((value, i) => (
        <td key={i}>
          {valueText(value, row)}
          <span class="ratio">{i === 0 ? '' : ratioText(value, values[0])}</span>
        </td>
      ))}
    </tr>
  );
}
