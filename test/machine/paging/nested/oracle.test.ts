/** Walks in a guest against an oracle that shares no code with them: two tables of bytes, read by the manual. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asPfn, asVpn } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { Recorder } from '../../../../src/machine/core/probe';
import type { Machine } from '../../../../src/machine/machine';
import { Access } from '../../../../src/machine/mmu/rights';
import { DEFAULT_NESTED, type NestedOptions } from '../../../../src/machine/paging/nested/format';
import { hashOf, map, RWX, writeEntry } from '../../support';
import { guest } from './guest';

const BASE = 0x1000;
const PAGES = 40;

/** Host frame of a guest frame by the host's bytes: four levels, leaves at any but the first; −1 where the guest would be left. */
function hostOf(m: Machine, gfn: number, want: bigint): number {
  let table = m.host!.root as number;
  for (let shift = 27; ; shift -= 9) {
    const at = table * 4096 + (Math.floor(gfn / 2 ** shift) % 512) * 8;
    const raw = (BigInt(m.memory.readWord(at + 4) >>> 0) << 32n) | BigInt(m.memory.readWord(at) >>> 0);
    if ((raw & 7n) === 0n || (raw & want) !== want || (raw & 3n) === 2n) return -1;
    const frame = Number((raw >> 12n) & ((1n << 40n) - 1n));
    if (shift === 0 || raw & 128n) return frame + (gfn % 2 ** shift);
    table = frame;
  }
}

/** Host frame of a page, or why there is none, by the guest's bytes and the host's. */
function translate(m: Machine, vpn: number, want: bigint): number | 'fault' | 'exit' {
  let table = m.root as number;
  for (let shift = 27; ; shift -= 9) {
    const host = hostOf(m, table, 1n);
    if (host < 0) return 'exit';
    const at = host * 4096 + (Math.floor(vpn / 2 ** shift) % 512) * 8;
    const raw = (BigInt(m.memory.readWord(at + 4) >>> 0) << 32n) | BigInt(m.memory.readWord(at) >>> 0);
    if ((raw & 1n) === 0n || (want === 2n && (raw & 2n) === 0n)) return 'fault';
    const frame = Number((raw >> 12n) & ((1n << 40n) - 1n));
    if (shift === 0 || raw & 128n) {
      const found = hostOf(m, frame + (vpn % 2 ** shift), want);
      return found < 0 ? 'exit' : found;
    }
    table = frame;
  }
}

type Action =
  | { do: 'access'; page: number; write: boolean }
  | { do: 'protect'; page: number; bit: number }
  | { do: 'lose'; page: number }
  | { do: 'unmap'; page: number };

const page = fc.nat(PAGES - 1).map((n) => BASE + n * 17);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('access' as const), page, write: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('protect' as const), page, bit: fc.constantFrom(0, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unmap' as const), page }) },
);

const options: fc.Arbitrary<NestedOptions> = fc.record({
  tlb: fc.constantFrom(null, { entries: 2, ways: 1 }, DEFAULT_NESTED.tlb),
  hostCaches: fc.constantFrom(null, DEFAULT_NESTED.hostCaches),
  combined: fc.boolean(),
  pageSize: fc.constantFrom<0 | 1>(0, 1),
  accessedDirty: fc.boolean(),
  populate: fc.boolean(),
});

/** Clears a bit of the host's entry for a guest frame, or all of it, and lets the CPU know. */
function damage(m: Machine, gfn: number, bits: bigint): void {
  const entry = m.below!.inspector.walk(m.host!.root, asVpn(gfn)).steps.at(-1)!;
  writeEntry(m, entry.address, entry.raw & ~bits);
  m.mmu.invept();
}

function apply(m: Machine, a: Action): void {
  if (a.do === 'access') {
    const want = a.write ? 2n : 1n;
    const before = translate(m, a.page, want);
    const exits = m.probe.counters[Counter.NestedViolations] + m.probe.counters[Counter.NestedMisconfigurations];
    const faults = m.probe.counters[Counter.FaultsMinor];
    assert.ok(m.access(a.write ? Access.Write : Access.Read, asVpn(a.page), 0, 8, 1));
    const after = translate(m, a.page, want);
    assert.equal(m.mmu.pfn, after, 'the hardware finds what the bytes say');
    if (typeof before === 'number') {
      assert.equal(after, before);
      assert.equal(m.probe.counters[Counter.FaultsMinor], faults, 'what both tables allow is no fault');
    } else if (before === 'fault') assert.ok(m.probe.counters[Counter.FaultsMinor] > faults);
    if (before === 'exit')
      assert.ok(
        m.probe.counters[Counter.NestedViolations] + m.probe.counters[Counter.NestedMisconfigurations] > exits,
        'what the host does not allow is an exit',
      );
    return;
  }
  const walk = m.inspector.walk(m.root, asVpn(a.page));
  if (a.do === 'unmap') {
    m.kernel.madvise(asVpn(a.page), asVpn(a.page + 1), 'dontneed');
    while (m.kernel.operation !== null) m.kernel.step();
  } else if (a.do === 'protect' && walk.pfn !== undefined) damage(m, walk.pfn, 1n << BigInt(a.bit));
  // Any table of the guest, or the page.
  else if (a.do === 'lose') damage(m, walk.steps[a.page % walk.steps.length].table, (1n << 64n) - 1n);
}

