import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressOfPlace, MapField, type MapResponse } from '../../src/protocol/map';
import { shapesOf } from '../../webview/map/draw/shapes';
import { MODES } from '../../webview/map/model/modes';
import {
  around,
  CELLS,
  cellOf,
  fitted,
  gridFor,
  placesOf,
  settled,
  wholeOf,
  zoomed,
} from '../../webview/map/model/window';
import { cellSentence, countsByCell } from '../../webview/map/model/words';
import { rowsOf } from '../../webview/map/model/rows';

const HEAP = 0x5555_5540_0000 / 4096;

const counts = (values: Partial<Record<MapField, number>>): number[] =>
  Array.from({ length: MapField.Count }, (_, field) => values[field as MapField] ?? 0);

const MAP: MapResponse = {
  ...{ tick: 7, scheme: 'radix', addressBits: 48, signExtended: true, space: 1, spaces: [{ id: 1, name: 'demo' }] },
  ...{ first: HEAP, cellPages: 16, cells: CELLS, complete: true, areasInAll: 2, cursor: HEAP + 20 },
  filled: [
    [
      0,
      ...counts({
        [MapField.Size4K]: 4,
        [MapField.ReadWrite]: 4,
        [MapField.Dirty]: 3,
        [MapField.Unused]: 1,
        [MapField.Depth4]: 4,
        [MapField.Tables]: 1,
      }),
    ],
    [40, ...counts({ [MapField.Size2M]: 16, [MapField.ReadExec]: 16, [MapField.Accessed]: 16, [MapField.Depth3]: 16 })],
  ],
  areas: [
    { first: HEAP, pages: 512, name: 'heap', rights: 'rw-p', backing: 'anon' },
    { first: HEAP + 600, pages: 3, name: '', rights: 'r-xp', backing: 'file libc.so' },
  ],
};

const grid = gridFor(1000);

describe('the stretch that the map shows', () => {
  const anywhere = fc.record({
    bits: fc.constantFrom(32, 48, 57),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    size: fc.integer({ min: 0, max: 46 }),
  });

  it('is made of cells of a power of two, in whole rows, and inside of what is translated', () => {
    fc.assert(
      fc.property(anywhere, ({ bits, at, size }) => {
        const places = placesOf(bits);
        const { first, cellPages } = settled({ first: Math.floor(at * places), cellPages: 2 ** size }, grid, places);
        assert.ok(Number.isInteger(Math.log2(cellPages)) && cellPages >= 1);
        assert.equal(first % (cellPages * grid.columns), 0);
        assert.ok(first >= 0 && first + cellPages * CELLS <= places);
      }),
    );
  });

  it('keeps what is pointed at in sight while it is zoomed in and out', () => {
    fc.assert(
      fc.property(anywhere, fc.nat(CELLS - 1), ({ bits, at, size }, cell) => {
        const places = placesOf(bits);
        const stretch = settled({ first: Math.floor(at * places), cellPages: 2 ** size }, grid, places);
        const place = stretch.first + cell * stretch.cellPages;
        for (const factor of [1 / 8, 8]) {
          const next = zoomed(stretch, factor, cell, grid, places);
          const there = cellOf(next, place);
          assert.ok(there >= 0 && there < CELLS, `${there}`);
        }
      }),
    );
  });

  it('holds all of an area that it is fitted to, and the way back leads to the whole', () => {
    const places = placesOf(48);
    const stretch = fitted(HEAP, 16384, grid, places);
    assert.ok(stretch.first <= HEAP && stretch.first + stretch.cellPages * CELLS >= HEAP + 16384);
    const [whole, ...rest] = around(stretch, grid, places);
    assert.deepEqual(whole, wholeOf(places));
    assert.ok(rest.every(({ first, cellPages }) => first <= HEAP && first + cellPages * CELLS > HEAP));
    assert.deepEqual(around(wholeOf(places), grid, places), []);
  });

  it('is told by addresses that are sign-extended where the scheme does that', () => {
    assert.equal(addressOfPlace(HEAP, MAP), '0x555555400000');
    assert.equal(addressOfPlace(2 ** 35, MAP), '0xffff800000000000');
    assert.equal(addressOfPlace(2 ** 19, { addressBits: 32, signExtended: false }), '0x80000000');
  });
});

describe('the map as shapes', () => {
  it('has for each mode what is in a cell, stacked to its share and never higher than the cell', () => {
    for (const mode of MODES) {
      const { boxes } = shapesOf(MAP, mode, grid, 10);
      assert.ok(boxes.length >= 2, mode.id);
      for (const { y, height } of boxes) {
        const row = Math.floor(y / 10) * 10;
        assert.ok(height > 0 && y >= row && y + height <= row + 10.001, `${mode.id}: ${y} ${height}`);
      }
    }
    const [first] = shapesOf(MAP, MODES[0], grid, 10).boxes;
    assert.equal(first?.height, 2.25);
  });

  it('tells no two kinds of a mode apart by colour alone', () => {
    for (const { kinds, id } of MODES) {
      const looks = kinds.map(({ tone, texture }) => `${tone}:${texture}`);
      assert.equal(new Set(looks).size, looks.length, id);
      const byTexture = kinds.map(({ texture }) => texture);
      assert.equal(new Set(byTexture).size, byTexture.length, id);
    }
  });

  it('draws an outline around each area, its name in it, and a mark at the cursor', () => {
    const { outlines, labels, cursor, areas } = shapesOf(MAP, MODES[0], grid, 10);
    assert.equal(areas.length, 32 + 1);
    // A row of 32 cells: 64 above and below, two at its ends; and four around the cell of the small one.
    assert.equal(outlines.length, 66 + 4);
    assert.deepEqual(
      labels.map(({ text }) => text),
      ['heap'],
    );
    assert.deepEqual(cursor, { x: 10, y: 0 });
    assert.ok((labels[0]?.x ?? 0) >= 20, 'the name is beside the mark');
  });
});

describe('the map in words', () => {
  it('says of a cell where it is, whose, and what is in it', () => {
    const byCell = countsByCell(MAP);
    assert.equal(
      cellSentence(MAP, 0, byCell.get(0)),
      '0x5555_5540_0000, 64 KiB: heap (rw-p anon), 16 KiB in 4 KiB pages, rw-, 12 KiB written, 4 KiB not used, 1 tables begin here',
    );
    assert.match(cellSentence(MAP, 5, undefined), /heap \(rw-p anon\), nothing is mapped$/);
  });

  it('has a row for each area in sight, and for what is mapped outside of all', () => {
    const rows = rowsOf(MAP);
    assert.deepEqual(
      rows.map(({ first, pages, area }) => [first - HEAP, pages, area?.name]),
      [
        [0, 512, 'heap'],
        [600, 3, ''],
        [640, 16, undefined],
      ],
    );
    assert.equal(rows[0]?.counts[MapField.Size4K], 4);
  });
});
