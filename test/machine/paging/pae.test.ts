/** PAE's root in registers: loaded with CR3, each CPU's own, part of what is saved (Intel SDM vol. 3A §4.4.1). */
import assert from 'node:assert/strict';
import { MachineDied } from '../../../src/machine/core/death';
import { Counter } from '../../../src/machine/core/counters';
import { Recorder } from '../../../src/machine/core/probe';
import type { Machine } from '../../../src/machine/machine';
import { Access, CR0, CR4 } from '../../../src/machine/mmu/rights';
import { statistics } from '../../../src/machine/statistics';
import { entryAddress, machineWithProcess, map, readEntry, vpn, writeEntry } from '../support';

/** First page of the second and of the third GiB. */
const SECOND = 0x40000;
const THIRD = 0x80000;

/** One page in the second GiB is mapped, and one of the third may be. */
function started(options: object = {}): Machine {
  const m = machineWithProcess({ scheme: 'pae', ...options });
  for (const page of [SECOND, THIRD]) map(m, page, 1);
  assert.ok(reads(m, SECOND));
  return m;
}

const reads = (m: Machine, page: number): boolean => m.access(Access.Read, vpn(page), 0, 8, 1);
const registers = (m: Machine, cpu = 0): number[] => [0, 1, 2, 3].map((i) => m.cpus[cpu].walker.keptRoot!.entry(i).low);
const outcome = (m: Machine, page: number): string => m.inspector.walk(m.root, vpn(page)).outcome;

/** Changes the root's entry of a page in memory, and tells nobody. */
function edit(m: Machine, page: number, changed: (raw: bigint) => bigint): void {
  const at = entryAddress(m, page, 0);
  writeEntry(m, at, changed(readEntry(m, at)));
}

