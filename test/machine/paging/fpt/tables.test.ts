/** Flattened tables as software has them: page sizes, iterators, and how they are freed. */
import assert from 'node:assert/strict';
import { asVpn } from '../../../../src/machine/core/addresses';
import type { MachineEvent } from '../../../../src/machine/core/events';
import { Recorder } from '../../../../src/machine/core/probe';
import { DEFAULT_KERNEL } from '../../../../src/machine/kernel/options';
import { Machine } from '../../../../src/machine/machine';
import { refusal } from '../../../../src/machine/options';
import { Access } from '../../../../src/machine/mmu/rights';
import { rootFrame } from '../../../../src/machine/paging/format';
import { statistics } from '../../../../src/machine/statistics';
import { machineWithProcess, map, SMALL, unmap } from '../../support';
import { World } from '../../emt/world';
import { MODES, withoutBlocks } from './support';

const GIB = 2 ** 18;
const AT = 4 * GIB;

function recorded(m: Machine, work: () => void): MachineEvent[] {
  const recorder = new Recorder();
  m.probe.recorder = recorder;
  work();
  m.probe.recorder = null;
  return recorder.events;
}

describe('page sizes over flattened tables', () => {
  it('are those of the levels that are left', () => {
    const sizes = MODES.map((scheme) => {
      const w = new World({ scheme });
      return w.emt.tdbPageSizes(w.tdbs[0]);
    });
    assert.deepEqual(sizes, [
      [GIB, 512, 1],
      [512, 1],
      [GIB, 1],
    ]);
  });

  it('the kernel asks for are not eligible where the level is folded away', () => {
    for (const [scheme, pages] of [
      ['fpt L3L2', GIB],
      ['fpt L4L3+L2L1', 512],
    ] as const) {
      const w = new World({ scheme });
      const vma = { start: asVpn(0), end: asVpn(4 * GIB), huge: true };
      assert.equal(w.emt.thpEligible(w.tdbs[0], w.find(GIB), pages, vma), false);
      assert.equal(w.enter(GIB, pages, 512), 'EINVAL');
      assert.ok(w.emt.decPageSize(w.tdbs[0], 2 * GIB) !== pages);
    }
  });

  it('huge pages are mapped at faults where a PMD entry exists, and nowhere else', () => {
    for (const scheme of MODES) {
      const m = machineWithProcess({ scheme, kernel: { ...DEFAULT_KERNEL, thp: 'always' } });
      map(m, AT, 1024);
      m.access(Access.Write, asVpn(AT), 0, 8, 1);
      assert.equal(statistics(m).huge.faulted, scheme === 'fpt L4L3+L2L1' ? 0 : 1);
    }
  });

  it('a page of 1 GiB fits into a flattened root, and becomes base pages there at once', () => {
    const w = new World({ scheme: 'fpt L4L3+L2L1', memoryBytes: 2 ** 26 });
    assert.equal(w.enter(AT, GIB, GIB), 'ok');
    assert.equal(w.emt.hugeDemote(w.tdbs[0], w.find(AT), w.gather), 'ok');
    assert.equal(w.find(AT + 1000).pages, 1);
    assert.match(w.page(AT + 1000, w.tdbs[0]), new RegExp(`^frame ${GIB + 1000} `));
  });

  it('a fallback table brings its entries back: there a 1 GiB page becomes pages of 2 MiB', () => {
    const w = new World({ scheme: 'fpt L4L3+L2L1' });
    assert.equal(w.enter(AT, GIB, GIB), 'ok');
    withoutBlocks(w.m, () => true);
    assert.equal(w.emt.hugeDemote(w.tdbs[0], w.find(AT), w.gather), 'ok');
    assert.equal(w.find(AT + 1000).pages, 512);
    assert.match(w.page(AT + 1000, w.tdbs[0]), new RegExp(`^frame ${GIB + 1000} `));
  });
});

describe('an iterator over flattened tables', () => {
  it('descends once for a flattened table, however many of its entries it passes', () => {
    const w = new World({ scheme: 'fpt L4L3+L2L1' });
    for (let i = 0; i < 40; i++) w.enter(AT + 5000 * i);
    const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(AT), asVpn(AT + GIB));
    let seen = 0;
    while (w.emt.tobjIterHasNext(it)) {
      w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
      if (w.tobj.word0 !== 0) seen++;
    }
    assert.deepEqual([seen, it.lookups], [40, 1]);
  });

  it('charges each entry of a hole, also where nobody has ever written', () => {
    const w = new World({ scheme: 'fpt L4L3+L2L1' });
    w.enter(AT);
    const reads = w.readsOf(() => assert.ok(w.emt.addrRangeVoid(w.tdbs[0], asVpn(AT + 1), asVpn(AT + GIB))));
    assert.equal(reads, GIB - 1 + 1, 'all but the first, and the entry above');
  });

  it('goes from a flattened table to a normal neighbour and on', () => {
    const w = new World({ scheme: 'fpt L4L3+L2L1' });
    w.enter(AT + GIB - 1);
    let fails = true;
    withoutBlocks(w.m, () => fails);
    w.enter(AT + GIB);
    w.enter(AT + GIB + 513);
    fails = false;
    w.enter(AT + 2 * GIB);
    const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(AT), asVpn(AT + 3 * GIB));
    const seen: number[] = [];
    while (w.emt.tobjIterHasNext(it)) {
      w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
      if (w.tobj.word0 !== 0) seen.push(w.tobj.vpn - AT);
    }
    assert.deepEqual(seen, [GIB - 1, GIB, GIB + 513, 2 * GIB]);
  });
});

