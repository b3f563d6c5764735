/** Faults that are served in the middle of a run, against the same accesses made one by one, which the handler serves. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packAccess, ScratchChunk } from '../../../src/machine/core/accessChunk';
import { asVpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import { functionIndex } from '../../../src/machine/core/functions';
import { Signal } from '../../../src/machine/core/probe';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { CR4 } from '../../../src/machine/mmu/rights';
import { entryAddress, machineWithProcess, map, MIB, RW, SMALL, vpn, writeEntry } from '../support';

const PAGES = 96;
/** In one table, and two across a border of tables. */
const AREAS = [
  { start: 0x400, read: true, write: true, exec: false },
  { start: 0x480, read: true, write: false, exec: false },
  { start: 0x9d0, read: false, write: true, exec: true },
  { start: 0x4_0000, read: true, write: true, exec: true },
] as const;

const machineOptions = fc.record({
  scheme: fc.constantFrom('radix', 'radix', 'radix', 'radix 5', 'radix 32', 'pae', 'fpt L3L2', 'ecpt'),
  emtDefaults: fc.constantFrom<MachineOptions['emtDefaults']>([], [], 'all', ['addr_range_get_lock']),
  /** Enough for all, or so little that faults have to reclaim. */
  memoryBytes: fc.constantFrom(64 * MIB, 64 * MIB, 2 * MIB),
  zeroPage: fc.boolean(),
  thp: fc.constantFrom<'never' | 'madvise' | 'always'>('never', 'never', 'madvise', 'always'),
});

const ARMS: Record<string, (m: Machine) => void> = {
  nothing: () => undefined,
  minor: ({ probe }) => void (probe.armed = 1),
  misses: ({ probe }) => void (probe.armed = Signal.TlbMiss),
  allocation: ({ probe }) => {
    probe.armed = Signal.Function;
    probe.armedFunctions[functionIndex('alloc_pages')] = 1;
  },
  unmapping: ({ probe }) => {
    probe.armed = Signal.Function;
    probe.armedFunctions[functionIndex('do_munmap')] = 1;
  },
  frames: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'physical', start: 0x10_0000, end: 0x12_0000, read: false, write: true }]);
  },
  memory: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'physical', start: 0x10_0000, end: 0x10_a000, read: true, write: false }]);
  },
  elsewhere: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'physical', start: 0, end: 8, read: true, write: true }]);
  },
  cr2: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'register', name: 'cr2' }]);
  },
  pages: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'page', first: asVpn(0x410), last: asVpn(0x420), accesses: 2 }]);
  },
};

const steps = (m: Machine): void => {
  while (m.kernel.operation !== null) m.kernel.step();
};

type Change = (m: Machine, page: number) => void;
const CHANGES: Record<string, Change> = {
  nothing: () => undefined,
  protect: (m, page) => {
    m.kernel.mprotect(asVpn(page), asVpn(page + 7), { read: true, write: page % 2 === 0, exec: page % 3 === 0 });
    steps(m);
  },
  forget: (m, page) => {
    m.kernel.madvise(asVpn(page), asVpn(page + 20), 'dontneed');
    steps(m);
  },
  unmap: (m, page) => {
    m.kernel.munmap(asVpn(page), asVpn(page + 3));
    steps(m);
  },
  key: (m, page) => {
    m.kernel.pkeyProtect(asVpn(page), asVpn(page + 9), 1);
    steps(m);
  },
  forbid: (m, page) => {
    m.mmu.cr4 |= CR4.PKE;
    m.mmu.pkru = page % 4;
  },
  fork: (m, page) => {
    if (m.kernel.processes.length > 3) return;
    m.kernel.fork(`child ${page}`);
    steps(m);
    const alive = m.kernel.processes.filter(({ exited }) => !exited);
    m.kernel.switchTo(alive[page % alive.length].name);
  },
  clear: (m, page) => {
    const { steps: path } = m.inspector.walk(m.root, asVpn(page));
    const { address } = path[(page + 1) % path.length];
    if (address < m.memory.sizeBytes) writeEntry(m, address, 0n);
  },
  bad: (m, page) => {
    const { steps: path } = m.inspector.walk(m.root, asVpn(page));
    const { address } = path[path.length - 1];
    if (address < m.memory.sizeBytes) writeEntry(m, address, BigInt(page % 8) << 5n);
  },
  backAndForth: (m) => m.load(m.save()),
};

const place = fc.record({ area: fc.nat(3), page: fc.nat(PAGES) });
const pageAt = ({ area, page }: { area: number; page: number }): number => AREAS[area].start + page;

