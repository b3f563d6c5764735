import assert from 'node:assert/strict';
import type { ComparedRow, CompareResponse } from '../../src/protocol/compare';
import { csvOf, groupsOf, ratioText, valueText } from '../../webview/compare/numbers';

const row = (
  id: string,
  group: string,
  values: (number | null)[],
  unit: ComparedRow['unit'] = 'count',
): ComparedRow => ({
  ...{ id, group, title: id, unit, values },
  ...{ differs: new Set(values).size > 1, disagrees: false },
});

const COMPARISON: CompareResponse = {
  ...{ outcome: 'complete', tick: 3, title: 'write heap', disagreements: [], edited: false },
  columns: ['radix', 'ecpt'].map((scheme) => ({ scheme, state: 'here' })),
  rows: [row('a', 'walks', [4, 3]), row('b', 'walks', [null, 2]), row('c', 'page tables', [16384, 4194304], 'bytes')],
};

describe('numbers of a comparison', () => {
  it('have units and ratios that a person reads', () => {
    const [a, b, c] = COMPARISON.rows as [ComparedRow, ComparedRow, ComparedRow];
    assert.deepEqual([valueText(1234567, a), valueText(null, b), valueText(16384, c)], ['1,234,567', '–', '16 KiB']);
    assert.deepEqual(
      [ratioText(3, 4), ratioText(4, 4), ratioText(4194304, 16384), ratioText(2, null)],
      ['×0.75', '', '×256', ''],
    );
    assert.equal(valueText(1.5, row('d', 'walks', [], 'ratio')), '1.50');
  });

  it('stand in groups, and are exported with nothing where a scheme has no such number', () => {
    assert.deepEqual(
      groupsOf(COMPARISON).map(({ group, rows }) => [group, rows.length]),
      [
        ['walks', 2],
        ['page tables', 1],
      ],
    );
    assert.equal(
      csvOf(COMPARISON),
      'measure,group,title,radix,ecpt\na,walks,a,4,3\nb,walks,b,,2\nc,page tables,c,16384,4194304\n',
    );
  });
});
