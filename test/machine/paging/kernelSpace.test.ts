import assert from 'node:assert/strict';
import { vpnOfAddress } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { Access, ErrorCode } from '../../../src/machine/mmu/rights';
import { statistics } from '../../../src/machine/statistics';
import { machineWithProcess, map, MIB, RWX, unmap, vpn } from '../support';

/** Trees that have one, where the direct map begins, and tables of a process with one page and of the kernel. */
const TREES = [
  ['radix', 0xffff_8880_0000_0000n, [4, 5]],
  ['radix 5', 0xff11_0000_0000_0000n, [5, 7]],
] as const;
const TEXT = vpnOfAddress(0xffff_ffff_8100_0000n);
const ENTRY = vpnOfAddress(0xffff_fe00_0000_0000n);
const USER = 1;
const KERNEL = 0;

const code = (m: Machine, page: number, kind: Access, user: number): number => {
  assert.equal(m.access(kind, vpn(page), 0, 1, user), false);
  return m.mmu.fault.errorCode;
};

for (const [scheme, directMap, counts] of TREES) {
  const DIRECT_MAP = vpnOfAddress(directMap);
  const machineOn = (options: Partial<MachineOptions> = {}): Machine => machineWithProcess({ scheme, ...options });

  describe(`the kernel half of ${scheme}`, () => {
    it('maps all of memory, in the largest pages that fit, and kernel text', () => {
      for (const [bytes, sizes] of [
        [64 * MIB, [0, 32, 0]],
        [3 * 1024 * MIB, [0, 0, 3]],
        [1024 * MIB + 6 * MIB + 8192, [2, 3, 1]],
      ] as const) {
        const m = machineOn({ memoryBytes: bytes });
        const { root } = m.kernelSpace!;
        const leaves = [...m.inspector.mappings(root, { coalesce: false })];
        const direct = leaves.filter(({ vpn: page }) => page >= DIRECT_MAP && page < TEXT);
        assert.deepEqual(
          [0, 1, 2].map((size) => direct.filter(({ pageSize }) => pageSize === size).length),
          sizes,
        );
        let page = 0;
        for (const leaf of direct) {
          assert.deepEqual([leaf.vpn, leaf.pfn], [DIRECT_MAP + page, page]);
          assert.deepEqual([leaf.write, leaf.user, leaf.exec], [true, false, false]);
          page += leaf.pages;
        }
        assert.equal(page, m.memory.frameCount);
        const text = leaves.filter(({ vpn: at }) => at >= TEXT);
        assert.ok(text.length > 0 && text.every((t) => t.pageSize === 1 && t.exec && !t.write && !t.user));
      }
    });

    it('translates for the kernel in every process, and faults for programs', () => {
      const m = machineOn();
      for (const name of ['p', 'q']) {
        if (name === 'q') m.kernel.createProcess(name);
        assert.ok(m.access(Access.Write, vpn(DIRECT_MAP + 5), 0, 1, KERNEL));
        assert.equal(m.mmu.pfn, 5);
        assert.ok(m.access(Access.Exec, TEXT, 0, 1, KERNEL));
        assert.equal(code(m, DIRECT_MAP, Access.Read, USER), ErrorCode.Present | ErrorCode.User);
      }
      assert.equal(code(m, TEXT, Access.Write, KERNEL), ErrorCode.Present | ErrorCode.Write);
      assert.equal(code(m, DIRECT_MAP, Access.Exec, KERNEL), ErrorCode.Present | ErrorCode.Fetch);
    });

    it('is global: it outlives a switch of the address space', () => {
      const m = machineOn();
      assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
      m.kernel.createProcess('q');
      const walks = m.probe.counters[Counter.Walks];
      assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
      assert.equal(m.probe.counters[Counter.Walks], walks);
    });

    it('takes no frame from programs, is counted apart, and is left out of what views show of a process', () => {
      const m = machineOn();
      map(m, 0x100, 1);
      assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
      const { tables } = statistics(m);
      assert.deepEqual([tables.count, tables.kernel], counts);
      assert.equal(m.memory.frameCount - 256 - m.buddy.freeFrames, counts[0] + 1);
      assert.deepEqual(m.inspector.used(m.root, 0), [0]);
      assert.deepEqual(
        [...m.inspector.mappings(m.root, { coalesce: true })].map(({ vpn: page }) => page),
        [0x100],
      );
      assert.equal(m.inspector.walk(m.root, DIRECT_MAP).outcome, 'mapped', 'but a walk goes there');
    });

    it('is no part of a machine without memory to speak of', () => {
      assert.equal(machineOn({ memoryBytes: 512 * 1024 }).kernelSpace, null);
    });
  });

  describe(`page-table isolation on ${scheme}`, () => {
    const isolated = (pcid: boolean): Machine => {
      const m = machineOn({ kpti: true, pcid });
      map(m, 0x100, 8, RWX);
      return m;
    };
    const switches = (m: Machine): number => m.probe.counters[Counter.KptiSwitches];

    for (const pcid of [false, true])
      describe(pcid ? 'with PCIDs' : 'without PCIDs', () => {
        it('gives user mode a root without the kernel, but for its entry code', () => {
          const m = isolated(pcid);
          assert.equal(code(m, DIRECT_MAP, Access.Read, USER), ErrorCode.User, 'not even present');
          assert.equal(code(m, ENTRY, Access.Exec, USER), ErrorCode.Present | ErrorCode.User | ErrorCode.Fetch);
          assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
          assert.ok(m.access(Access.Exec, ENTRY, 0, 1, KERNEL));
        });

        it('walks adjacent roots, and forbids the kernel to execute what is the user’s', () => {
          const m = isolated(pcid);
          assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
          const { root } = m.kernel.current!.tdb;
          assert.equal(m.root, root + 1);
          assert.ok(m.access(Access.Exec, vpn(0x100), 0, 1, USER));
          m.mmu.cr4 &= ~(1 << 20);
          assert.equal(m.access(Access.Exec, vpn(0x100), 0, 1, KERNEL), false, 'even without SMEP');
          assert.equal(m.root, root);
          const [entry, user] = [root, root + 1].map((table) => m.inspector.entry(vpn(table) as never, 0, 0).raw);
          assert.equal(entry & ~0x20n, (user & ~0x20n) | (1n << 63n));
          const [run] = m.inspector.mappings(root, { coalesce: true });
          assert.ok(run.exec, 'views say what user mode may do');
        });

        it('loads CR3 on each way in and out, and only there', () => {
          const m = isolated(pcid);
          assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
          const before = switches(m);
          assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
          assert.equal(switches(m), before, 'an access that the kernel has nothing to do with');
          assert.ok(m.access(Access.Write, vpn(0x101), 0, 1, USER));
          assert.equal(switches(m), before + 2, 'a fault');
          assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
          assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
          assert.ok(m.access(Access.Read, vpn(0x101), 0, 1, USER));
          assert.equal(switches(m), before + 4);
          assert.ok(statistics(m).cycles > 4 * m.costs.kpti_switch);
        });

        it(`${pcid ? 'keeps' : 'loses'} the program's translations over a fault`, () => {
          const m = isolated(pcid);
          assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
          assert.ok(m.access(Access.Write, vpn(0x101), 0, 1, USER));
          const walks = m.probe.counters[Counter.Walks];
          assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
          assert.equal(m.probe.counters[Counter.Walks] - walks, pcid ? 0 : 1);
        });

        it('forgets in user mode, too, what the kernel unmaps, however much that is', () => {
          for (const pages of [1, 40]) {
            const m = machineOn({ kpti: true, pcid });
            map(m, 0x100, pages, RWX);
            for (let i = 0; i < pages; i++) assert.ok(m.access(Access.Write, vpn(0x100 + i), 0, 1, USER));
            unmap(m, 0x100, 0x100 + pages);
            for (let i = 0; i < pages; i++) assert.equal(code(m, 0x100 + i, Access.Read, USER), ErrorCode.User);
          }
        });

        it('counts one root as the process’s and one as the kernel’s, and gives both back', () => {
          const m = isolated(pcid);
          const { tables } = statistics(m);
          assert.equal(tables.byLevel.PGD, 1);
          const { freeFrames } = m.buddy;
          const tdb = m.emt.tsvcCreateTdb(7)!;
          assert.equal(statistics(m).tables.kernel, tables.kernel + 1);
          m.emt.tsvcDestroyTdb(tdb);
          assert.equal(statistics(m).tables.kernel, tables.kernel);
          assert.equal(m.buddy.freeFrames, freeFrames);
        });
      });
  });
}
