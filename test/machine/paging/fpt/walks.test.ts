/** What walks of flattened and mixed trees read, and what walk caches know of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn, vpnOfAddress } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { Recorder } from '../../../../src/machine/core/probe';
import type { Machine } from '../../../../src/machine/machine';
import { Access } from '../../../../src/machine/mmu/rights';
import { isFlatRoot } from '../../../../src/machine/paging/format';
import { directMapStart } from '../../../../src/machine/paging/x86/kernelSpace';
import { statistics } from '../../../../src/machine/statistics';
import { machine, machineWithProcess, map, readEntry, writeEntry } from '../../support';
import { mixedMachine, MODES, namesOf, withoutBlocks } from './support';

const GIB = 2 ** 18;
const AT = 5 * GIB;

/** References of a walk that no cache helps. */
function uncached(m: Machine, vpn: number): number {
  m.mmu.flushAll();
  m.access(Access.Read, asVpn(vpn), 0, 8, 1);
  return m.mmu.lastWalk.references;
}

describe('a walk of flattened tables', () => {
  for (const [scheme, names] of [
    ['radix', ['PGD', 'PUD', 'PMD', 'PTE']],
    ['fpt L4L3', ['PGD+PUD', 'PMD', 'PTE']],
    ['fpt L3L2', ['PGD', 'PUD+PMD', 'PTE']],
    ['fpt L4L3+L2L1', ['PGD+PUD', 'PMD+PTE']],
  ] as const)
    it(`reads ${names.join(', ')} with ${scheme}`, () => {
      const m = machineWithProcess({ scheme });
      map(m, AT, 4);
      m.access(Access.Write, asVpn(AT + 1), 0, 8, 1);
      assert.deepEqual(namesOf(m, AT + 1), names);
      assert.equal(uncached(m, AT + 1), names.length);
      const { referencesByLevel, longest } = statistics(m).walks;
      assert.equal(longest, names.length);
      assert.deepEqual(
        Object.entries(referencesByLevel).filter(([, n]) => n > 0),
        names.map((name) => [name, 2]).sort((a, b) => order(m, a[0]) - order(m, b[0])),
      );
    });

  const order = (m: Machine, name: string | number): number => m.scheme.format.levels.findIndex((l) => l.name === name);

  it('has walk caches for the levels that the mode leaves, and starts from the deepest that knows the address', () => {
    for (const [scheme, names] of [
      ['fpt L4L3', ['PWC PGD+PUD', 'PWC PMD']],
      ['fpt L3L2', ['PWC PGD', 'PWC PUD+PMD']],
      ['fpt L4L3+L2L1', ['PWC PGD+PUD']],
    ] as const) {
      const m = machineWithProcess({ scheme });
      assert.deepEqual(
        m.mmu.walkCaches.map((c) => c.name),
        names,
      );
      map(m, AT, 4);
      for (const vpn of [AT, AT + 1, AT + 2]) m.access(Access.Write, asVpn(vpn), 0, 8, 1);
      assert.equal(m.mmu.lastWalk.references, 1);
      const caches = Object.values(statistics(m).walkCaches);
      assert.deepEqual(caches.at(-1), { hits: 2, misses: 1 });
    }
  });

  it('tests PS first: bit 58 of a 1 GiB leaf says nothing of tables', () => {
    const m = machineWithProcess({ scheme: 'fpt L4L3+L2L1' });
    map(m, AT, 1);
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    const [root] = m.inspector.walk(m.root, asVpn(AT)).steps;
    const leaf = 0x87n | (1n << 58n);
    writeEntry(m, root.address, leaf);
    m.mmu.flushAll();
    assert.ok(m.access(Access.Read, asVpn(AT + 7), 0, 8, 1));
    assert.deepEqual([m.mmu.pfn, m.mmu.lastWalk.references], [7, 1]);
    assert.equal(m.inspector.walk(m.root, asVpn(AT + 7)).pfn, 7);
  });

  it('ignores bit 58 where the mode folds nothing', () => {
    const m = machineWithProcess({ scheme: 'fpt L4L3' });
    map(m, AT, 1);
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    const pmd = m.inspector.walk(m.root, asVpn(AT)).steps[1];
    writeEntry(m, pmd.address, readEntry(m, pmd.address) | (1n << 58n));
    assert.equal(uncached(m, AT), 3);
    assert.deepEqual(namesOf(m, AT), ['PGD+PUD', 'PMD', 'PTE']);
  });

  it('combines the rights of the entries that are really read', () => {
    const m = machineWithProcess({ scheme: 'fpt L3L2' });
    map(m, AT, 1);
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    const [, middle] = m.inspector.walk(m.root, asVpn(AT)).steps;
    writeEntry(m, middle.address, middle.raw & ~2n);
    m.mmu.flushAll();
    assert.equal(m.inspector.walk(m.root, asVpn(AT)).write, false);
    assert.equal(m.mmu.translate(asVpn(AT), 0, Access.Write, 1), false);
    assert.equal(m.mmu.fault.errorCode, 7);
  });

  it('reads an entry of a frame that was never written as zero, and takes no memory of the host for it', () => {
    const m = machineWithProcess({ scheme: 'fpt L4L3+L2L1' });
    map(m, AT, GIB);
    const slots = m.memory.pool.used;
    m.access(Access.Write, asVpn(AT + 9), 0, 8, 1);
    assert.ok(m.memory.pool.used - slots <= 2, 'a frame of the root and one of the table');
    assert.equal(m.mmu.translate(asVpn(AT + 100_000), 0, Access.Read, 1), false);
  });

  it('reaches the kernel through a flattened root, which has the entries of its tables', () => {
    for (const scheme of MODES) {
      const m = machineWithProcess({ scheme });
      const direct = directMapStart(48)! + 300;
      const before = m.inspector.used(m.inspector.rootTable(m.root).table, m.inspector.rootTable(m.root).level);
      assert.deepEqual(before, [], 'views leave out what is the kernel’s');
      assert.ok(m.access(Access.Read, asVpn(direct), 0, 8, 0));
      assert.equal(m.mmu.pfn, 300);
      assert.equal(m.access(Access.Read, asVpn(direct), 0, 8, 1), false, 'and programs do not');
      assert.ok(m.access(Access.Exec, vpnOfAddress(0xffff_ffff_8100_0000n), 0, 8, 0));
    }
  });
});

