/** The kernel on the hashed page table, against the oracle of values, and against the radix tree. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { MAX_PROBES } from '../../../../src/machine/paging/hashed/format';
import { run, sequence } from '../../kernel/sequences';
import { World } from '../../emt/world';
import { machineWithProcess, map } from '../../support';

describe('the hashed page table', function () {
  this.timeout(300_000);

  it('agrees with the oracle of values', () =>
    fc.assert(
      fc.property(sequence(50), (operations) => run(operations, { scheme: 'hashed', swapBytes: 2 ** 24 })),
      { numRuns: 25 },
    ));

  it('keeps what collides, and closes the gap when one of them goes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(700), fc.boolean()), { maxLength: 700 }), (actions) => {
        const w = new World({ scheme: 'hashed', memoryBytes: 2 ** 20 + 2 ** 16 });
        const model = new Set<number>();
        for (const [page, enter] of actions) {
          if (enter) {
            if (w.enter(page) === 'ok') model.add(page);
          } else {
            w.emt.tdbRemoveTobj(w.tdbs[0], w.find(page), w.old);
            model.delete(page);
          }
        }
        for (let page = 0; page <= 700; page++)
          assert.equal(w.page(page, w.tdbs[0]) !== '-', model.has(page), `page ${page}`);
      }),
      { numRuns: 30 },
    );
  });

  it('is full when a page finds no slot near its own', () => {
    const w = new World({ scheme: 'hashed', memoryBytes: 2 ** 20 + 2 ** 16 });
    const results = Array.from({ length: 1100 }, (_, i) => w.enter(i));
    assert.ok(results.includes('ENOMEM'));
    assert.ok(results.filter((r) => r === 'ok').length <= 2 ** 10);
  });

  it('counts every slot that a walk looks at', () => {
    const m = machineWithProcess({ scheme: 'hashed' });
    map(m, 0x1000, 3000);
    for (let i = 0; i < 3000; i++) assert.ok(m.access(1, asVpn(0x1000 + i), 0, 8, 1));
    const walks = m.probe.counters[Counter.Walks];
    const references = m.probe.counters[Counter.WalkReferences];
    assert.equal(walks, 3000);
    assert.ok(references >= walks && references < 2 * walks, 'a sparse table seldom collides');
    assert.ok(m.probe.counters[Counter.WalkLongest] <= MAX_PROBES);
  });
});
