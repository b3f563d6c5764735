import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asPfn, asVpn } from '../../../src/machine/core/addresses';
import { Access } from '../../../src/machine/mmu/rights';
import { frameOf, highOf, highWord, lowOf, lowWord, rawOf } from '../../../src/machine/paging/x86/entry';
import { entryAddress, hashOf, machine, machineWithProcess, map, writeEntry } from '../support';

describe('x86 entries', () => {
  it('keep frame numbers of 40 bits and flags through both words', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 - 1 }), fc.nat(0xfff), (frame, flags) => {
        const low = lowOf(asPfn(frame), flags);
        const high = highOf(asPfn(frame), 1 << 31);
        assert.equal(frameOf(low, high), frame);
        const raw = rawOf(low, high);
        assert.equal(raw, (1n << 63n) | (BigInt(frame) << 12n) | BigInt(flags));
        assert.deepEqual([lowWord(raw), highWord(raw)], [low | 0, high | 0]);
      }),
    );
  });
});

describe('the inspector', () => {
  it('changes nothing, whatever it is asked', () => {
    const m = machineWithProcess();
    map(m, 16, 4);
    m.access(Access.Write, asVpn(16), 0, 8, 1);
    const before = hashOf(m);
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 2 ** 52 - 1 }), fc.nat(40)), (page) => {
        const walk = m.inspector.walk(m.root, asVpn(page));
        for (const step of walk.steps) m.inspector.fields(step);
        m.frameOfVirtual(asVpn(page));
      }),
    );
    void [...m.inspector.mappings(m.root, { coalesce: true })];
    assert.equal(hashOf(m), before);
  });

  it('shows every bit of any entry in exactly one field', () => {
    const { inspector } = machine();
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 0, max: 3 }), (raw, level) => {
        const entry = inspector.decode(raw, asPfn(1), level, 7);
        assert.equal(entry.raw, raw);
        let sum = 0n;
        let bits = 0n;
        for (const f of inspector.fields(entry)) {
          const mask = ((1n << BigInt(f.highBit - f.lowBit + 1)) - 1n) << BigInt(f.lowBit);
          assert.equal(bits & mask, 0n, `${f.name} overlaps`);
          bits |= mask;
          sum |= f.value << BigInt(f.lowBit);
        }
        // The last level has no leaf bit: it is PAT there, and part of no field.
        const all = (1n << 64n) - 1n;
        assert.equal(bits, level === 3 ? all & ~(1n << 7n) : all);
        assert.equal(sum, raw & bits);
      }),
    );
  });

  it('survives tables that point anywhere, and into themselves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })), { maxLength: 4 }),
        fc.boolean(),
        (edits, self) => {
          const m = machineWithProcess();
          map(m, 16, 1);
          m.access(Access.Write, asVpn(16), 0, 8, 1);
          const addresses = [0, 1, 2, 3].map((level) => entryAddress(m, 16, level));
          for (const [level, raw] of edits) writeEntry(m, addresses[level], raw);
          if (self) writeEntry(m, m.root * 4096 + 8, (BigInt(m.root) << 12n) | 0x67n);
          m.mmu.flushAll();
          const walked = m.inspector.walk(m.root, asVpn(16));
          let n = 0;
          for (const run of m.inspector.mappings(m.root, { coalesce: true })) if (run.pages > 0 && ++n > 2000) break;
          const ok = m.mmu.translate(asVpn(16), 0, Access.Read, 1);
          assert.equal(ok, walked.outcome === 'mapped' && walked.user);
          if (ok) assert.equal(m.mmu.pfn, walked.pfn);
        },
      ),
      { numRuns: 200 },
    );
  });
});
