import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Counter } from '../../../src/machine/core/counters';
import type { FlushEvent } from '../../../src/machine/core/events';
import { Recorder } from '../../../src/machine/core/probe';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { Access } from '../../../src/machine/mmu/rights';
import { statistics } from '../../../src/machine/statistics';
import { hashOf, machine, map, RWX, unmap, vpn } from '../support';

const PAGE = 0x100;
const TLB = [{ sizes: ['4K', '2M', '1G'] as const, entries: 256, ways: 8 }];
const LARGE = { dtlb: TLB, itlb: TLB, stlb: TLB };

/** Processes with some pages each, made one after the other on the running CPU. */
function withProcesses(names: readonly string[], options: Partial<MachineOptions> = {}, pages = 4): Machine {
  const m = machine({ ...LARGE, ...options });
  for (const name of names) {
    assert.ok(m.kernel.createProcess(name));
    map(m, PAGE, pages, RWX);
  }
  return m;
}

const touch = (m: Machine, page = PAGE): void => assert.ok(m.access(Access.Write, vpn(page), 0, 1, 1));
const count = (m: Machine, counter: Counter): number => m.probe.counters[counter];

/** Runs a process on a CPU, as a scheduler would: there, the switch is made even if it runs elsewhere too. */
function runOn(m: Machine, cpu: number, name: string): void {
  m.runOn(cpu);
  const { tdb } = m.kernel.processNamed(name)!;
  if (m.tlb.loadedOn(cpu) !== tdb.id) m.tlb.switchTo(tdb);
  if (m.kernel.current?.name !== name) m.kernel.switchTo(name);
}

/** How many walks it takes to touch the pages again. */
function walksOf(m: Machine, pages: readonly number[]): number {
  const before = count(m, Counter.Walks);
  for (const page of pages) assert.ok(m.access(Access.Read, vpn(page), 0, 1, 1));
  return count(m, Counter.Walks) - before;
}

function flushes(m: Machine, run: () => void): FlushEvent[] {
  const recorder = new Recorder();
  m.probe.recorder = recorder;
  run();
  m.probe.recorder = null;
  return recorder.events.filter((e): e is FlushEvent => e.kind === 'flush');
}

describe('a switch of the address space', () => {
  it('forgets everything without PCIDs, and nothing with them', () => {
    for (const pcid of [false, true]) {
      const m = withProcesses(['a', 'b'], { pcid });
      for (const name of ['a', 'b', 'a', 'b']) {
        m.kernel.switchTo(name);
        touch(m);
      }
      m.kernel.switchTo('a');
      assert.equal(walksOf(m, [PAGE]), pcid ? 0 : 1);
    }
  });

  it('never finds another process’s page under its own address', () => {
    const m = withProcesses(['a', 'b'], { pcid: true });
    touch(m);
    const b = m.mmu.pfn;
    m.kernel.switchTo('a');
    touch(m);
    assert.notEqual(m.mmu.pfn, b);
    m.kernel.switchTo('b');
    touch(m);
    assert.equal(m.mmu.pfn, b);
  });

  it('gives out six ASIDs in turn, and flushes one when it gives it to somebody else', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const m = withProcesses(names, { pcid: true });
    const pcids = names.map((name) => {
      m.kernel.switchTo(name);
      touch(m);
      return m.mmu.pcid;
    });
    assert.deepEqual(new Set(pcids.slice(1)), new Set([1, 2, 3, 4, 5, 6]));
    for (const name of names.slice(3)) {
      m.kernel.switchTo(name);
      assert.equal(walksOf(m, [PAGE]), 0, `${name} still has its own`);
    }
  });

  it('catches up with flushes that were missed meanwhile', () => {
    const m = withProcesses(['a', 'b'], { pcid: true });
    const { tdb } = m.kernel.processNamed('a')!;
    m.kernel.switchTo('a');
    touch(m);
    touch(m, PAGE + 1);
    m.kernel.switchTo('b');
    const events = flushes(m, () => m.tlb.flushRange(tdb, vpn(PAGE), vpn(PAGE + 1), false));
    assert.deepEqual(events, [], 'nobody has it loaded');
    m.kernel.switchTo('a');
    assert.equal(walksOf(m, [PAGE, PAGE + 1]), 2, 'so all of it goes when it is loaded');
  });

  it('does not take the translations of a database that had the same number before', () => {
    const m = withProcesses(['a'], { pcid: true });
    const dead = m.emt.tsvcCreateTdb(9)!;
    m.emt.tsvcSwitchTdb(dead);
    assert.ok(m.tlb.cpusOf(dead).includes(0));
    m.emt.tsvcDestroyTdb(dead);
    assert.deepEqual([m.tlb.loadedOn(0), m.root], [0, m.kernelSpace!.root], 'the CPU is left with the kernel’s tables');
    const reborn = m.emt.tsvcCreateTdb(9)!;
    assert.deepEqual(reborn, dead);
    const events = flushes(m, () => m.emt.tsvcSwitchTdb(reborn));
    assert.match(events.at(-1)!.text, /^all of PCID/);
  });
});

