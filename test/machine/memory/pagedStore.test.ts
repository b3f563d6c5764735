import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteCensus, CHUNK_PAGES, type ChunkVersion } from '../../../src/machine/memory/chunkVersion';
import { PagedStore, PAGE_WORDS, type StoreSnapshot } from '../../../src/machine/memory/pagedStore';
import { hashOf } from '../support';

const PAGES = 200;

const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ write: fc.nat(PAGES), offset: fc.nat(PAGE_WORDS - 1), value: fc.integer() }) },
  // Many words at once: lists outgrow the full copy.
  {
    weight: 3,
    arbitrary: fc.record({
      write: fc.nat(PAGES),
      offset: fc.constant(0),
      value: fc.integer(),
      count: fc.nat(3 * PAGE_WORDS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ touch: fc.nat(PAGES) }) },
  { weight: 1, arbitrary: fc.record({ extend: fc.nat(PAGES) }) },
  { weight: 4, arbitrary: fc.record({ save: fc.constant(true) }) },
  { weight: 3, arbitrary: fc.record({ load: fc.nat() }) },
  // Some of the way to one save, and then to another, or to the same.
  { weight: 2, arbitrary: fc.record({ load: fc.nat(), by: fc.nat(), chunks: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ drop: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ hash: fc.constant(true) }) },
);

/** The naive store: all of its words. */
interface Model {
  used: number;
  words: Int32Array;
}

const copy = ({ used, words }: Model): Model => ({ used, words: words.slice() });

function check(store: PagedStore, model: Model): void {
  assert.equal(store.used, model.used);
  const n = Math.min(store.words.length, model.words.length);
  assert.equal(Buffer.compare(bytesOf(store.words, n), bytesOf(model.words, n)), 0, 'the words are the same');
  assert.ok(store.words.subarray(n).every((w) => w === 0) && model.words.subarray(n).every((w) => w === 0));
}

const bytesOf = (words: Int32Array, count: number): Buffer => Buffer.from(words.buffer, words.byteOffset, count * 4);

/** The same content by another path: written once, in order. */
function rebuilt(model: Model): PagedStore {
  const store = new PagedStore(1);
  store.extend(model.used);
  for (let page = 0; page < model.used; page++) store.touch(page);
  store.words.set(model.words.subarray(0, model.used * PAGE_WORDS));
  return store;
}

function write(store: PagedStore, model: Model, page: number, offset: number, value: number, count: number): void {
  const from = page * PAGE_WORDS + offset;
  const to = Math.min(from + count, model.used * PAGE_WORDS);
  for (let at = from; at < to; at++) {
    store.touch(Math.floor(at / PAGE_WORDS));
    store.words[at] = model.words[at] = value + (at % 3);
  }
}

/** What a census must find, counted without its marks. */
function naiveBytes(snapshots: readonly StoreSnapshot[]): number {
  const seen = new Set<ChunkVersion>();
  for (const { chunks } of snapshots)
    for (const chunk of chunks) for (let at = chunk; at !== null; at = at.base) seen.add(at);
  return [...seen].reduce((sum, v) => sum + v.data.byteLength, 0);
}

