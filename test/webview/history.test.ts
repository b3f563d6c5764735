import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HistoryResponse, HistoryRow } from '../../src/protocol/history';
import type { Shown } from '../../webview/history/model/shown';
import { faultEntry, momentEntries, notesOf, sentence, tickEntry } from '../../webview/history/model/entries';
import { RowStore } from '../../webview/history/model/rowStore';
import {
  clampTop,
  innerHeight,
  isScaled,
  lastTop,
  ROW_PX,
  scrollOf,
  topFor,
  topOf,
  topToReach,
} from '../../webview/history/model/window';

const history: HistoryResponse = {
  moment: { tick: 4, event: 0 },
  ticks: 10,
  faults: 2,
  faultsBefore: 1,
  stops: [{ tick: 4, event: 0, text: 'breakpoint' }],
  generation: 0,
};
const shown: Shown = { session: 's', history, marks: [{ tick: 7, event: 3, name: 'odd' }] };
const fault: HistoryRow = {
  tick: 2,
  title: 'write heap',
  tlb: 'miss',
  references: 5,
  faults: [{ kind: 'minor', text: 'anonymous', event: 9 }],
};

describe('lines of the history', () => {
  it('say what happened, and where they stand to the cursor', () => {
    const notes = notesOf(shown);
    assert.equal(sentence(tickEntry(shown, notes, 2, fault)), 'tick 2, write heap, page fault: minor, anonymous');
    const now = tickEntry(shown, notes, 4, { tick: 4, title: 'print "x"', faults: [] });
    assert.equal(sentence(now), 'tick 4, print "x", stopped here, the current moment');
    const walk = tickEntry(shown, notes, 7, { tick: 7, title: 'read heap', tlb: 'miss', references: 1, faults: [] });
    assert.equal(
      sentence(walk),
      'tick 7, read heap, TLB miss, 1 references, marked odd, later than the current moment',
    );
    assert.equal(sentence(tickEntry(shown, notes, 9, undefined)), 'tick 9, being looked for');
  });

  it('of a fault lead into its handler', () => {
    const { tick, event } = faultEntry(shown, notesOf(shown), fault);
    assert.deepEqual([tick, event], [2, 9]);
    assert.equal(faultEntry(shown, notesOf(shown), undefined).known, false);
  });

  it('of marks, stops and the pinned moment stand in the tape’s order', () => {
    const pin = { tick: 1, event: 2, title: 'mmap' };
    const all = momentEntries({ ...shown, history: { ...history, pin } });
    assert.deepEqual(
      all.map(({ tick, when, stopped, pinned, marks }) => [tick, when, stopped, pinned, marks.length]),
      [
        [1, 'past', false, true, 0],
        [4, 'now', true, false, 0],
        [7, 'later', false, false, 1],
      ],
    );
  });
});

describe('the window of the list', () => {
  const VIEW = 300;

  it('shows any row of a list of any length, and knows where the scroll bar is then', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, part) => {
        const top = part * lastTop(rows, VIEW);
        const scroll = scrollOf(top, rows, VIEW);
        assert.ok(scroll >= 0 && scroll <= Math.max(0, innerHeight(rows) - VIEW) + 1e-3);
        assert.ok(Math.abs(topOf(scroll, rows, VIEW) - top) < 1e-3 * Math.max(1, rows / 1e6));
      }),
    );
    assert.equal(isScaled(100), false);
    assert.equal(isScaled(40e6), true);
    assert.ok(innerHeight(1e9) <= 4e6);
  });

  it('follows a row by as little as may be', () => {
    const shownRows = VIEW / ROW_PX;
    assert.equal(topFor(5, 0, 1000, VIEW), 0, 'it is well in sight');
    assert.ok(Math.abs(topFor(500, 0, 1000, VIEW) + shownRows / 2 - 500.5) < 0.01, 'else it comes to the middle');
    assert.equal(topToReach(20, 0, 1000, VIEW), 21 - shownRows);
    assert.equal(topToReach(3, 10, 1000, VIEW), 3);
    assert.equal(clampTop(1e9, 1000, VIEW), 1000 - shownRows);
  });
});

describe('the rows that a view has', () => {
  it('asks for what is missing in sight, and a little more', () => {
    const store = new RowStore();
    store.use('s', 0);
    assert.deepEqual(store.wanted('ticks', 30, 40, 1000), { list: 'ticks', start: 10, count: 50 });
    store.take('ticks', {
      start: 10,
      rows: Array.from({ length: 50 }, (_, i) => ({ ...fault, tick: 10 + i })),
      complete: true,
    });
    assert.equal(store.wanted('ticks', 30, 40, 1000), undefined);
    assert.deepEqual(store.wanted('ticks', 58, 62, 1000), { list: 'ticks', start: 60, count: 22 });
    store.take('ticks', { start: 60, rows: [null, { ...fault, tick: 61 }], complete: false });
    assert.equal(store.wanted('ticks', 60, 61, 61)?.start, 60, 'what was not known is asked for again');
    store.use('s', 1);
    assert.equal(store.row('ticks', 30), undefined, 'an edit makes all of them untrue');
  });
});