describe('a tree with flattened and normal tables', () => {
  it('is walked as its bits say', () => {
    const m = machineWithProcess({ scheme: 'fpt L4L3+L2L1' });
    map(m, AT, 1);
    map(m, AT + GIB, 1);
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    withoutBlocks(m, () => true);
    m.access(Access.Write, asVpn(AT + GIB), 0, 8, 1);
    assert.deepEqual(namesOf(m, AT), ['PGD+PUD', 'PMD+PTE']);
    assert.deepEqual(namesOf(m, AT + GIB), ['PGD+PUD', 'PMD', 'PTE']);
    assert.deepEqual([uncached(m, AT), uncached(m, AT + GIB)], [2, 3]);
    const { flattened, fallbacks } = statistics(m).tables;
    assert.deepEqual([flattened, fallbacks], [2, 1]);
  });

  it('has a normal root where there was no block for it, and CR3 says so', () => {
    for (const scheme of ['fpt L4L3', 'fpt L4L3+L2L1']) {
      const m = machine({ scheme });
      withoutBlocks(m, () => true);
      m.kernel.createProcess('p');
      map(m, AT, 1);
      m.access(Access.Write, asVpn(AT), 0, 8, 1);
      assert.equal(isFlatRoot(m.root), false);
      assert.deepEqual(namesOf(m, AT), ['PGD', 'PUD', 'PMD', 'PTE']);
      assert.equal(uncached(m, AT), 4);
    }
  });

  it('says in the listing that it could not flatten', () => {
    const m = machineWithProcess({ scheme: 'fpt L3L2' });
    map(m, AT, 1);
    withoutBlocks(m, () => true);
    const recorder = new Recorder();
    m.probe.recorder = recorder;
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    m.probe.recorder = null;
    const notes = recorder.events.flatMap((e) => (e.kind === 'note' ? [e.text] : []));
    assert.ok(notes.some((text) => /no block of 2 MiB .* PUD\+PMD table: a normal PUD table/.test(text)));
    const calls = recorder.events.flatMap((e) => (e.kind === 'call' && e.name.startsWith('fpt_') ? [e.name] : []));
    assert.ok(calls.includes('fpt_pud_offset_map_with_mm') && calls.includes('fpt_pmd_offset_map_with_mm'));
  });

  it('walker and inspector agree on it, wherever blocks were missing; a walk costs its entries', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        fc.integer(),
        fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 12 }),
        (scheme, seed, places) => {
          const m = mixedMachine(seed, { scheme });
          const pages = places.map(([l4, l3, l2, l1]) => 16 + l4 * 2 ** 27 + l3 * GIB + l2 * 512 + l1);
          for (const vpn of pages) if (m.kernel.current!.vmas.every((v) => v.start !== vpn)) mapOnce(m, vpn);
          for (const vpn of pages) assert.ok(m.access(Access.Write, asVpn(vpn), 0, 8, 1));
          for (const vpn of pages) {
            const walk = m.inspector.walk(m.root, asVpn(vpn));
            assert.equal(uncached(m, vpn), walk.steps.length);
            assert.equal(m.mmu.pfn, walk.pfn);
          }
          const c = m.probe.counters;
          const byLevel = Object.values(statistics(m).walks.referencesByLevel);
          assert.equal(
            byLevel.reduce((a, b) => a + b, 0),
            c[Counter.WalkReferences],
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

function mapOnce(m: Machine, vpn: number): void {
  m.kernel.mmap({ pages: 1, read: true, write: true, exec: false, at: asVpn(vpn), populate: false });
}
