/** A driver may override a default for speed, never for another result. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn, type Vpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import type { Errno, Tdb } from '../../../src/machine/emt/driver';
import { Attribute } from '../../../src/machine/emt/tobj';
import { pageSizesOf } from '../../../src/machine/paging/format';
import { EVERY_SCHEME, formatNamed } from '../support';
import { after, hugeStart, World } from './world';

const LARGE = 2 ** 18;

/** Where the commands work: two places below 2 GiB, of which the second may be one page of 1 GiB, and where pages move to. */
interface Places {
  /** Pages of the smallest huge page that the scheme has, or of one that it has not. */
  medium: number;
  moved: number;
}

function placesOf(scheme: string): Places {
  const format = formatNamed(scheme);
  const { userSpace } = format;
  const sizes = pageSizesOf(format).filter((pages) => pages > 1 && pages < LARGE);
  return { medium: sizes.at(-1) ?? 512, moved: userSpace.end > 2 ** 28 ? 2 ** 27 : 2 ** 19 };
}
const regionsOf = ({ moved }: Places): (readonly [number, number])[] => [
  [0, 2048],
  [LARGE, LARGE + 1024],
  [moved, moved + 2048],
];

type Command =
  | { op: 'enter'; vpn: number; pages: number; frame: number }
  | { op: 'remove' | 'swap' | 'demote' | 'hugeClear' | 'promote' | 'hugeToSwap'; vpn: number }
  | { op: 'change'; vpn: number; which: number }
  | { op: 'removeRange' | 'void' | 'freeTables'; start: number; pages: number; limit: number }
  | { op: 'protect'; start: number; pages: number; limit: number; rights: number }
  | { op: 'copy'; start: number; pages: number; limit: number; share: number }
  | { op: 'move'; start: number; pages: number; limit: number; shift: number };

const page = fc
  .tuple(fc.constantFrom(0, 3, 511, 512, 1024, 1031, 2047, LARGE, LARGE + 600), fc.nat(9))
  .map(([base, more]) => Math.min(base + more, base < LARGE ? 2047 : LARGE + 1023));
const limit = fc.constantFrom(1, 3, 64, 5000);
const range = fc.record({ start: page, pages: fc.constantFrom(1, 2, 10, 500, 512, 1024, 1600), limit });
const commandOn = ({ medium }: Places): fc.Arbitrary<Command> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constant('enter' as const),
        vpn: page,
        pages: fc.constantFrom(1, 1, 1, medium, LARGE),
        frame: fc.integer({ min: 1, max: 60 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constantFrom('remove', 'swap', 'demote', 'hugeClear', 'promote', 'hugeToSwap'),
        vpn: page,
      }),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('change' as const), vpn: page, which: fc.nat(3) }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('removeRange' as const, 'void' as const, 'freeTables' as const), range)
        .map(([op, r]) => ({ op, ...r })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(range, fc.nat(15)).map(([r, rights]) => ({ op: 'protect' as const, ...r, rights })),
    },
    { weight: 2, arbitrary: fc.tuple(range, fc.nat(2)).map(([r, share]) => ({ op: 'copy' as const, ...r, share })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(range, fc.constantFrom(0, 1, 512, 700))
        .map(([r, shift]) => ({ op: 'move' as const, ...r, shift })),
    },
  );