describe('the paged store', () => {
  it('restores exactly what was saved, whatever was written, saved, loaded, dropped and hashed in between', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (list) => {
        const store = new PagedStore(2);
        const saved: [StoreSnapshot, Model][] = [];
        let model: Model = { used: 0, words: new Int32Array((PAGES + 1) * PAGE_WORDS) };
        for (const a of list) {
          if ('write' in a) {
            if (a.write < model.used) write(store, model, a.write, a.offset, a.value, 'count' in a ? a.count : 1);
          } else if ('touch' in a) {
            if (a.touch < model.used) store.touch(a.touch);
          } else if ('extend' in a) {
            store.extend(a.extend);
            model.used = Math.max(model.used, a.extend);
          } else if ('save' in a) saved.push([store.save(), copy(model)]);
          else if ('hash' in a) assert.equal(hashOf(store), hashOf(rebuilt(model)), 'equal contents have equal hashes');
          else if (saved.length === 0) continue;
          else if ('drop' in a) saved.splice(a.drop % saved.length, 1);
          else {
            const [snapshot, then] = saved[a.load % saved.length];
            if ('by' in a) store.approach(saved[a.by % saved.length][0], a.chunks);
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
      { numRuns: 120 },
    );
  }).timeout(60_000);

  it('has another version of a page whenever its words are others than when somebody last asked', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (list) => {
        const store = new PagedStore(2);
        const saved: [StoreSnapshot, Model][] = [];
        let model: Model = { used: 0, words: new Int32Array((PAGES + 1) * PAGE_WORDS) };
        const seen = new Map<number, { version: number; words: Int32Array }>();
        for (const a of list) {
          if ('write' in a) {
            if (a.write < model.used) write(store, model, a.write, a.offset, a.value, 'count' in a ? a.count : 1);
          } else if ('touch' in a) {
            if (a.touch < model.used) store.touch(a.touch);
          } else if ('extend' in a) {
            store.extend(a.extend);
            model.used = Math.max(model.used, a.extend);
          } else if ('save' in a) saved.push([store.save(), copy(model)]);
          else if ('hash' in a) hashOf(store);
          else if ('load' in a && saved.length > 0) {
            const [snapshot, then] = saved[a.load % saved.length];
            store.load(snapshot);
            model = copy(then);
          }
          for (let page = 0; page < model.used; page += 3) {
            const words = store.words.slice(page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
            const before = seen.get(page);
            const version = store.version(page);
            if (before?.version === version) assert.deepEqual(words, before.words);
            seen.set(page, { version, words });
          }
        }
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);

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
    for (const page of [3, 999]) {
      store.touch(page);
      store.words[page * PAGE_WORDS] = 1;
    }
    const first = store.save();
    assert.equal(store.save(), first, 'nothing has changed: the same snapshot');
    store.touch(3);
    store.touch(999);
    store.words[999 * PAGE_WORDS] = 2;
    const second = store.save();
    const last = Math.floor(999 / CHUNK_PAGES);
    assert.equal(second.chunks[0], first.chunks[0], 'touched, but not changed');
    assert.notEqual(second.chunks[last], first.chunks[last]);
    assert.equal(second.chunks[last]?.base, first.chunks[last]);
  });

  it('stores words, not pages: zeroes cost nothing, a word costs six bytes and a little', () => {
    const store = new PagedStore(1);
    store.extend(5000);
    store.save();
    for (let page = 0; page < 4096; page++) {
      store.touch(page);
      for (let i = 0; i < 100; i++) store.words[page * PAGE_WORDS + 10 * i] = page + i + 1;
    }
    const bytes = new ByteCensus().add(store.save().chunks);
    assert.ok(bytes < 6.2 * 4096 * 100, `${bytes} bytes`);
  });

  it('holds at most two full copies of a chunk for one snapshot, however many were saved before', () => {
    const store = new PagedStore(1);
    store.extend(2);
    for (let i = 0; i < 3000; i++) {
      store.touch(i % 2);
      store.words[(i * 7) % (2 * PAGE_WORDS)] = i + 1;
      store.save();
    }
    const [chunk] = store.save().chunks;
    let bytes = 0;
    for (let at: ChunkVersion | null = chunk; at !== null; at = at.base) bytes += at.data.byteLength;
    assert.ok(bytes <= 2 * 2 * PAGE_WORDS * 4, `${bytes} bytes`);
  });

  it('counts what snapshots hold together exactly once', () => {
    const random = fc.sample(fc.tuple(fc.nat(PAGES - 1), fc.nat(PAGE_WORDS - 1), fc.integer(), fc.nat(2000)), 200);
    const store = new PagedStore(1);
    store.extend(PAGES);
    const model = { used: PAGES, words: new Int32Array((PAGES + 1) * PAGE_WORDS) };
    const snapshots = random.map(([page, offset, value, count]) => {
      write(store, model, page, offset, value, count);
      return store.save();
    });
    for (const some of [snapshots, snapshots.filter((_, i) => i % 7 === 3), snapshots.slice(-1), []]) {
      const census = new ByteCensus();
      const counted = some.reduce((sum, s) => sum + census.add(s.chunks), 0);
      const words = naiveBytes(some);
      assert.ok(counted >= words && counted <= 1.2 * words + 250 * some.length * 5, `${counted} for ${words}`);
      assert.equal(
        some.reduce((sum, s) => sum + census.add(s.chunks), 0),
        some.reduce((sum, s) => sum + 8 * s.chunks.length, 0),
        'the second time nothing is new',
      );
    }
  });
});
