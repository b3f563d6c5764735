import assert from 'node:assert/strict';
import { asVpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import { functionIndex } from '../../../src/machine/core/functions';
import { residentPages } from '../../../src/machine/kernel/process';
import { FAULT_KINDS, SIGNALS } from '../../../src/machine/kernel/faults/verdict';
import { layoutOf } from '../../../src/machine/kernel/layout';
import type { MapResult } from '../../../src/machine/kernel/kernel';
import { DEFAULT_KERNEL } from '../../../src/machine/kernel/options';
import { Last, type Machine } from '../../../src/machine/machine';
import { Access } from '../../../src/machine/mmu/rights';
import { RADIX4 } from '../../../src/machine/paging/radix/format';
import { statistics } from '../../../src/machine/statistics';
import { machine, machineWithProcess, map, MIB, RW, unmap, vpn } from '../support';

const { mmapBase: MMAP_BASE, end: TASK_SIZE } = layoutOf(RADIX4.userSpace);

const ACCESSED = 1 << 5;

/** Kind and signal of the last access's first fault. */
const fault = (m: Machine): string =>
  [FAULT_KINDS[m.last[Last.Fault] - 1], SIGNALS[m.last[Last.Fault + 1] - 1]].filter(Boolean).join(' ');
const startOf = (result: MapResult): number => (result.ok ? result.start : -1);

describe('mmap', () => {
  it('places mappings top-down below the stack gap, in gaps first', () => {
    const { kernel } = machineWithProcess();
    const place = (pages: number): number => startOf(kernel.mmap({ pages, ...RW, populate: false }));
    assert.equal(place(4), MMAP_BASE - 4);
    assert.equal(place(10), MMAP_BASE - 14);
    kernel.munmap(asVpn(MMAP_BASE - 4), MMAP_BASE);
    while (!kernel.step()) continue;
    assert.equal(place(5), MMAP_BASE - 19, 'a gap of four does not hold five');
    assert.equal(place(3), MMAP_BASE - 3);
  });

  it('merges what touches and is alike, and nothing else', () => {
    const m = machineWithProcess();
    map(m, 100, 4);
    map(m, 104, 4);
    map(m, 108, 4, { read: true, write: false, exec: false });
    assert.deepEqual(
      m.kernel.current?.vmas.map((v) => [v.start, v.end]),
      [
        [100, 108],
        [108, 112],
      ],
    );
  });

  it('refuses nothing at all, what is taken, and what user space does not have', () => {
    const { kernel } = machineWithProcess();
    const at = (page: number, pages: number): MapResult =>
      kernel.mmap({ pages, ...RW, at: asVpn(page), populate: false });
    const error = (r: MapResult): string => (r.ok ? 'ok' : r.error);
    assert.equal(error(at(100, 4)), 'ok');
    assert.deepEqual([at(100, 0), at(103, 1), at(96, 5), at(104, 1)].map(error), ['EINVAL', 'EEXIST', 'EEXIST', 'ok']);
    assert.deepEqual([at(TASK_SIZE - 1, 1), at(TASK_SIZE - 1, 2), at(TASK_SIZE, 1)].map(error), [
      'ok',
      'EINVAL',
      'EINVAL',
    ]);
    assert.equal(error(kernel.mmap({ pages: 2 ** 36, ...RW, populate: false })), 'ENOMEM');
  });

  it('populates in bounded steps what later needs no fault', () => {
    const m = machineWithProcess();
    m.kernel.mmap({ pages: 20, ...RW, at: vpn(100), populate: true });
    let steps = 0;
    while (m.kernel.operation !== null) {
      const before = residentPages(m.kernel.current!);
      m.kernel.step();
      assert.ok(residentPages(m.kernel.current!) - before <= 8);
      steps++;
    }
    assert.deepEqual([steps, residentPages(m.kernel.current!)], [3, 20]);
    assert.ok(m.access(Access.Write, vpn(119), 0, 1, 1));
    assert.equal(m.last[Last.Faults], 0);
  });

  it('looks once at a huge page that it populates, whether it makes it or finds it', () => {
    const m = machineWithProcess({ kernel: { ...DEFAULT_KERNEL, thp: 'always' }, memoryBytes: 64 * MIB });
    const looked = functionIndex('handle_mm_fault');
    const end = 4 * 512 + 3;
    const populate = (work: () => void): [looks: number, steps: number] => {
      const before = m.probe.calls[looked];
      work();
      let steps = 0;
      for (; m.kernel.operation !== null; steps++) m.kernel.step();
      return [m.probe.calls[looked] - before, steps];
    };
    // Three huge pages and three base pages behind them.
    assert.deepEqual(
      populate(() => m.kernel.mmap({ pages: end - 512, ...RW, at: vpn(512), populate: true })),
      [3 + 3, 1],
    );
    assert.equal(residentPages(m.kernel.current!), end - 512);
    // From the middle of the first one on.
    assert.deepEqual(
      populate(() => m.kernel.madvise(vpn(700), vpn(end), 'populate')),
      [3 + 3, 1],
    );
  });
});

describe('a page fault', () => {
  it('is minor at a first touch, and the page is dirty only if it was a write', () => {
    const m = machineWithProcess();
    map(m, 100, 2);
    assert.ok(m.access(Access.Write, vpn(100), 0, 1, 1));
    assert.equal(fault(m), 'minor');
    assert.ok(m.access(Access.Read, vpn(101), 0, 1, 1));
    const flags = [...m.inspector.mappings(m.root, { coalesce: false })].map((l) => l.flags);
    assert.deepEqual(flags, ['P RW US A D NX', 'P RW US A NX']);
  });

  it('happens for each page of an access that crosses, in ascending order', () => {
    const m = machineWithProcess();
    map(m, 100, 2);
    assert.ok(m.access(Access.Read, vpn(100), 4092, 8, 1));
    assert.deepEqual([m.last[Last.Faults], m.last[Last.Fault + 3], m.last[Last.Fault + 5 + 3]], [2, 100, 101]);
    assert.deepEqual(
      [m.probe.counters[Counter.Reads], m.probe.counters[Counter.Translations], m.probe.counters[Counter.FaultsMinor]],
      [1, 2, 2],
    );
  });

  it('is fatal outside all areas, against their rights, from the kernel, and at addresses that are not canonical', () => {
    const m = machineWithProcess();
    map(m, 100, 1, { read: true, write: false, exec: false });
    map(m, 101, 1, { read: false, write: false, exec: false });
    const fails = (kind: Access, page: number, user = 1): string => {
      assert.equal(m.access(kind, vpn(page), 0, 1, user), false);
      return fault(m);
    };
    assert.equal(fails(Access.Read, 99), 'fatal SIGSEGV');
    assert.equal(fails(Access.Write, 100), 'fatal SIGSEGV');
    assert.equal(fails(Access.Exec, 100), 'fatal SIGSEGV');
    assert.equal(fails(Access.Read, 101), 'fatal SIGSEGV');
    assert.equal(fails(Access.Read, 100, 0), 'fatal SIGSEGV');
    assert.equal(fails(Access.Read, 2 ** 40), 'fatal GP');
    assert.equal(statistics(m).faults.fatal, 6);
    assert.equal(statistics(m).tables.count, 1, 'and maps nothing');
  });

  it('runs out of memory without losing a frame, and goes on when there is some again', () => {
    const m = machineWithProcess({ memoryBytes: MIB + 8 * 4096 });
    map(m, 100, 100);
    let touched = 0;
    while (m.access(Access.Write, vpn(100 + touched), 0, 1, 1)) touched++;
    assert.equal(fault(m), 'fatal OOM');
    assert.deepEqual([touched, m.buddy.freeFrames], [4, 0], '8 frames: four tables, four pages');
    unmap(m, 100, 102);
    assert.equal(m.buddy.freeFrames, 2);
    assert.ok(m.access(Access.Write, vpn(150), 0, 1, 1));
  });

  it('does not ask which anonymous pages are used where none has a slot to go to', () => {
    const m = machineWithProcess({ memoryBytes: MIB + 8 * 4096 });
    map(m, 100, 100);
    let touched = 0;
    while (m.access(Access.Write, vpn(100 + touched), 0, 1, 1)) touched++;
    assert.ok(m.probe.counters[Counter.ReclaimScanned] > 0);
    for (let page = 100; page < 100 + touched; page++) {
      const { address } = m.inspector.walk(m.root, vpn(page)).steps[3];
      assert.equal(m.memory.readWord(address) & ACCESSED, ACCESSED, `page ${page}`);
    }
  });

  it('gives the page back if there is no memory for a table on its way', () => {
    const m = machineWithProcess({ memoryBytes: MIB + 4 * 4096 });
    map(m, 100, 1);
    assert.equal(m.access(Access.Write, vpn(100), 0, 1, 1), false);
    assert.equal(fault(m), 'fatal OOM');
    const tables = statistics(m).tables.count;
    assert.equal(m.buddy.freeFrames, 4 - tables);
  });

  it('is SIGBUS where the tables are corrupt', () => {
    const m = machineWithProcess();
    map(m, 100, 1);
    m.access(Access.Write, vpn(100), 0, 1, 1);
    m.memory.writeWord(m.root * 4096 + 4, 1 << 19);
    m.mmu.flushAll();
    assert.equal(m.access(Access.Read, vpn(100), 0, 1, 1), false);
    assert.equal(fault(m), 'fatal SIGBUS');
  });

  it('restores a right that the area grants and the entry lacks', () => {
    const m = machineWithProcess();
    map(m, 100, 1);
    m.access(Access.Read, vpn(100), 0, 1, 1);
    const { address } = m.inspector.walk(m.root, vpn(100)).steps[3];
    m.memory.writeWord(address, m.memory.readWord(address) & ~2);
    m.mmu.flushAll();
    assert.ok(m.access(Access.Write, vpn(100), 0, 1, 1));
    assert.equal(fault(m), 'protection');
  });

  it('is spurious where a stale TLB entry was all that lacked a right', () => {
    const m = machineWithProcess();
    map(m, 100, 1);
    m.access(Access.Read, vpn(100), 0, 1, 1);
    const { address } = m.inspector.walk(m.root, vpn(100)).steps[3];
    const word = m.memory.readWord(address);
    m.memory.writeWord(address, word & ~2);
    m.mmu.flushAll();
    m.access(Access.Read, vpn(100), 0, 1, 1);
    m.memory.writeWord(address, word);
    assert.ok(m.access(Access.Write, vpn(100), 0, 1, 1));
    assert.equal(fault(m), 'spurious');
  });
});

describe('munmap', () => {
  it('removes parts of areas, leaves their rest, and frees tables that serve nothing else', () => {
    const m = machineWithProcess();
    map(m, 0, 2048);
    for (const page of [0, 511, 512, 1023, 1024, 2047]) m.access(Access.Write, vpn(page), 0, 1, 1);
    assert.equal(statistics(m).tables.byLevel.PTE, 4);
    unmap(m, 512, 1024);
    assert.deepEqual(
      m.kernel.current?.vmas.map((v) => [v.start, v.end]),
      [
        [0, 512],
        [1024, 2048],
      ],
    );
    assert.equal(statistics(m).tables.byLevel.PTE, 3);
    unmap(m, 0, 1);
    assert.equal(statistics(m).tables.byLevel.PTE, 3, 'page 511 still needs the first table');
    unmap(m, 1, 512);
    assert.equal(statistics(m).tables.byLevel.PTE, 2);
  });

  it('does nothing where nothing is mapped', () => {
    const m = machineWithProcess();
    m.kernel.munmap(vpn(5), vpn(500));
    assert.equal(m.kernel.operation, null);
  });

  it('flushes before it frees, page by page for few pages and everything for many', () => {
    const m = machineWithProcess();
    map(m, 100, 200);
    for (let i = 0; i < 200; i++) m.access(Access.Write, vpn(100 + i), 0, 1, 1);
    const flushed = (): number => m.probe.counters[Counter.FlushedPages];
    unmap(m, 100, 110);
    assert.equal(flushed(), 10);
    unmap(m, 110, 290);
    assert.equal(flushed(), 10, 'above the ceiling of 33 pages CR3 is reloaded instead');
  });

  it('advances in bounded steps, however large the range', () => {
    const m = machineWithProcess({ memoryBytes: 64 * MIB });
    map(m, 0, 2 ** 34);
    for (let i = 0; i < 2000; i++) m.access(Access.Write, vpn(i), 0, 1, 1);
    m.access(Access.Write, vpn(2 ** 34 - 1), 0, 1, 1);
    m.kernel.munmap(vpn(0), vpn(2000));
    while (m.kernel.operation !== null) {
      const before = m.buddy.freeFrames;
      m.kernel.step();
      assert.ok(m.buddy.freeFrames - before < 700);
    }
    assert.equal(residentPages(m.kernel.current!), 1);
  });
});

describe('processes', () => {
  it('have address spaces of their own', () => {
    const m = machine();
    m.kernel.createProcess('a');
    map(m, 100, 1);
    m.access(Access.Write, vpn(100), 0, 1, 1);
    const frame = m.frameOfVirtual(vpn(100));
    m.kernel.createProcess('b');
    assert.equal(m.access(Access.Read, vpn(100), 0, 1, 1), false);
    map(m, 100, 1);
    assert.ok(m.access(Access.Read, vpn(100), 0, 1, 1));
    assert.notEqual(m.frameOfVirtual(vpn(100)), frame);
    m.kernel.switchTo('a');
    assert.equal(m.frameOfVirtual(vpn(100)), frame);
    assert.ok(m.access(Access.Read, vpn(100), 0, 1, 1));
    assert.equal(m.mmu.pfn, frame);
  });

  it('cannot be made without memory for a root table', () => {
    const m = machine({ memoryBytes: MIB + 4096 });
    assert.equal(m.kernel.createProcess('a'), true);
    assert.equal(m.kernel.createProcess('b'), false);
    assert.equal(m.kernel.current?.name, 'a');
  });
});

describe('memory that nobody may access', () => {
  it('stays so when khugepaged makes a huge page of it', () => {
    const m = machineWithProcess({ kernel: { ...DEFAULT_KERNEL, thp: 'always' } });
    map(m, 512, 3);
    m.access(Access.Write, vpn(513), 0, 8, 1);
    map(m, 515, 509);
    const whole = [vpn(512), vpn(1024)] as const;
    m.kernel.mprotect(...whole, { read: false, write: false, exec: false });
    while (!m.kernel.step());
    m.kernel.khugepaged();
    while (!m.kernel.step());
    assert.equal(statistics(m).huge.collapsed, 1);
    assert.equal(m.access(Access.Read, vpn(513), 0, 8, 1), false);
    assert.equal(fault(m), 'fatal SIGSEGV');
    m.kernel.mprotect(...whole, RW);
    while (!m.kernel.step());
    assert.ok(m.access(Access.Read, vpn(513), 0, 8, 1));
    assert.equal(statistics(m).huge.split, 0);
  });
});