const scenario = fc.record({
  options: machineOptions,
  armed: fc.constantFrom('nothing', 'nothing', 'nothing', ...Object.keys(ARMS)),
  user: fc.constantFrom(1, 1, 1, 1, 1, 0),
  pieces: fc.array(
    fc.record({
      change: fc.constantFrom('nothing', 'nothing', ...Object.keys(CHANGES)),
      at: place,
      accesses: fc.array(fc.record({ kind: fc.constantFrom(0, 0, 1, 1, 1, 2), crosses: fc.nat(30), at: place }), {
        minLength: 2,
        maxLength: 60,
        size: 'max',
      }),
    }),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
});

function machineOf({ zeroPage, thp, ...options }: typeof machineOptions extends fc.Arbitrary<infer T> ? T : never) {
  const m = machineWithProcess({
    ...options,
    ...(options.scheme === 'fpt L3L2' && { memoryBytes: 64 * MIB }),
    ...(options.scheme === 'ecpt' && { memoryBytes: 64 * MIB, emtDefaults: [] }),
    kernel: { ...SMALL.kernel, zeroPage, thp, swapBytes: 4 * MIB },
  });
  for (const { start, ...rights } of AREAS) map(m, start, PAGES, rights);
  return m;
}

/** All that a run leaves behind. */
function assertSame(actual: Machine, expected: Machine): void {
  for (const sums of ['counters', 'calls', 'instructions'] as const)
    assert.deepEqual([...actual.probe[sums]], [...expected.probe[sums]], sums);
  assert.deepEqual([...actual.last], [...expected.last]);
  assert.equal(actual.stateHash(), expected.stateHash());
}

describe('first touches in the middle of a run', function () {
  this.timeout(120_000);

  it('leave what they leave one by one, whatever the areas, the options and what is armed', () => {
    fc.assert(
      fc.property(scenario, ({ options, armed, user, pieces }) => {
        const [run, single] = [machineOf(options), machineOf(options)];
        for (const m of [run, single]) ARMS[armed](m);
        const chunk = new ScratchChunk();
        for (const { change, at, accesses } of pieces) {
          for (const m of [run, single]) if (m.kernel.current !== undefined) CHANGES[change](m, pageAt(at));
          chunk.clear();
          for (const { kind, crosses, at } of accesses)
            chunk.append(pageAt(at), packAccess(kind, crosses === 0 ? 4093 : 0, 8));
          for (let from = 0; from < chunk.length && !run.dead;) {
            run.probe.fired = single.probe.fired = 0;
            const made = run.replay.run(chunk, from, chunk.length, 0, user);
            const { alive } = run.replay;
            const end = from + made + (alive ? 0 : 1);
            for (let i = from; i < end; i++) {
              const { kind, crosses, at } = accesses[i];
              assert.equal(single.probe.fired, 0, `a stop before access ${i} is missed`);
              const ok = single.access(kind, vpn(pageAt(at)), crosses === 0 ? 4093 : 0, 8, user);
              assert.equal(ok, i < from + made);
            }
            assert.equal(run.probe.fired, single.probe.fired);
            assertSame(run, single);
            from = end;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Pages of one table, touched in a run; the last access is made by itself. */
  const touch = (m: Machine, first: number, count: number, kind = 1): number => {
    const chunk = new ScratchChunk();
    for (let i = 0; i < count; i++) chunk.append(first + i, packAccess(kind, 0, 8));
    return m.replay.run(chunk, 0, count, 0, 1);
  };
  const handled = (m: Machine): number => m.probe.counters[Counter.FaultsMinor];

  it('are served there: the handler runs for the first of them, for a new table, and for the last of the run', () => {
    const m = machineWithProcess();
    map(m, 0x400, 0x400);
    let handler = 0;
    const handle = m.kernel.faults.handle.bind(m.kernel.faults);
    m.kernel.faults.handle = (...arguments_) => {
      handler++;
      return handle(...arguments_);
    };
    assert.equal(touch(m, 0x400, 0x400), 0x400);
    assert.equal(handled(m), 0x400);
    // The first table, the first page that finds one, the second table, the last.
    assert.equal(handler, 4);
  });

  it('that fault again are recorded with both faults', () => {
    const [run, single] = [machineWithProcess(), machineWithProcess()];
    for (const m of [run, single]) {
      map(m, 0x400, 32, RW);
      assert.equal(touch(m, 0x400, 8, 0), 8);
      // Key 0, which every page has, forbids all: a page that is not there is made, and then refused.
      m.mmu.cr4 |= CR4.PKE;
      m.mmu.pkru = 1;
    }
    assert.equal(touch(run, 0x410, 8, 0), 0);
    assert.equal(run.replay.alive, false);
    assert.equal(single.access(0, vpn(0x410), 0, 8, 1), false);
    assert.deepEqual(
      [0, 1].map((n) => run.faultRecord(n)?.kind),
      ['minor', 'fatal'],
    );
    assertSame(run, single);
  });

  it('lose no walk of the run when the records of frames outgrow their room', () => {
    const [run, single] = [
      machineWithProcess({ memoryBytes: 512 * MIB }),
      machineWithProcess({ memoryBytes: 512 * MIB }),
    ];
    for (const m of [run, single]) map(m, 0x400, 0x2_0000, RW);
    const chunk = new ScratchChunk();
    for (let page = 0x400, left = 6; left > 0; left--) {
      chunk.clear();
      const pages: number[] = [];
      // A new page, and one that is long out of the TLBs.
      while (chunk.length < 16_000) {
        for (const p of [page, page - (page % 0x200) + ((page * 17) % 64)]) {
          pages.push(p);
          chunk.append(p, packAccess(1, 0, 8));
        }
        page++;
      }
      assert.equal(run.replay.run(chunk, 0, chunk.length, 0, 1), chunk.length);
      for (const p of pages) single.access(1, vpn(p), 0, 8, 1);
    }
    assertSame(run, single);
  });

  it('are the handler’s where an entry above was edited', () => {
    const [run, single] = [machineWithProcess(), machineWithProcess()];
    for (const m of [run, single]) {
      map(m, 0x400, 32, RW);
      assert.equal(touch(m, 0x400, 8), 8);
      writeEntry(m, entryAddress(m, 0x400, 2), 0x1234_5067n);
      m.mmu.flushAll();
    }
    const made = touch(run, 0x410, 8);
    for (let i = 0; i < made + (run.replay.alive ? 0 : 1); i++) single.access(1, vpn(0x410 + i), 0, 8, 1);
    assertSame(run, single);
  });
});