/** Runs a command; what it answers and gathers is what both implementations must agree on. */
function run(w: World, c: Command, places: Places): unknown {
  const { emt } = w;
  const [a, b] = w.tdbs;
  switch (c.op) {
    case 'enter': {
      const vpn = hugeStart(c.vpn, c.pages);
      return w.enter(vpn, c.pages, c.frame * (c.pages === 1 ? 1 : c.pages));
    }
    case 'remove':
      emt.tdbRemoveTobj(a, w.find(c.vpn), w.old);
      return emt.tobjReadAttr(w.old, Attribute.MAPPED);
    case 'swap':
      w.find(c.vpn);
      if (w.read(Attribute.MAPPED) === 0 || w.read(Attribute.SIZE) > 1) return 'no page';
      emt.swapToTobj(w.tobj, c.vpn + 7);
      assert.ok(emt.tobjIsSwap(w.tobj));
      assert.equal(emt.tobjToSwap(a, w.tobj), c.vpn + 7);
      return emt.tdbUpdateTobj(a, w.tobj, w.old);
    case 'demote':
      return emt.hugeDemote(a, w.find(c.vpn), w.gather);
    case 'hugeClear':
      if (!isHuge(w, c.vpn)) return 'no huge page';
      emt.hugeClear(a, w.tobj, w.old, w.gather);
      return [w.old.vpn, w.old.pages, emt.tobjReadAttr(w.old, Attribute.PA)];
    case 'promote':
      return emt.hugePromote(a, w.make(hugeStart(c.vpn, places.medium), places.medium, 8 * places.medium), w.gather);
    case 'hugeToSwap':
      if (isHuge(w, c.vpn) && w.read(Attribute.SIZE) > places.medium) return 'too slow for a test';
      return emt.hugeToSwap(a, w.tobj, 100_000, w.gather);
    case 'change':
      return change(w, a, c.vpn, c.which);
    default:
      return runRange(w, a, b, c, places, c.start, Math.min(c.start + c.pages, c.start < LARGE ? 2048 : LARGE + 1024));
  }
}

function isHuge(w: World, vpn: number): boolean {
  w.find(vpn);
  return w.read(Attribute.MAPPED) === 1 && w.read(Attribute.SIZE) > 1;
}

function change(w: World, tdb: Tdb, vpn: number, which: number): unknown {
  const { emt } = w;
  const tobj = w.find(vpn);
  if (which === 0) return emt.tobjTestClearAccessed(tdb, tobj);
  if (which === 1) return emt.tobjTestClearDirty(tdb, tobj);
  if (which === 2) emt.tobjWriteProtect(tdb, tobj);
  else emt.tobjMakeWritable(tdb, tobj);
  return w.read(Attribute.WRITE);
}

type RangeCommand = Extract<Command, { start: number }>;

function runRange(
  w: World,
  a: Tdb,
  b: Tdb,
  c: RangeCommand,
  { medium, moved }: Places,
  start: number,
  end: number,
): unknown {
  const { emt } = w;
  if (c.op === 'void') return emt.addrRangeVoid(a, asVpn(start), asVpn(end));
  w.splitAt(a, start);
  w.splitAt(a, end);
  const errors: Errno[] = [];
  const noting = (result: { next: Vpn; error: Errno }): Vpn => {
    errors.push(result.error);
    return result.error === 'ok' ? result.next : asVpn(end);
  };
  if (c.op === 'removeRange') w.removeAll(a, start, end, c.limit);
  else if (c.op === 'protect') {
    const rights = { read: (c.rights & 1) !== 0, write: (c.rights & 2) !== 0, exec: (c.rights & 4) !== 0 };
    const pkey = c.rights & 8 ? 5 : -1;
    w.all(start, end, (from, to) => emt.addrRangeProtect(a, from, to, { ...rights, pkey }, c.limit, w.gather));
  } else if (c.op === 'copy') {
    w.removeAll(b, start, end);
    const share = (tobj: typeof w.tobj): boolean => {
      if (c.share === 2) emt.tobjWriteAttr(tobj, Attribute.WRITE, 0);
      return c.share !== 0;
    };
    w.all(start, end, (from, to) => noting(emt.addrRangeCopy(a, b, from, to, { share }, c.limit, w.gather)));
  } else if (c.op === 'move') {
    const to = moved + (start % medium) + c.shift;
    w.removeAll(a, to, to + end - start);
    if ((to - start) % medium !== 0) demoteAll(w, a, start, end);
    w.all(start, end, (from) =>
      noting(emt.addrRangeMove(a, from, asVpn(end), asVpn(to + from - start), c.limit, w.gather)),
    );
    w.removeAll(a, moved + 2048, moved + 5000);
  } else {
    w.removeAll(a, start, end);
    emt.addrRangeFreeTables(a, asVpn(start), asVpn(end), asVpn(start), asVpn(end), w.gather);
  }
  return errors.filter((e) => e !== 'ok');
}