describe('a flush', () => {
  it('invalidates up to 33 pages one by one, and more by loading CR3', () => {
    for (const [pages, instruction, n] of [
      [33, 'INVLPG', 33],
      [34, 'MOV to CR3', 1],
    ] as const) {
      const m = withProcesses(['a'], {}, pages);
      for (let i = 0; i < pages; i++) touch(m, PAGE + i);
      const events = flushes(m, () => unmap(m, PAGE, PAGE + pages));
      assert.equal(events.filter((e) => e.instruction === instruction).length, n);
      assert.equal(events.length, n);
      assert.equal(events[0].cpu, undefined, 'one CPU needs no name');
    }
  });

  it('interrupts the other CPUs that have the database loaded, and no others', () => {
    const m = withProcesses(['a', 'b'], { cpus: 4 });
    for (const [cpu, name] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
      [0, 'a'],
    ] as const) {
      runOn(m, cpu, name);
      touch(m);
      touch(m, PAGE + 1);
    }
    assert.deepEqual(m.tlb.cpusOf(m.kernel.processNamed('a')!.tdb), [0, 1, 3]);
    const cycles = statistics(m).cycles;
    const events = flushes(m, () => unmap(m, PAGE, PAGE + 1));
    assert.deepEqual(
      events.map(({ cpu, instruction }) => [cpu, instruction]),
      [
        [0, 'INVLPG'],
        [1, 'INVLPG'],
        [3, 'INVLPG'],
      ],
    );
    const { shootdowns, ipis } = statistics(m).flushes;
    assert.deepEqual([shootdowns, ipis], [1, 2]);
    assert.ok(statistics(m).cycles >= cycles + 2 * m.costs.ipi);
    for (const [cpu, name, left] of [
      [1, 'a', false],
      [2, 'b', true],
      [3, 'a', false],
    ] as const) {
      runOn(m, cpu, name);
      assert.equal(m.mmu.stlb.small.peek(PAGE, 0) >= 0, left);
      assert.ok(m.mmu.stlb.small.peek(PAGE + 1, 0) >= 0, 'other pages stay');
    }
  });

  it('leaves an idle CPU alone unless tables are freed; it catches up when it runs again', () => {
    for (const freedTables of [false, true]) {
      const m = withProcesses(['a'], { cpus: 2 });
      const { tdb } = m.kernel.current!;
      touch(m);
      runOn(m, 1, 'a');
      touch(m);
      m.tlb.setLazy(true);
      runOn(m, 0, 'a');
      m.tlb.flushRange(tdb, vpn(PAGE), vpn(PAGE + 1), freedTables);
      assert.equal(count(m, Counter.Ipis), freedTables ? 1 : 0);
      m.runOn(1);
      assert.equal(m.tlb.loadedOn(1), freedTables ? 0 : tdb.id);
      if (freedTables) {
        assert.equal(m.root, m.kernelSpace!.root);
        assert.deepEqual(m.tlb.cpusOf(tdb), [0]);
      } else assert.ok(m.mmu.stlb.small.peek(PAGE, 0) >= 0, 'it is stale, and nobody uses it');
      m.tlb.switchTo(tdb);
      assert.ok(m.mmu.stlb.small.peek(PAGE, 0) < 0);
    }
  });

  it('reaches what another CPU knows in user mode and what it knows in the kernel', () => {
    for (const pages of [1, 40]) {
      const m = withProcesses(['a'], { cpus: 2, pcid: true, kpti: true }, pages);
      const both = (): void => {
        for (const user of [0, 1]) assert.ok(m.access(Access.Read, vpn(PAGE), 0, 1, user));
      };
      for (const cpu of [0, 1]) {
        runOn(m, cpu, 'a');
        m.mmu.ac = true;
        for (let i = 0; i < pages; i++) touch(m, PAGE + i);
        both();
      }
      m.runOn(0);
      unmap(m, PAGE, PAGE + pages);
      map(m, PAGE, pages, RWX);
      m.runOn(1);
      const walks = count(m, Counter.Walks);
      touch(m);
      both();
      assert.equal(count(m, Counter.Walks) - walks, 2, 'one for each mode');
    }
  });

  it('costs a CPU that has missed one before all it knows of the database', () => {
    const m = withProcesses(['a', 'b'], { pcid: true });
    const { tdb } = m.kernel.processNamed('a')!;
    m.kernel.switchTo('a');
    touch(m);
    touch(m, PAGE + 1);
    m.tlb.flushRange(tdb, vpn(PAGE + 2), vpn(PAGE + 3), false);
    assert.equal(walksOf(m, [PAGE, PAGE + 1]), 0, 'none missed: page by page');
  });
});