describe('the PDPTE registers', () => {
  it('are loaded by MOV to CR3, and by what toggles CR0.CD, NW or CR4.PAE, PGE, PSE, SMEP', () => {
    const loads: [string, (m: Machine) => void][] = [
      ['CR3', (m) => m.mmu.movToCr3(m.root)],
      ['CR0.CD', (m) => void (m.mmu.cr0 ^= CR0.CD)],
      ['CR0.NW', (m) => void (m.mmu.cr0 ^= CR0.NW)],
      ['CR4.PGE', (m) => void (m.mmu.cr4 ^= CR4.PGE)],
      ['CR4.PSE', (m) => void (m.mmu.cr4 ^= CR4.PSE)],
      ['CR4.SMEP', (m) => void (m.mmu.cr4 ^= CR4.SMEP)],
      ['both toggles of CR4.PGE', (m) => m.mmu.flushAll()],
    ];
    for (const [name, load] of loads) {
      const m = started();
      edit(m, SECOND, () => 0n);
      assert.equal(outcome(m, SECOND), 'mapped', name);
      load(m);
      assert.equal(outcome(m, SECOND), 'notPresent', name);
    }
  });

  it('are left alone by INVLPG, by a switch of CR0.WP, and by CR4.PAE where it is switched off', () => {
    const others: ((m: Machine) => void)[] = [
      (m) => m.mmu.invlpg(vpn(SECOND)),
      (m) => void (m.mmu.cr0 ^= CR0.WP),
      (m) => void (m.mmu.cr4 ^= CR4.SMAP),
      (m) => void (m.mmu.cr4 &= ~CR4.PAE),
    ];
    for (const change of others) {
      const m = started();
      edit(m, SECOND, () => 0n);
      change(m);
      assert.equal(outcome(m, SECOND), 'mapped');
    }
  });

  it('are what walks ask: no reference for the root, whether it has the page or not', () => {
    const m = started();
    m.mmu.invlpg(vpn(SECOND));
    const before = statistics(m);
    assert.ok(reads(m, SECOND));
    const { walks, faults } = statistics(m);
    assert.deepEqual(walks.referencesByLevel, {
      PGD: 0,
      PMD: before.walks.referencesByLevel.PMD + 1,
      PTE: before.walks.referencesByLevel.PTE + 1,
    });
    assert.equal(reads(m, 0xbffff), false, 'nothing is mapped there');
    assert.equal(statistics(m).faults.references, faults.references);
  });

  it('are each CPU’s own: an entry that one makes reaches those that run the process, by an interrupt', () => {
    const m = started({ cpus: 3 });
    m.moveTo(1);
    const before = m.probe.counters[Counter.Ipis];
    assert.ok(reads(m, THIRD));
    assert.equal(m.probe.counters[Counter.Ipis], before + 1);
    assert.deepEqual(registers(m, 0), registers(m, 1));
    assert.ok(registers(m, 1)[1] !== 0 && registers(m, 1)[2] !== 0);
    assert.deepEqual(registers(m, 2), [0, 0, 0, 0], 'which has never run it');
  });

  it('follow a switch of processes', () => {
    const m = started();
    const first = registers(m);
    assert.ok(m.kernel.createProcess('b'));
    assert.deepEqual(registers(m), [0, 0, 0, 0]);
    m.kernel.switchTo('p');
    assert.deepEqual(registers(m), first);
  });

  it('forget a table before its frame is free', () => {
    const m = started();
    assert.ok(reads(m, THIRD));
    assert.ok(m.kernel.munmap(vpn(THIRD), vpn(THIRD + 1)).ok);
    while (!m.kernel.step());
    assert.equal(registers(m)[2], 0);
    assert.equal(reads(m, THIRD), false);
  });

  it('are state: saved, restored and hashed', () => {
    const m = started();
    const hash = m.stateHash();
    const saved = m.save();
    edit(m, SECOND, () => 0n);
    const edited = m.stateHash();
    m.mmu.movToCr3(m.root);
    assert.notEqual(m.stateHash(), edited);
    assert.equal(outcome(m, SECOND), 'notPresent');
    m.load(saved);
    assert.equal(m.stateHash(), hash);
    assert.equal(outcome(m, SECOND), 'mapped');
    assert.ok(reads(m, SECOND));
  });

  it('refuse a root with a reserved bit in a present entry: the load does nothing, and the kernel dies of it', () => {
    const m = started();
    const { root } = m;
    edit(m, SECOND, (raw) => raw | 2n);
    m.mmu.invlpg(vpn(SECOND));
    assert.ok(reads(m, SECOND), 'no walk looks at it');
    const before = registers(m);
    const recorder = new Recorder();
    m.probe.recorder = recorder;
    assert.throws(() => m.mmu.movToCr3(root), MachineDied);
    m.probe.recorder = null;
    assert.deepEqual([registers(m), m.root], [before, root]);
    const fault = recorder.events.find((e) => e.kind === 'fault');
    assert.ok(fault?.kind === 'fault' && fault.vector === 'GP' && /PDPTE1 .* reserved bit/.test(fault.reason));
    // A fault that needs a new entry of the root ends in the same load.
    assert.equal(reads(m, THIRD), false);
    assert.ok(m.dead);
    assert.match(m.causeOfDeath, /MOV to CR3: PDPTE1/);
  });

  it('have no walk cache above them', () => {
    assert.deepEqual(
      started().mmu.walkCaches.map(({ name }) => name),
      ['PWC PMD'],
    );
  });
});

describe('the PDPTE registers of a guest', () => {
  it('spare a walk the guest’s root in both dimensions', () => {
    const m = started({ scheme: 'nested pae over radix' });
    const { steps, host = [] } = m.inspector.walk(m.root, vpn(SECOND));
    assert.deepEqual(
      [steps.map(({ register }) => register), host.map(({ step }) => step)],
      [
        ['PDPTE1', undefined, undefined],
        [1, 2, 3],
      ],
    );
    edit(m, SECOND, () => 0n);
    m.mmu.invlpg(vpn(SECOND));
    assert.ok(reads(m, SECOND));
    const saved = m.save();
    m.mmu.movToCr3(m.root);
    assert.equal(outcome(m, SECOND), 'notPresent');
    m.load(saved);
    assert.equal(outcome(m, SECOND), 'mapped');
  });
});
