import assert from 'node:assert/strict';
import type { TreeNode } from '../../src/protocol/requests';
import type { WalkPicture } from '../../src/protocol/walk';
import { useFixture } from './support';

/** A read of a page that was written once (line 10), by a machine whose data caches are on. */
const SCENARIO = (scheme: string): string => `machine {
  preset classroom
  scheme ${scheme}
  cache on
}
process p
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap step 4KiB
flush tlb
read heap+0x3008
print "here"
`;

describe('looking at data caches', () => {
  const fixture = useFixture();

  const start = async (scheme: string): Promise<void> => {
    const file = fixture.scenario(SCENARIO(scheme));
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: 10 });
    await fixture.client.begin();
  };

  const tree = async (parent?: string): Promise<TreeNode[]> =>
    (await fixture.client.ask<{ nodes: TreeNode[] }>('ptscope/tree', { tree: 'caches', parent })).nodes;

  /** To the end of the access, as its picture. */
  const finished = async (): Promise<WalkPicture> => {
    const { client } = fixture;
    let picture: WalkPicture | undefined;
    for (let i = 0; i < 60 && picture?.result === undefined; i++) {
      await client.stopAfter(() => client.stepInRequest({ threadId: 1 }));
      ({ picture } = await client.ask<{ picture: WalkPicture }>('ptscope/walk'));
      if (picture.result !== undefined && picture.cursor.event < picture.result.event) picture.result = undefined;
    }
    assert.ok(picture);
    return picture;
  };

  for (const scheme of ['radix', 'fpt L4L3+L2L1', 'ecpt', 'hashed'])
    it(`says of each entry which cache had it: ${scheme}`, async () => {
      await start(scheme);
      const { walks, result } = await finished();
      const [walk] = walks;
      const read = walk.levels.filter(({ status }) => status === 'read');
      assert.ok(read.length > 0);
      for (const { foundIn, cycles } of read) {
        const latency = { L1: 4, L2: 12, LLC: 44, DRAM: 200 }[foundIn ?? ''];
        assert.equal(cycles, latency, foundIn);
      }
      assert.equal(result?.cycles, walk.cycles);
      const scopes = await fixture.client.variables('Walk');
      const row = scopes.find(({ name }) => name.startsWith('walk '));
      assert.match(row?.value ?? '', new RegExp(`, ${walk.cycles} cycles$`));
      assert.match(scopes.map(({ value }) => value).join('\n'), /mapped|hit/);
    });

  it('lists them in the tree, down to the lines, and marks those that the access has used', async () => {
    await start('radix');
    await finished();
    const rows = (await tree()).filter(({ id }) => id.startsWith('data:'));
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['L1D cache', 'L1I cache', 'L2 cache', 'LLC cache'],
    );
    const [l1d, l1i, , llc] = rows;
    assert.match(l1d.description ?? '', /^\d+ lines, \d+ of page tables of 16 · 4 cycles$/);
    assert.deepEqual([l1i.hasChildren, l1i.description], [false, '0 lines of 16 · 4 cycles']);
    assert.equal(l1d.current, true);
    assert.equal(llc.hasChildren, true);
    const sets = await tree(l1d.id);
    const set = sets.find(({ current }) => current);
    assert.match(set?.label ?? '', /^set \d+$/);
    const lines = await tree(set?.id);
    const used = lines.find(({ current }) => current);
    assert.match(used?.label ?? '', /^0x[\da-f_]+$/);
    assert.match(used?.description ?? '', /^(page table|data) · (most recent|use \d)$/);
    assert.match(used?.memoryReference ?? '', /^pa:0x/);
    for (const wrong of ['data:L9', 'data:LLC:set:99999', 'data:L2:sets:77777', 'data:L2:line:1'])
      assert.deepEqual(await tree(wrong), []);
  });

  it('shows large caches by ranges of sets', async () => {
    const file = fixture.scenario(SCENARIO('radix').replace('preset classroom', 'preset emt'));
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: 11 });
    await fixture.client.begin();
    const llc = (await tree()).find(({ id }) => id === 'data:LLC');
    assert.match(llc?.description ?? '', /of 262144 · 56 cycles$/);
    const ranges = await tree('data:LLC');
    assert.match(ranges[0].label, /^sets \d+ … \d+$/);
    const sets = await tree(ranges[0].id);
    assert.match(sets[0].label, /^set \d+$/);
    assert.ok((await tree(sets[0].id)).length > 0);
  });

  it('says nothing of them where there are none', async () => {
    const file = fixture.scenario(SCENARIO('radix').replace('cache on', 'cache off'));
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: 11 });
    await fixture.client.begin();
    assert.deepEqual(
      (await tree()).filter(({ id }) => id.startsWith('data:')),
      [],
    );
    assert.deepEqual(await tree('data:LLC'), []);
    assert.equal(await fixture.client.value('stats.walks.cycles > 0'), 'true');
  });

  it('counts them in Statistics, and watches them', async () => {
    await start('radix');
    const { client } = fixture;
    const statistics = await client.variables('Statistics');
    assert.ok(statistics.some(({ name }) => name === 'caches'));
    assert.match(await client.value('stats.caches.l1.hits'), /^\d+$/);
    assert.match(await client.value('stats.walks.latency.byLevel.PTE.l1'), /^\d+$/);
    assert.match(await client.value('stats.walks.latency.mean'), /^\d+$/);
    const labels = (
      await client.ask<{ targets: { label: string }[] }>('completions', { text: 'stats.walks.latency.', column: 21 })
    ).targets.map(({ label }) => label);
    assert.ok(labels.includes('histogram'));
  });
});