function demoteAll(w: World, tdb: Tdb, start: number, end: number): void {
  for (let vpn = start; vpn < end; vpn++)
    while (w.find(vpn, tdb).pages > 1) assert.equal(w.emt.hugeDemote(tdb, w.tobj, w.gather), 'ok');
}

/** Pages that are looked at one by one after every command. */
const WATCHED = [0, 1, 3, 9, 511, 512, 513, 1023, 1024, 1031, 1536, 2040, 2047, LARGE, LARGE + 1, LARGE + 600];
const see = (w: World, { moved }: Places): string[] =>
  w.tdbs.flatMap((tdb) => WATCHED.flatMap((p) => [w.page(p, tdb), w.page(moved + (p % 2048), tdb)]));

describe('the drivers and the architecture-neutral defaults', function () {
  this.timeout(120_000);

  for (const scheme of EVERY_SCHEME) {
    const places = placesOf(scheme);
    it(`${scheme}: answer the same, map the same, gather the same, and leak nothing`, () => {
      fc.assert(
        fc.property(fc.array(commandOn(places), { maxLength: 25 }), (commands) => {
          const worlds = [new World({ scheme }), new World({ scheme, emtDefaults: 'all' })];
          for (const c of commands) {
            const [driver, neutral] = worlds.map((w) => {
              const answer = run(w, c, places);
              const flushes = w.gather.start < w.gather.end;
              return { flushes, same: { answer, gathered: w.finish(w.tdbs[0]), pages: see(w, places) } };
            });
            assert.deepEqual(driver.same, neutral.same, JSON.stringify(c));
            // The driver may have to flush more: for tables, of which the default has no idea.
            assert.ok(driver.flushes || !neutral.flushes, JSON.stringify(c));
          }
          for (const w of worlds) w.destroy(regionsOf(places));
        }),
        { numRuns: scheme === 'radix' ? 150 : 60 },
      );
    });
  }

  it('of which some can be chosen by name', () => {
    const { emt } = new World({ emtDefaults: ['tobj_iter_next', 'addr_range_void'] });
    assert.deepEqual(
      [
        emt.implementationOf('tobj_iter_next'),
        emt.implementationOf('addr_range_void'),
        emt.implementationOf('tobj_iter_peek'),
        emt.implementationOf('tlb_gather_finish'),
        emt.implementationOf('tdb_find_tobj'),
      ],
      ['default', 'default', 'driver', 'default', 'driver'],
    );
  });

  it('mix: an iterator that takes turns between them misses nothing', () => {
    for (const emtDefaults of [['tobj_iter_next'], ['tobj_iter_peek'], ['tobj_iter_init']]) {
      const w = new World({ emtDefaults });
      const pages = [3, 511, 512, 700, 5000, 5001];
      for (const vpn of pages) w.enter(vpn);
      const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(0), asVpn(5100));
      const seen: number[] = [];
      while (w.emt.tobjIterHasNext(it)) {
        w.emt.tobjIterPeek(w.tdbs[0], it, w.old);
        w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
        if (w.read(Attribute.MAPPED) === 1) seen.push(w.tobj.vpn);
      }
      assert.deepEqual(seen, pages);
    }
  });
});

describe('a bounded step over a range', () => {
  for (const emtDefaults of ['all', []] as const)
    it(`looks at no more than its limit and goes on where it stopped (${emtDefaults === 'all' ? 'default' : 'driver'})`, () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.nat(1500), { maxLength: 60 }),
          fc.integer({ min: 1, max: 20 }),
          (pages, limit) => {
            const w = new World({ emtDefaults });
            const [tdb] = w.tdbs;
            for (const vpn of pages) w.enter(vpn);
            w.all(0, 1600, (from, to) => {
              const before = w.gather.objects.length;
              let next = from;
              const reads = w.readsOf(() => {
                next = w.emt.addrRangeRemove(tdb, from, to, limit, w.gather);
              });
              assert.ok(w.gather.objects.length - before <= limit);
              assert.ok(reads <= limit * (512 + 2 * 4), 'a hole that counts as one object ends with its table');
              return next;
            });
            assert.deepEqual(
              w.gather.objects.map((o) => o.vpn),
              pages.toSorted((x, y) => x - y),
            );
            w.finish(tdb);
            w.destroy([]);
          },
        ),
        { numRuns: 25 },
      );
    });
});