describe('CPUs', () => {
  it('have TLBs, walk caches and registers of their own', () => {
    const m = withProcesses(['a'], { cpus: 2 });
    touch(m);
    m.mmu.pkru = 4;
    runOn(m, 1, 'a');
    assert.equal(m.cpu, 1);
    assert.equal(m.mmu, m.cpus[1]);
    assert.equal(m.mmu.pkru, 0);
    assert.ok([...m.mmu.tlbs, ...m.mmu.walkCaches].every((c) => c.population === 0));
    assert.equal(walksOf(m, [PAGE]), 1);
    m.runOn(0);
    assert.equal(m.mmu.pkru, 4);
    assert.equal(walksOf(m, [PAGE]), 0);
  });

  it('are saved, restored and hashed, all of them; one that has not run costs a save nothing', () => {
    const m = withProcesses(['a'], { cpus: 3 });
    touch(m);
    runOn(m, 1, 'a');
    touch(m);
    const saved = m.save();
    const hash = hashOf(m);
    m.runOn(0);
    touch(m, PAGE + 1);
    const later = m.save();
    assert.notEqual(hashOf(m), hash);
    assert.equal(later.processors[3], saved.processors[3]);
    m.cpus[2].pkru = 1;
    assert.notEqual(m.save().processors[3], saved.processors[3], 'whoever changes it');
    m.load(saved);
    assert.equal(hashOf(m), hash);
    assert.equal(m.cpu, 1);
  });

  it('are 1 to 64', () => {
    assert.equal(withProcesses(['a'], { cpus: 64 }).cpus.length, 64);
    for (const cpus of [0, 65, 1.5]) assert.throws(() => machine({ cpus }), /1 to 64/);
  });
});

describe('coherence', function () {
  this.timeout(120_000);
  const op = fc.record({
    cpu: fc.nat(2),
    process: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    what: fc.constantFrom('access', 'access', 'access', 'access', 'unmap', 'idle', 'flush'),
    page: fc.nat(5),
    pages: fc.constantFrom(1, 1, 3, 40),
    kernel: fc.constantFrom(false, false, false, true),
  });

  it('holds on every CPU: no access is translated to a page that its process no longer has there', () => {
    fc.assert(
      fc.property(
        fc.record({ pcid: fc.boolean(), kpti: fc.boolean(), cpus: fc.constantFrom(1, 2, 3) }),
        fc.array(op, { minLength: 5, maxLength: 60, size: 'max' }),
        (options, ops) => {
          const m = withProcesses(['a', 'b', 'c', 'd', 'e', 'f', 'g'], options, 50);
          for (const { cpu, process, what, page, pages, kernel } of ops) {
            runOn(m, cpu % options.cpus, process);
            const { tdb } = m.kernel.current!;
            if (what === 'idle') {
              m.tlb.setLazy(true);
              // Somebody has to run again before this CPU makes an access.
              m.runOn((cpu + 1) % options.cpus);
              m.tlb.switchTo(tdb);
              continue;
            }
            m.tlb.setLazy(false);
            if (what === 'unmap') {
              unmap(m, PAGE + page, PAGE + page + pages);
              map(m, PAGE + page, pages, RWX);
            } else if (what === 'flush') m.tlb.flushRange(tdb, vpn(PAGE + page), vpn(PAGE + page + pages), false);
            const at = vpn(PAGE + page);
            assert.ok(m.access(Access.Read, at, 0, 1, 1));
            assert.equal(m.mmu.pfn, m.inspector.walk(tdb.root, at).pfn);
            if (!kernel) continue;
            // As copy_from_user does: under isolation, with the kernel's root and PCID.
            m.mmu.ac = true;
            assert.ok(m.access(Access.Read, at, 0, 1, 0));
            assert.equal(m.mmu.pfn, m.inspector.walk(tdb.root, at).pfn);
          }
          const hash = m.stateHash();
          m.load(m.save());
          assert.equal(m.stateHash(), hash);
        },
      ),
      { numRuns: 150 },
    );
  });
});