describe('freeing a flattened table', () => {
  const machineOf = (fptFree: 'flush-first' | 'block-first'): Machine => {
    const m = machineWithProcess({ scheme: 'fpt L4L3+L2L1', fptFree });
    map(m, AT, GIB);
    m.access(Access.Write, asVpn(AT), 0, 8, 1);
    m.access(Access.Write, asVpn(AT + 5000), 0, 8, 1);
    return m;
  };
  /** Where the flush and the free of the block of 2 MiB stand among the events. */
  const orderIn = (events: readonly MachineEvent[]): [flush: number, free: number] => [
    events.findIndex((e) => e.kind === 'flush'),
    events.findIndex((e) => e.kind === 'frame' && e.action === 'free' && e.order === 9),
  ];

  it('flushes before its block is free, at once, and counts it', () => {
    const m = machineOf('flush-first');
    const [flush, free] = orderIn(recorded(m, () => unmap(m, AT, AT + GIB)));
    assert.ok(flush >= 0 && flush < free);
    assert.equal(statistics(m).flushes.forced, 1);
    assert.equal(statistics(m).tables.flattened, 1);
  });

  it('with block-first has the order of the prototype', () => {
    const m = machineOf('block-first');
    const [flush, free] = orderIn(recorded(m, () => unmap(m, AT, AT + GIB)));
    assert.ok(free >= 0 && free < flush);
    assert.equal(statistics(m).flushes.forced, 1);
  });

  it('leaves nothing of what it covered in the TLB, with either order', () => {
    for (const order of ['flush-first', 'block-first'] as const) {
      const m = machineOf(order);
      unmap(m, AT, AT + GIB);
      assert.equal(m.mmu.translate(asVpn(AT + 5000), 0, Access.Read, 1), false);
      assert.equal(m.mmu.walkCaches[0].population, 0);
    }
  });

  it('waits until all that it covers is unmapped', () => {
    const m = machineOf('flush-first');
    unmap(m, AT, AT + GIB - 1);
    assert.equal(statistics(m).tables.flattened, 2);
    unmap(m, AT + GIB - 1, AT + GIB);
    assert.equal(statistics(m).tables.flattened, 1);
  });

  it('gives back one block of 2 MiB, and the root only with its process', () => {
    for (const scheme of MODES) {
      const m = machineWithProcess({ scheme });
      const free = m.buddy.freeFrames;
      map(m, AT, 4 * GIB);
      for (let i = 0; i < 4; i++) m.access(Access.Write, asVpn(AT + i * GIB), 0, 8, 1);
      unmap(m, AT, AT + 4 * GIB);
      assert.equal(m.buddy.freeFrames, free);
      const root = rootFrame(m.root);
      const events = recorded(m, () => {
        m.kernel.exit('p');
        while (!m.kernel.step());
      });
      assert.ok(events.some((e) => e.kind === 'frame' && e.action === 'free' && e.pfn === root));
      assert.equal(statistics(m).tables.count, 0);
    }
  });

  it('can be saved in the middle: the rest comes out the same', () => {
    for (const order of ['flush-first', 'block-first'] as const) {
      const m = machineOf(order);
      m.kernel.munmap(asVpn(AT), asVpn(AT + GIB));
      while (!m.kernel.step()) {
        const saved = m.save();
        const before = m.stateHash();
        while (!m.kernel.step());
        const end = m.stateHash();
        m.load(saved);
        assert.equal(m.stateHash(), before);
        while (!m.kernel.step());
        assert.equal(m.stateHash(), end);
        m.load(saved);
      }
    }
  });
});

describe('a machine with a flattened root', () => {
  const why = (options: object): string | undefined => refusal({ ...SMALL, ...options });

  it('is refused with PCIDs and with page-table isolation, and the reason given', () => {
    for (const scheme of ['fpt L4L3', 'fpt L4L3+L2L1']) {
      assert.match(why({ scheme, pcid: true }) ?? '', /bit 63 of CR3/);
      assert.match(why({ scheme, kpti: true }) ?? '', /flattened root/);
    }
  });

  it('is not where only lower levels are folded', () => {
    assert.equal(why({ scheme: 'fpt L3L2', pcid: true, kpti: true }), undefined);
    const m = new Machine({ ...SMALL, scheme: 'fpt L3L2', pcid: true, kpti: true });
    m.kernel.createProcess('p');
    map(m, AT, 3);
    assert.ok(m.access(Access.Write, asVpn(AT + 2), 0, 8, 1));
    assert.deepEqual(
      [...m.inspector.mappings(m.root, { coalesce: true })].map(({ vpn, pages }) => [vpn, pages]),
      [[AT + 2, 1]],
    );
  });
});