describe('a guest over a host', function () {
  this.timeout(120_000);

  it('translates as the bytes of both tables say, whatever caches know and whatever the host takes away', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), options, (actions, nested) => {
        const m = guest('nested radix over radix', nested);
        map(m, BASE, PAGES * 17, RWX);
        for (const a of actions) apply(m, a);
        // The guest's software and the host's bookkeeping agree with the bytes.
        for (const { pfn } of m.inspector.mappings(m.root, { coalesce: false })) {
          const frame = m.host!.frameOf(pfn);
          if (frame !== -1) assert.equal(m.host!.guestFrameOf(frame), pfn);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('is the same fast, recorded and from a saved state, in any order of accesses and exits', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 24 }), options, (actions, nested) => {
        const begin = (): Machine => {
          const m = guest('nested radix over radix', nested);
          map(m, BASE, PAGES * 17, RWX);
          return m;
        };
        const m = begin();
        const half = actions.length >> 1;
        actions.slice(0, half).forEach((a) => apply(m, a));
        const saved = m.save();
        actions.slice(half).forEach((a) => apply(m, a));
        const end = hashOf(m);
        m.load(saved);
        m.probe.recorder = new Recorder();
        actions.slice(half).forEach((a) => apply(m, a));
        assert.equal(hashOf(m), end);
      }),
      { numRuns: 40 },
    );
  });

  it('gives each guest frame one host frame, and no two the same', () => {
    for (const pageSize of [0, 1, 2] as const) {
      const m = guest(
        'nested radix over radix',
        { pageSize, populate: true },
        { memoryBytes: 2 ** 30 + 3 * 2 ** 21 + 5 * 4096 },
      );
      const seen = new Set<number>();
      for (let gfn = 0; gfn < m.memory.frameCount; gfn += 511) {
        const frame = m.host!.frameOf(asPfn(gfn));
        assert.ok(frame >= m.memory.frameCount && !seen.has(frame));
        seen.add(frame);
        assert.equal(m.host!.guestFrameOf(asPfn(frame)), gfn);
        assert.equal(hostOf(m, gfn, 7n), frame, `guest frame ${gfn} with page size ${pageSize}`);
      }
      assert.equal(m.host!.frameOf(asPfn(m.memory.frameCount)), -1);
    }
  });

  it('reports an exit qualification that says what for, and what the entry allows', () => {
    const m = guest('nested radix over radix');
    map(m, BASE, 1);
    m.access(Access.Write, asVpn(BASE), 0, 8, 1);
    const gfn = m.inspector.walk(m.root, asVpn(BASE)).pfn!;
    const exitOf = (kind: Access): number => {
      m.probe.recorder = new Recorder();
      m.access(kind, asVpn(BASE), 0, 8, 1);
      const exit = m.probe.recorder.events.find((e) => e.kind === 'eptViolation');
      m.probe.recorder = null;
      return exit?.kind === 'eptViolation' ? exit.qualification : -1;
    };
    // SDM vol. 3C table 28-7: bits 0 to 2 the access, 3 to 5 what is allowed, 7 a linear address is known, 8 for its translation.
    damage(m, gfn, 2n);
    assert.equal(exitOf(Access.Write), 0x2 | 0x28 | 0x80 | 0x100);
    damage(m, gfn, 7n);
    assert.equal(exitOf(Access.Read), 0x1 | 0x80 | 0x100);
    damage(m, m.inspector.walk(m.root, asVpn(BASE)).steps[2].table, 7n);
    assert.equal(exitOf(Access.Read), 0x1 | 0x80, 'a table on the way is no final translation');
  });

  it('has no memory at an address that the guest has not: a guest that uses one is stopped', () => {
    const m = guest('nested radix over radix');
    map(m, BASE, 1);
    m.access(Access.Write, asVpn(BASE), 0, 8, 1);
    const { address, raw } = m.inspector.walk(m.root, asVpn(BASE)).steps[3];
    writeEntry(m, address, (raw & ~(((1n << 40n) - 1n) << 12n)) | (BigInt(2 ** 30) << 12n));
    m.mmu.flushAll();
    assert.equal(m.access(Access.Read, asVpn(BASE), 0, 8, 1), false);
    assert.equal(m.faultRecord(0)?.signal, 'SIGBUS');
  });
});
