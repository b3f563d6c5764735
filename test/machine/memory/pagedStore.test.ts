import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PagedStore, PAGE_WORDS, type StoreSnapshot } from '../../../src/machine/memory/pagedStore';
import { hashOf } from '../support';

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: fc.nat(700), offset: fc.nat(PAGE_WORDS - 1), value: fc.integer() }) },
  { weight: 1, arbitrary: fc.record({ extend: fc.nat(700) }) },
  { weight: 2, arbitrary: fc.record({ save: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ load: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ hash: fc.constant(true) }) },
);

/** The naive store: words that are not zero, by number. */
interface Model {
  used: number;
  words: Map<number, number>;
}

function check(store: PagedStore, model: Model): void {
  assert.equal(store.used, model.used);
  for (const [at, value] of model.words) assert.equal(store.words[at], value);
  let other = 0;
  for (let i = 0; i < store.used * PAGE_WORDS; i++) if (store.words[i] !== 0) other++;
  assert.equal(other, [...model.words.values()].filter((v) => v !== 0).length, 'all other words are zero');
}

/** The same content by another path: written once, in order. */
function rebuilt(model: Model): PagedStore {
  const store = new PagedStore(1);
  store.extend(model.used);
  for (const [at, value] of [...model.words].sort(([a], [b]) => a - b)) {
    store.touch(Math.floor(at / PAGE_WORDS));
    store.words[at] = value;
  }
  return store;
}

const copy = (model: Model): Model => ({ used: model.used, words: new Map(model.words) });

describe('the paged store', () => {
  it('restores exactly what was saved, whatever was written, saved, loaded and hashed in between', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (list) => {
        const store = new PagedStore(2);
        const saved: [StoreSnapshot, Model][] = [];
        let model: Model = { used: 0, words: new Map() };
        for (const a of list) {
          if ('write' in a) {
            if (a.write >= model.used) continue;
            const at = a.write * PAGE_WORDS + a.offset;
            store.touch(a.write);
            store.words[at] = a.value;
            model.words.set(at, a.value);
          } else if ('extend' in a) {
            store.extend(a.extend);
            model.used = Math.max(model.used, a.extend);
          } else if ('save' in a) saved.push([store.save(), copy(model)]);
          else if ('hash' in a) assert.equal(hashOf(store), hashOf(rebuilt(model)), 'equal contents have equal hashes');
          else if (saved.length > 0) {
            const [snapshot, then] = saved[a.load % saved.length];
            store.load(snapshot);
            model = copy(then);
          }
        }
        check(store, model);
        assert.equal(hashOf(store), hashOf(rebuilt(model)));
        for (const [snapshot, then] of saved) {
          store.load(snapshot);
          check(store, then);
          assert.equal(hashOf(store), hashOf(rebuilt(then)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has another hash if one word differs, or the number of pages', () => {
    fc.assert(
      fc.property(
        fc.nat(3 * PAGE_WORDS - 1),
        fc.integer().filter((n) => n !== 0),
        (at, value) => {
          const a = new PagedStore(1);
          const b = new PagedStore(1);
          for (const store of [a, b]) store.extend(3);
          assert.equal(hashOf(a), hashOf(b));
          b.touch(Math.floor(at / PAGE_WORDS));
          b.words[at] = value;
          assert.notEqual(hashOf(a), hashOf(b));
          b.words[at] = 0;
          b.extend(4);
          assert.notEqual(hashOf(a), hashOf(b));
        },
      ),
    );
  });

  it('shares with earlier snapshots what has not changed', () => {
    const store = new PagedStore(1);
    store.extend(1000);
    const first = store.save();
    assert.equal(store.save(), first, 'nothing has changed: the same snapshot');
    store.touch(999);
    store.words[999 * PAGE_WORDS] = 1;
    const second = store.save();
    assert.equal(second.chunks[0], first.chunks[0]);
    const copies = second.chunks[3].filter((page, i) => page !== first.chunks[3][i]);
    assert.equal(copies.length, 1);
  });
});
