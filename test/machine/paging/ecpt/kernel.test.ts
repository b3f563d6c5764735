/** The kernel's own cuckoo tables: what they map, how user mode is kept from them, and what it takes to survive a change of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asPfn, asVpn, vpnOfAddress } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { MachineDied } from '../../../../src/machine/core/death';
import type { Machine, MachineOptions } from '../../../../src/machine/machine';
import { Access, ErrorCode } from '../../../../src/machine/mmu/rights';
import { type EcptOptions, PUBLISHED, RELEASED } from '../../../../src/machine/paging/ecpt/format';
import { statistics } from '../../../../src/machine/statistics';
import { hashOf, machineWithProcess, map, MIB, RWX, vpn } from '../../support';
import { SMALL_PUBLISHED, SMALL_RELEASED } from './options';
import { assertInvariants, KERNEL_ROOT } from './invariants';

const DIRECT_MAP = vpnOfAddress(0xffff_8880_0000_0000n);
const TEXT = vpnOfAddress(0xffff_ffff_8100_0000n);
const ENTRY = vpnOfAddress(0xffff_fe00_0000_0000n);
const USER = 1;
const KERNEL = 0;

const machineOn = (ecpt: EcptOptions = RELEASED, options: Partial<MachineOptions> = {}): Machine =>
  machineWithProcess({ scheme: 'ecpt', ecpt, ...options });

const code = (m: Machine, page: number, kind: Access, user: number): number => {
  assert.equal(m.access(kind, vpn(page), 0, 1, user), false);
  return m.mmu.fault.errorCode;
};

/** Changes pages of the kernel's own; the error of a death, or undefined. */
function change(m: Machine, action: 'promote' | 'demote', start: number, pages: number): MachineDied | undefined {
  const result = m.kernel.changeKernelPages(action, asVpn(start), asVpn(start + pages));
  assert.ok(result.ok);
  try {
    while (m.kernel.operation !== null) m.kernel.step();
  } catch (error) {
    assert.ok(error instanceof MachineDied, String(error));
    return error;
  }
  assert.equal(m.kernel.failure, null);
  return undefined;
}

/** Every page of the direct map translates to the frame of its number. */
function assertDirectMap(m: Machine): void {
  let page = 0;
  for (const run of m.inspector.mappings(KERNEL_ROOT, { coalesce: false })) {
    if (run.vpn < DIRECT_MAP || run.vpn >= ENTRY) continue;
    assert.deepEqual([run.vpn, run.pfn], [DIRECT_MAP + page, page]);
    assert.deepEqual([run.write, run.user, run.exec], [true, false, false]);
    page += run.pages;
  }
  assert.equal(page, m.memory.frameCount);
}

