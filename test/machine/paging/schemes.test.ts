/** What differs from scheme to scheme when a machine runs on it: modes, layouts, sizes, costs of a walk and of a fault. */
import assert from 'node:assert/strict';
import { asVpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import { layoutOf } from '../../../src/machine/kernel/layout';
import { DEFAULT_KERNEL } from '../../../src/machine/kernel/options';
import { type Machine, refusal } from '../../../src/machine/machine';
import { Access, CR4, EFER } from '../../../src/machine/mmu/rights';
import { schemeNamed } from '../../../src/machine/paging/registry';
import { statistics } from '../../../src/machine/statistics';
import {
  EVERY_SCHEME,
  formatNamed,
  machine,
  machineWithProcess,
  map,
  MIB,
  NESTED,
  RW,
  SMALL,
  vpn,
  walkCaches,
} from '../support';

/** One page at `at`, written twice: by a fault, and by a walk from the root once everything is forgotten. */
function touched(scheme: string, at = 0x40000): Machine {
  const m = machineWithProcess({ scheme });
  map(m, at, 1);
  assert.ok(m.access(Access.Write, vpn(at), 0, 8, 1));
  m.mmu.flushAll();
  m.probe.counters[Counter.Walks] = m.probe.counters[Counter.WalkReferences] = 0;
  assert.ok(m.access(Access.Write, vpn(at), 0, 8, 1));
  return m;
}

describe('every scheme', () => {
  it('walks as many entries as it has levels, and has a table for each, where nothing is cached', () => {
    // What a guest's walk reads beside its own tables has tests of its own.
    const seen = EVERY_SCHEME.filter((scheme) => !NESTED.includes(scheme)).map((scheme) => {
      const { walks, tables } = statistics(touched(scheme));
      return [scheme, walks.references, tables.count];
    });
    assert.deepEqual(seen, [
      ['radix', 4, 4],
      ['radix 5', 5, 5],
      ['radix 32', 2, 2],
      // The root's entry is in a register.
      ['pae', 2, 3],
      ['fpt L4L3', 3, 3],
      ['fpt L3L2', 3, 3],
      ['fpt L4L3+L2L1', 2, 2],
      ['ecpt', 3, 961],
      ['hashed', 1, 128],
      ['linear 32', 1, 1],
    ]);
  });

  it('sets the control registers to its mode', () => {
    const bits = EVERY_SCHEME.map((scheme) => {
      const { cr4, efer } = machine({ scheme }).mmu;
      const has = (mask: number, value: number): number => (value & mask ? 1 : 0);
      return [has(CR4.PAE, cr4), has(CR4.PSE, cr4), has(CR4.LA57, cr4), has(EFER.LMA, efer), has(EFER.NXE, efer)];
    });
    assert.deepEqual(bits, [
      [1, 0, 0, 1, 1],
      [1, 0, 1, 1, 1],
      [0, 1, 0, 0, 0],
      [1, 0, 0, 0, 1],
      [1, 0, 0, 1, 1],
      [1, 0, 0, 1, 1],
      [1, 0, 0, 1, 1],
      [1, 0, 0, 1, 1],
      [1, 0, 0, 1, 1],
      [1, 0, 0, 1, 1],
      // In a guest they are the guest's.
      [1, 0, 0, 1, 1],
      [0, 1, 0, 0, 0],
      [1, 0, 0, 1, 1],
    ]);
  });

  it('maps up to the end of its user space, and nothing behind', () => {
    for (const scheme of EVERY_SCHEME) {
      const m = machineWithProcess({ scheme });
      const { end } = m.kernel.layout;
      const at = (start: number): boolean => m.kernel.mmap({ pages: 1, ...RW, at: asVpn(start), populate: false }).ok;
      assert.deepEqual([at(end - 1), at(end)], [true, false], scheme);
      assert.ok(m.access(Access.Write, vpn(end - 1), 4088, 8, 1), scheme);
      assert.equal(m.access(Access.Read, vpn(end - 1), 4089, 8, 1), false, `${scheme}: the next page is nobody's`);
    }
  });

  it('refuses an address that it does not translate, without looking', () => {
    for (const scheme of ['radix', 'radix 5', 'radix 32', 'pae', 'linear 32']) {
      const m = machineWithProcess({ scheme });
      const { addressBits, signExtended } = m.scheme.format;
      const first = 2 ** (addressBits - (signExtended ? 13 : 12));
      const last = signExtended ? 2 ** 52 - first - 1 : 2 ** 52 - 1;
      for (const page of [first, last]) {
        assert.equal(m.access(Access.Read, vpn(page), 0, 1, 1), false);
        assert.equal(m.mmu.fault.vector, 'GP', `${scheme} ${page.toString(16)}`);
      }
      m.access(Access.Read, vpn(first - 1), 0, 1, 1);
      assert.equal(m.mmu.fault.vector, 'PF');
    }
  });
});

describe('Linux’s layout of an address space', () => {
  const layout = (scheme: string): string[] =>
    Object.values(layoutOf(formatNamed(scheme).userSpace)).map((page: number) => (page * 4096).toString(16));

  it('follows from the scheme: end, least address, top of mappings, heap', () => {
    assert.deepEqual(layout('radix'), ['7ffffffff000', '10000', '7ffff7fff000', '555555756000']);
    assert.deepEqual(layout('radix 5'), ['fffffffffff000', '10000', '7ffff7fff000', '555555756000']);
    assert.deepEqual(layout('radix 32'), ['c0000000', '10000', 'b8000000', '602000']);
    assert.deepEqual(layout('pae'), layout('radix 32'));
    assert.deepEqual(layout('linear 16'), ['f000', '1000', 'e000', 'b000']);
  });

  it('of five levels has addresses above 47 bits only for who asks for them', () => {
    const m = machineWithProcess({ scheme: 'radix 5' });
    const { mmapBase } = m.kernel.layout;
    const high = 2 ** 40;
    assert.ok(m.kernel.mmap({ pages: 4, ...RW, at: asVpn(high), populate: false }).ok);
    const chosen = m.kernel.mmap({ pages: 4, ...RW, populate: false });
    assert.ok(chosen.ok && chosen.start === mmapBase - 4);
    assert.ok(m.access(Access.Write, vpn(high + 3), 0, 8, 1));
    assert.equal(m.inspector.walk(m.root, vpn(high + 3)).steps.length, 5);
  });
});

describe('32-bit paging', () => {
  const huge = (): Machine => {
    const m = machineWithProcess({ scheme: 'radix 32', kernel: { ...DEFAULT_KERNEL, thp: 'always' } });
    map(m, 1024, 1024);
    assert.ok(m.access(Access.Write, vpn(1024 + 5), 0, 8, 1));
    return m;
  };

  it('maps huge pages of 4 MiB, of which a TLB keeps the halves that are used', () => {
    const m = huge();
    assert.deepEqual(
      [...m.inspector.mappings(m.root, { coalesce: false })].map((r) => [r.vpn, r.pages]),
      [[1024, 1024]],
    );
    assert.equal(m.mmu.pageSize, 1);
    m.access(Access.Read, vpn(1024 + 512), 0, 8, 1);
    assert.equal(statistics(m).walks.count, 2, 'the other half needs a walk of its own');
    m.access(Access.Read, vpn(1024 + 1023), 0, 8, 1);
    assert.equal(statistics(m).walks.count, 2);
    assert.equal(m.mmu.pfn, m.inspector.walk(m.root, vpn(2047)).pfn);
  });

  it('loses both halves by one INVLPG', () => {
    for (const page of [1024, 2047]) {
      const m = huge();
      m.access(Access.Read, vpn(2000), 0, 8, 1);
      m.mmu.invlpg(vpn(page));
      assert.ok(m.mmu.tlbs.every((tlb) => tlb.population === 0));
    }
  });

  it('executes what it can read: there is no bit against it', () => {
    const m = touched('radix 32');
    assert.ok(m.access(Access.Exec, vpn(0x40000), 0, 1, 1));
    map(m, 0x50000, 1);
    assert.ok(m.access(Access.Exec, vpn(0x50000), 0, 1, 1), 'also what is not there yet');
    const pae = touched('pae');
    assert.equal(pae.access(Access.Exec, vpn(0x40000), 0, 1, 1), false);
  });

  it('reads no entry of a 4-byte table for another: neighbours are independent', () => {
    const m = machineWithProcess({ scheme: 'radix 32' });
    map(m, 0x40000, 3);
    for (const page of [0x40000, 0x40002, 0x40001]) m.access(Access.Write, vpn(page), 0, 8, 1);
    const steps = [0, 1, 2].map((i) => m.inspector.walk(m.root, vpn(0x40000 + i)).steps[1]);
    assert.deepEqual(
      steps.map((s) => s.address - steps[0].address),
      [0, 4, 8],
    );
    assert.equal(new Set(steps.map((s) => s.frame)).size, 3);
  });
});

describe('PAE', () => {
  it('has nothing but P beside the frame in what points from the root', () => {
    const m = touched('pae');
    const [pdpte, pde] = m.inspector.walk(m.root, vpn(0x40000)).steps;
    assert.equal(pdpte.raw & 0xfffn, 1n);
    assert.equal(pde.raw & 0xfffn, 0x67n);
  });

  it('has no protection keys, nor has 32-bit paging', () => {
    for (const scheme of ['pae', 'radix 32']) {
      const m = touched(scheme);
      const refused = m.kernel.pkeyProtect(vpn(0x40000), vpn(0x40001), 3);
      assert.deepEqual(refused, { ok: false, error: 'EINVAL', text: 'the scheme has no protection keys' });
      assert.ok(m.kernel.pkeyProtect(vpn(0x40000), vpn(0x40001), 0).ok);
      // PKRU means nothing there, whatever CR4.PKE is.
      m.mmu.cr4 |= CR4.PKE;
      m.mmu.pkru = 0xffffffff;
      assert.ok(m.access(Access.Write, vpn(0x40000), 0, 8, 1));
    }
  });
});

describe('the flat table', () => {
  it('is as large as its address space wants it, whatever is mapped', () => {
    const m = touched('linear 32');
    const { tables } = statistics(m);
    assert.deepEqual([tables.bytes, tables.byLevel], [8 * MIB, { PTE: 1 }]);
    assert.equal(m.emt.tdbStats(m.kernel.current!.tdb).bytes, 8 * MIB);
    assert.deepEqual(statistics(touched('linear 24', 9)).tables.bytes, 32768);
  });

  it('takes memory in a row: without it no process begins', () => {
    const m = machine({ scheme: 'linear 34', memoryBytes: 64 * MIB });
    assert.ok(m.kernel.createProcess('a'), '32 MiB');
    assert.equal(m.kernel.createProcess('b'), false, '28 MiB are left, in a row');
    assert.throws(() => machine({ scheme: 'linear 48' }), /512GiB/);
  });

  it('gives all of it back with its process', () => {
    const m = machine({ scheme: 'linear 32' });
    const { freeFrames } = m.buddy;
    m.kernel.createProcess('a');
    map(m, 100, 50);
    for (let page = 100; page < 150; page++) m.access(Access.Write, vpn(page), 0, 8, 1);
    m.kernel.exit();
    while (!m.kernel.step());
    assert.equal(m.buddy.freeFrames, freeFrames);
    assert.equal(statistics(m).tables.count, 0);
  });

  it('is read entry by entry to find that nothing is mapped, where a tree looks once', () => {
    const reads = (scheme: string): number => {
      const m = touched(scheme);
      const before = m.probe.counters[Counter.SoftwareReads];
      assert.ok(m.emt.addrRangeVoid(m.kernel.current!.tdb, asVpn(0), asVpn(0x40000)));
      return m.probe.counters[Counter.SoftwareReads] - before;
    };
    assert.deepEqual([reads('linear 32'), reads('radix')], [0x40000, 2]);
  });

  it('of 13 bits has one page for programs', () => {
    const m = machineWithProcess({ scheme: 'linear 13' });
    const result = m.kernel.mmap({ pages: 1, ...RW, populate: false });
    assert.ok(result.ok && result.start === 0 && m.access(Access.Write, vpn(0), 0, 8, 1));
    assert.equal(m.kernel.mmap({ pages: 1, ...RW, populate: false }).ok, false);
  });
});

describe('a machine', () => {
  const why = (options: object): string | undefined =>
    refusal({ ...SMALL, walkCaches: walkCaches((options as { scheme: string }).scheme), ...options });

  it('is refused what its scheme has no room for', () => {
    assert.match(
      why({ scheme: 'radix 5', walkCaches: SMALL.walkCaches }) ?? '',
      /radix 5 has 4 walk caches.*there are 3/,
    );
    assert.match(why({ scheme: 'pae', pcid: true }) ?? '', /no PCIDs/);
    assert.match(why({ scheme: 'radix 32', kpti: true }) ?? '', /kernel half/);
    assert.match(why({ scheme: 'radix 32', memoryBytes: 2 ** 33 }) ?? '', /beyond 4 GiB/);
    assert.match(
      why({ scheme: 'radix 32', kernel: { ...DEFAULT_KERNEL, swapBytes: 2 ** 35 } }) ?? '',
      /32 GiB of swap/,
    );
    assert.equal(why({ scheme: 'radix 32', memoryBytes: 2 ** 32 }), undefined);
    assert.equal(why({ scheme: 'pae', memoryBytes: 2 ** 36 }), undefined);
    assert.equal(why({ scheme: 'radix 5', pcid: true, kpti: true }), undefined);
  });

  it('has schemes that exist', () => {
    for (const name of ['radix 4', 'linear', 'linear 12', 'linear 65', 'linear 032', 'toString', ''])
      assert.equal(schemeNamed(name), undefined, name);
    assert.equal(schemeNamed('linear 64')?.format.scheme, 'linear 64');
  });
});
