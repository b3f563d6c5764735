import assert from 'node:assert/strict';
import { ptscope, runJson, temporaryFolder, traceFixture } from './support';

describe('a run with data caches', () => {
  const folder = temporaryFolder();
  const LS = traceFixture('ls-5000.lackey');

  it('says in JSON where lines were, and how long walks took', async () => {
    const { walks, caches, machine } = await runJson(LS, '--set', 'preset=emt', '--set', 'cache=on');
    assert.ok(walks.latency && caches);
    const { mean, reads, lookups, abandoned, histogram } = walks.latency;
    assert.equal(mean, (reads + lookups + abandoned) / walks.count);
    assert.equal(reads, walks.cycles);
    assert.equal(
      Object.values(histogram).reduce((a, b) => a + b),
      walks.count,
    );
    // Table reads enter at the L2: the L1 has seen nothing but data.
    const { l1, data, tables } = caches;
    assert.equal(l1.hits + l1.misses, data.l1 + data.l2 + data.llc + data.dram);
    assert.equal(tables.l1, 0);
    assert.equal(machine['cache llc'], '16MiB x16');
    assert.equal(machine.walker, 'l2');
  });

  it('says it in words, too', async () => {
    const { out } = await ptscope(['run', LS, '--set', 'cache=on']);
    assert.match(out, /^walk latency +\d+\.\d cycles each, longest \d+ \(≤ \d+: .*\)$/m);
    assert.match(out, /^data caches +L1D \d+\.\d% of [\d,]+, L1I .*, L2 .*, LLC /m);
    assert.match(out, /^table lines +L1 [\d,]+, .*memory [\d,]+$/m);
  });

  it('leaves the parts out without them, and counts the same otherwise', async () => {
    const [off, on] = await Promise.all([runJson(LS), runJson(LS, '--set', 'cache=on')]);
    assert.ok(!('caches' in off) && !('latency' in off.walks));
    assert.deepEqual([on.faults, on.tlb, on.walkCaches, on.tables], [off.faults, off.tlb, off.walkCaches, off.tables]);
    assert.equal(on.walks.references, off.walks.references);
    const { out } = await ptscope(['run', LS]);
    assert.doesNotMatch(out, /walk latency|data caches|table lines/);
  });

  it('lists a walk with the cache that would have each entry', async () => {
    const file = folder.file(
      'a.ptscen',
      'machine {\n  preset classroom\n  cache on\n}\nprocess p\nmmap heap 64KiB rw anon at 0x5555_5540_0000\nwrite heap\n',
    );
    const { out } = await ptscope(['walk', file, 'heap']);
    assert.match(out, /read PTE\[0\] at 0x\w+ = .* \(L1, 4 cycles\)/);
    assert.match(out, /walk done: .* 4 references, 16 cycles/);
    const { out: json } = await ptscope(['walk', file, 'heap', '--format', 'json']);
    const walk = JSON.parse(json) as { cycles: number; steps: { foundIn: string; cycles: number }[] };
    assert.equal(walk.cycles, 16);
    assert.deepEqual(
      walk.steps.map(({ foundIn, cycles }) => [foundIn, cycles]),
      Array(4).fill(['L1', 4]),
    );
  });

  it('refuses caches that cannot be, with the reason', async () => {
    const refused = async (...set: string[]): Promise<string> => {
      const { code, err } = await ptscope(['run', LS, ...set.flatMap((s) => ['--set', s])]);
      assert.equal(code, 2);
      return err;
    };
    assert.match(await refused('cache l1=1000 x2'), /1000 bytes do not divide into sets of 2 lines/);
    assert.match(await refused('cache l1=64 x1', 'memory=1TiB'), /Data cache l1: too few sets/);
    assert.match(await refused('cache=maybe'), /`maybe` is none of on, off/);
  });
});