describe('the kernel’s own cuckoo tables', () => {
  for (const [name, ecpt] of [
    ['as released', RELEASED],
    ['as published', PUBLISHED],
    ['in small ways', SMALL_RELEASED],
    ['with crc', { ...SMALL_RELEASED, hash: 'crc' }],
    ['without huge pages', { ...SMALL_PUBLISHED, ways: [3, 0, 0] }],
  ] as [string, EcptOptions][])
    it(`${name} map all of memory and the text, and keep their invariants`, () => {
      for (const memoryBytes of [64 * MIB, 1024 * MIB + 6 * MIB + 8192]) {
        const m = machineOn(ecpt, { memoryBytes });
        assertDirectMap(m);
        assert.equal(m.inspector.walk(KERNEL_ROOT, TEXT).pfn, 0);
        assertInvariants(m, KERNEL_ROOT, ecpt);
      }
    });

  it('translate for the kernel in every process, and fault for programs', () => {
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

  it('obey SMEP and SMAP', () => {
    const m = machineOn();
    map(m, 0x100, 8, RWX);
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    m.mmu.cr4 |= 1 << 20;
    assert.equal(code(m, 0x100, Access.Exec, KERNEL), ErrorCode.Present | ErrorCode.Fetch);
    m.mmu.cr4 |= 1 << 21;
    assert.equal(code(m, 0x100, Access.Read, KERNEL), ErrorCode.Present);
  });

  it('are counted apart, and no part of a process', () => {
    const m = machineOn();
    map(m, 0x100, 1);
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    const { tables } = statistics(m);
    // 3 ways of 1 MiB for each of two sizes, walk tables of 2 x 256 and 2 x 128 KiB, a descriptor.
    assert.equal(tables.kernel, 6 * 256 + 192 + 1);
    assert.equal(tables.count, 3 * 256 + 192 + 1);
    assert.equal(m.memory.frameCount - m.kernelSpace!.reservedFrames - m.buddy.freeFrames, tables.count + 1);
    assert.deepEqual(
      [...m.inspector.mappings(m.root, { coalesce: true })].map(({ vpn: page }) => page),
      [0x100],
    );
  });

  it('are left out of a machine of which they would take too much', () => {
    assert.equal(machineOn(RELEASED, { memoryBytes: 16 * MIB }).kernelSpace, null);
  });

  it('draw no random number of the run', () => {
    const state = (memoryBytes: number): number => {
      const m = machineOn(SMALL_RELEASED, { memoryBytes });
      return m.memory.readWord(16 * 4096);
    };
    assert.deepEqual([state(64 * MIB), state(2048 * MIB)], [0, 0]);
  });
});

describe('page-table isolation on cuckoo tables', () => {
  const isolated = (ecpt: EcptOptions = RELEASED, options: Partial<MachineOptions> = {}): Machine => {
    const m = machineOn(ecpt, { kpti: true, ...options });
    map(m, 0x100, 64, RWX);
    return m;
  };

  it('gives user mode a table without the kernel, but for its entry code', () => {
    const m = isolated();
    assert.equal(code(m, DIRECT_MAP, Access.Read, USER), ErrorCode.User, 'not even present');
    assert.equal(code(m, ENTRY, Access.Exec, USER), ErrorCode.Present | ErrorCode.User | ErrorCode.Fetch);
    assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
    assert.ok(m.access(Access.Exec, ENTRY, 0, 1, KERNEL));
  });

  it('leaves nothing of the kernel in the TLB of user mode', () => {
    const m = isolated();
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
    assert.ok(m.access(Access.Read, vpn(0x100), 0, 1, USER));
    assert.equal(code(m, DIRECT_MAP, Access.Read, USER), ErrorCode.User);
  });

  it('shows views what the running CPU walks', () => {
    const m = isolated();
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    assert.equal(m.inspector.walk(m.root, DIRECT_MAP).outcome, 'notPresent');
    assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
    assert.equal(m.inspector.walk(m.root, DIRECT_MAP).outcome, 'mapped');
  });

  it('changes the set with one register write', () => {
    const m = isolated();
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    const before = m.probe.counters.slice();
    assert.ok(m.access(Access.Write, vpn(0x101), 0, 1, USER));
    const since = (c: Counter): number => m.probe.counters[c] - before[c];
    assert.deepEqual([since(Counter.KptiSwitches), since(Counter.RegisterWrites)], [2, 2]);
  });

  it('works on several CPUs, each with sets of its own', () => {
    const m = isolated(RELEASED, { cpus: 2 });
    assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
    m.moveTo(1);
    assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
    assert.ok(m.access(Access.Read, vpn(0x100), 0, 1, USER));
    assert.equal(code(m, DIRECT_MAP, Access.Read, USER), ErrorCode.User);
  });

  /** Faults, each of which goes in and out, until the machine dies or all are served. */
  function faultUntilDeath(m: Machine): string {
    for (let i = 0; i < 64; i++) if (!m.access(Access.Write, vpn(0x100 + i), 0, 1, USER)) return m.causeOfDeath;
    return '';
  }
  /** The way of a page in one of the kernel's tables. */
  const wayOf = (m: Machine, root: number, page: number): number | undefined =>
    m.inspector.walk(asPfn(root), asVpn(page)).steps.find(({ probe }) => probe?.matches)?.probe?.way;

  it('dies of a torn switch exactly where both tables have the page in different ways', () => {
    let died = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const torn = isolated({ ...SMALL_RELEASED, switch: 'torn' }, { seed });
      const m = isolated(SMALL_RELEASED, { seed });
      assert.ok(m.access(Access.Read, DIRECT_MAP, 0, 1, KERNEL));
      const inKernel = wayOf(m, m.root, ENTRY + 8);
      assert.ok(m.access(Access.Write, vpn(0x100), 0, 1, USER));
      const inUser = wayOf(m, m.root, ENTRY + 8);
      const cause = faultUntilDeath(torn);
      assert.equal(cause !== '', inKernel !== inUser, `seed ${seed}`);
      assert.equal(torn.dead, cause !== '');
      if (cause !== '') died++;
      if (cause !== '') assert.match(cause, /whole table has the page in way \d, the minimal one in way \d/);
      assert.equal(faultUntilDeath(m), '', 'with one instruction nothing happens');
    }
    assert.ok(died > 3 && died < 12, `${died} of 12`);
  });

  it('has the state of a death in its snapshots', () => {
    const seed = [1, 2, 3, 4, 5].find((s) => {
      const m = isolated({ ...SMALL_RELEASED, switch: 'torn' }, { seed: s });
      return faultUntilDeath(m) !== '';
    })!;
    const m = isolated({ ...SMALL_RELEASED, switch: 'torn' }, { seed });
    const saved = m.save();
    const before = hashOf(m);
    faultUntilDeath(m);
    const after = hashOf(m);
    m.load(saved);
    assert.equal(hashOf(m), before);
    assert.equal(m.dead, false);
    faultUntilDeath(m);
    assert.equal(hashOf(m), after);
  });
});

describe('who changes the kernel’s tables through themselves', function () {
  this.timeout(120_000);
  const FAR = DIRECT_MAP + 8192;

  for (const [name, base] of [
    ['as released', SMALL_RELEASED],
    ['as published', SMALL_PUBLISHED],
  ] as const) {
    it(`${name}, copying first, survives any change`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.boolean(), fc.nat(31)), { minLength: 1, maxLength: 12 }),
          fc.boolean(),
          (changes, flush) => {
            const ecpt: EcptOptions = { ...base, kick: 'copy' };
            const m = machineOn(ecpt);
            for (const [demote, block] of changes) {
              if (flush) m.mmu.flushAll();
              assert.equal(change(m, demote ? 'demote' : 'promote', DIRECT_MAP + 512 * block, 512), undefined);
              assertInvariants(m, KERNEL_ROOT, ecpt);
            }
            assertDirectMap(m);
          },
        ),
        { numRuns: 8 },
      );
    });
  }

  it('removing first, dies if the memory of the table or its code goes, and only then', () => {
    for (const [start, dies] of [
      [FAR, false],
      [DIRECT_MAP, true],
      [TEXT, true],
    ] as const) {
      const m = machineOn({ ...RELEASED, move: 'remove-first' });
      const death = change(m, 'demote', start, 512);
      assert.equal(death !== undefined, dies);
      if (death !== undefined) assert.match(death.why, /is in no table while it moves, and it maps/);
    }
  });

  it('removing first, dies when pages are joined, too', () => {
    const m = machineOn(SMALL_RELEASED);
    assert.equal(change(m, 'demote', DIRECT_MAP, 512), undefined);
    const other = machineOn({ ...SMALL_RELEASED, move: 'remove-first' });
    other.load(m.save());
    assert.equal(change(m, 'promote', DIRECT_MAP, 512), undefined);
    assertDirectMap(m);
    assert.notEqual(change(other, 'promote', DIRECT_MAP, 512), undefined);
  });

  it('is told that trees keep theirs', () => {
    const result = machineWithProcess().kernel.changeKernelPages('demote', DIRECT_MAP, asVpn(DIRECT_MAP + 512));
    assert.ok(!result.ok && /use the scheme ecpt/.test(result.text));
  });
});