describe('an iterator', () => {
  it('can be saved in the middle, and goes on although tables came and went', () => {
    const w = new World();
    const [tdb] = w.tdbs;
    for (const vpn of [1, 2, 600, 601, 1100]) w.enter(vpn);
    let it = w.emt.tobjIterInit(tdb, asVpn(0), asVpn(2048));
    const seen: number[] = [];
    while (w.emt.tobjIterHasNext(it)) {
      it = structuredClone(it);
      w.emt.tobjIterNext(tdb, it, w.tobj);
      if (w.read(Attribute.MAPPED) === 0) continue;
      seen.push(w.tobj.vpn);
      if (w.tobj.vpn !== 600) continue;
      // The table that the scan stands in goes, and one of the same level takes its frame.
      w.removeAll(tdb, 512, 1024);
      w.emt.addrRangeFreeTables(tdb, asVpn(512), asVpn(1024), asVpn(512), asVpn(1024), w.gather);
      w.finish(tdb);
      w.enter(2 ** 27 + 89);
      w.enter(700);
    }
    assert.deepEqual(seen, [1, 2, 600, 700, 1100]);
  });

  it('peeks at what comes next, and seeks both ways', () => {
    const w = new World();
    const [tdb] = w.tdbs;
    for (const vpn of [4, 5, 1500]) w.enter(vpn);
    const it = w.emt.tobjIterInit(tdb, asVpn(4), asVpn(2048));
    const next = (): number => {
      w.emt.tobjIterPeek(tdb, it, w.old);
      w.emt.tobjIterNext(tdb, it, w.tobj);
      assert.deepEqual(w.old, w.tobj);
      return w.tobj.vpn;
    };
    assert.deepEqual([next(), next()], [4, 5]);
    w.emt.tobjIterSeek(it, asVpn(1500));
    assert.equal(next(), 1500);
    w.emt.tobjIterSeek(it, asVpn(5));
    assert.equal(next(), 5);
  });

  it('over a sparse range reads a hundredth of what the default reads', () => {
    const scan = (emtDefaults: 'all' | readonly string[]): { reads: number; seen: number[] } => {
      const w = new World({ emtDefaults });
      for (const vpn of [LARGE + 5, LARGE + 100_000, 2 * LARGE - 1]) w.enter(vpn);
      const seen: number[] = [];
      const reads = w.readsOf(() => {
        const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(LARGE), after(LARGE, LARGE));
        while (w.emt.tobjIterHasNext(it)) {
          w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
          if (w.read(Attribute.MAPPED) === 1) seen.push(w.tobj.vpn);
        }
      });
      return { reads, seen };
    };
    const neutral = scan('all');
    const driver = scan([]);
    assert.deepEqual(driver.seen, [LARGE + 5, LARGE + 100_000, 2 * LARGE - 1]);
    assert.deepEqual(neutral.seen, driver.seen);
    assert.ok(neutral.reads >= 100 * driver.reads, `${neutral.reads} against ${driver.reads}`);
  });

  it('finds an empty gigabyte in one look', () => {
    const w = new World();
    w.enter(0);
    const reads = w.readsOf(() => assert.ok(w.emt.addrRangeVoid(w.tdbs[0], asVpn(LARGE), asVpn(2 * LARGE))));
    assert.equal(reads, 2, 'the root entry, and the one that is absent');
    assert.ok(w.counter(Counter.SoftwareWrites) > 0);
  });
});
