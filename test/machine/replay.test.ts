import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packAccess, ScratchChunk } from '../../src/machine/core/accessChunk';
import { addPages, asVpn } from '../../src/machine/core/addresses';
import { Signal } from '../../src/machine/core/probe';
import type { Machine } from '../../src/machine/machine';
import type { TlbGeometry } from '../../src/machine/mmu/mmu';
import { machineWithProcess, map } from './support';

/** First page of three areas, and what may be done there. */
const AREAS = [
  { start: 0x100, pages: 40, read: true, write: true, exec: true },
  { start: 0x900, pages: 12, read: true, write: true, exec: false },
  { start: 0x40000, pages: 6, read: true, write: false, exec: true },
] as const;

const small = (entries: number, ways: number): TlbGeometry => ({ sizes: ['4K'], entries, ways });
const shared = (entries: number, ways: number): TlbGeometry => ({ sizes: ['4K', '2M'], entries, ways });

const options = fc.record({
  dtlb: fc.constantFrom([small(4, 4)], [small(4, 2)], [small(12, 12)], [shared(8, 4)], [small(3, 1)]),
  itlb: fc.constantFrom([small(4, 4)], [small(2, 1)], [small(9, 9)]),
  stlb: fc.constantFrom([shared(24, 12)], [small(16, 4)], [shared(8, 8)], [small(9, 9)]),
  stlbInclusive: fc.constantFrom<'fill' | 'strict'>('fill', 'strict'),
  promote: fc.constantFrom<'hit' | 'all'>('hit', 'all'),
  walkCache: fc.constantFrom(1, 2, 12),
});

/** Accesses wander: mostly where the last one was, so that there are repeats; now and then somewhere else. */
const access = fc.record({
  kind: fc.constantFrom(0, 0, 0, 1, 1, 2),
  stay: fc.boolean(),
  area: fc.nat(AREAS.length - 1),
  page: fc.nat(50),
  offset: fc.oneof(fc.nat(4095), fc.constant(4093)),
  size: fc.constantFrom(1, 4, 8),
});

const scenario = fc.record({
  options,
  accesses: fc.array(access, { minLength: 1, maxLength: 160 }),
  pieces: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
  armed: fc.constantFrom('nothing', 'misses', 'faults', 'page', 'frame'),
  shift: fc.constantFrom(0, 1),
  user: fc.constantFrom(1, 1, 1, 0),
});

type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

function machineOf({ promote, walkCache, ...tlbs }: Options): Machine {
  const geometry = [0, 1, 2].map(() => ({ entries: walkCache, ways: walkCache }));
  const m = machineWithProcess({ ...tlbs, walkCaches: { geometry, promote } });
  for (const { start, pages, ...rights } of AREAS) map(m, start, pages, rights);
  return m;
}

describe('a replayed chunk', () => {
  it('does what its accesses do one by one, in whatever pieces, whatever is armed', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const chunk = new ScratchChunk();
        const pages: number[] = [];
        let page: number = AREAS[0].start;
        for (const a of s.accesses) {
          if (!a.stay) page = AREAS[a.area].start + a.page;
          pages.push(page);
          chunk.append(page, packAccess(a.kind, a.offset, a.size));
        }
        const replayed = machineOf(s.options);
        const single = machineOf(s.options);
        arm(replayed, s.armed);
        let at = 0;
        for (let piece = 0; at < chunk.length; piece++) {
          const to = Math.min(chunk.length, at + s.pieces[piece % s.pieces.length]);
          replayed.probe.fired = 0;
          const made = replayed.replay.run(chunk, at, to, s.shift, s.user);
          const alive = replayed.replay.alive;
          assert.ok(made > 0 || !alive, 'it gets on');
          for (let i = at; i < at + made + (alive ? 0 : 1); i++) {
            const { kind, offset, size } = s.accesses[i];
            const ok = single.access(kind, addPages(asVpn(pages[i]), s.shift), offset, size, s.user);
            assert.equal(ok, i < at + made, `access ${i} ${ok ? 'succeeds' : 'fails'}`);
          }
          if (alive && made < to - at) assert.notEqual(replayed.probe.fired, 0, 'only what is armed ends it early');
          assert.deepEqual([...replayed.probe.counters], [...single.probe.counters]);
          assert.deepEqual([...replayed.last], [...single.last]);
          assert.equal(replayed.stateHash(), single.stateHash());
          at += made + (alive ? 0 : 1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function arm({ probe }: Machine, what: string): void {
  if (what === 'misses') probe.armed = Signal.TlbMiss;
  if (what === 'faults') probe.armed = 0x7f;
  if (what === 'page') probe.watches.set([{ kind: 'page', first: asVpn(0x104), last: asVpn(0x106), accesses: 3 }]);
  if (what === 'frame') probe.watches.set([{ kind: 'physical', start: 0, end: 2 ** 24, read: true, write: true }]);
  if (what === 'page' || what === 'frame') probe.armed = Signal.Watch;
}
