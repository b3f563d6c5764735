/** A guest over a host as a person sees it: two trees, the grid of a walk, VM exits as stops, what the host's caches know. */
import assert from 'node:assert/strict';
import type { TreeNode } from '../../src/protocol/requests';
import type { WalkPicture } from '../../src/protocol/walk';
import { FILTERS } from '../../src/adapter/filters';
import { useFixture } from './support';

const SOURCE = `machine {
  preset classroom
  scheme nested radix over radix
  memory 64MiB
}
process guest
mmap heap 1MiB rw anon at 0x40_0000_0000
write heap
print "end"
`;

describe('a guest over the wire', () => {
  const fixture = useFixture();

  async function atEnd(): Promise<void> {
    const file = fixture.scenario(SOURCE);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: SOURCE.trimEnd().split('\n').length });
    await fixture.client.begin([]);
  }

  const nodes = async (tree: 'pageTables' | 'caches', parent?: string): Promise<TreeNode[]> =>
    (await fixture.client.ask<{ nodes: TreeNode[] }>('ptscope/tree', { tree, parent })).nodes;

  it('shows the guest’s tables and the host’s as two trees, and says whose frames are whose', async () => {
    await atEnd();
    const [guest, host] = await nodes('pageTables');
    assert.equal(guest.label, 'guest');
    assert.equal(host.label, 'host (EPT)');
    assert.match(host.tooltip ?? '', /from guest-physical to host-physical/);
    let row = guest;
    while (row.hasChildren) [row] = await nodes('pageTables', row.id);
    assert.match(row.description ?? '', /→ guest frame 0x[\da-f]+ · 4K · P RW US A D NX/);
    const [upper] = await nodes('pageTables', host.id);
    assert.equal(upper.label, 'hPGD[0]');
    row = upper;
    while (row.hasChildren && row.kind !== 'run') [row] = await nodes('pageTables', row.id);
    assert.match(row.description ?? '', /^GPA 0x[\da-f_]+ (.. GPA 0x[\da-f_]+ )?→ host frames? 0x40/);
    assert.equal(row.address, undefined, 'a guest-physical address is none that a walk view could walk');
  });

  it('lists what the CPU knows of the host', async () => {
    await atEnd();
    const structures = await nodes('caches');
    const nested = structures.find(({ label }) => label === 'nested TLB');
    assert.ok(nested !== undefined && structures.some(({ label }) => label === 'PWC hPMD'));
    const [entry] = await nodes('caches', nested.id);
    assert.match(entry.label, /^GPA 0x/);
    assert.match(entry.description ?? '', /^→ host frame 0x[\da-f]+ · 4K · R W X/);
    const [pwc] = await nodes('caches', structures.find(({ label }) => label === 'PWC PMD')?.id);
    assert.match(pwc.description ?? '', /PTE table at host-physical 0x/);
  });

  it('draws a walk of 24 references as a grid', async () => {
    await atEnd();
    const { picture } = await fixture.client.ask<{ picture: WalkPicture }>('ptscope/walk', { address: 'heap' });
    const [{ grid, references }] = picture.walks;
    assert.equal(references, 24);
    assert.deepEqual(grid?.hostLevels, ['hPGD', 'hPUD', 'hPMD', 'hPTE']);
    assert.deepEqual(
      grid?.rows.map(({ name, cells, order }) => [name, cells.map((cell) => cell.order), order]),
      [
        ['PGD', [1, 2, 3, 4], 5],
        ['PUD', [6, 7, 8, 9], 10],
        ['PMD', [11, 12, 13, 14], 15],
        ['PTE', [16, 17, 18, 19], 20],
        ['page', [21, 22, 23, 24], undefined],
      ],
    );
    assert.equal(picture.result?.guestFrame !== undefined && picture.result.guestFrame !== picture.result.frame, true);
  });

  it('stops at a VM exit only where that is asked for, and says why the guest was left', async () => {
    await fixture.client.load(fixture.scenario(SOURCE));
    const stop = await fixture.client.begin(['ept.violation']);
    assert.equal(stop.reason, 'exception');
    assert.match(
      `${stop.text} ${stop.description}`,
      /EPT violation at guest-physical 0x[\da-f]+: the guest’s kernel writes/,
    );
    assert.equal(FILTERS.find(({ id }) => id === 'ept.violation')?.default, false);
  });

  it('indents the host’s walk below the guest’s, with both addresses', async () => {
    await atEnd();
    const text = await fixture.client.value('walk heap', 'repl');
    assert.match(text, /^0x\w+ \(heap\+0x0\): PGD .*\n {2}hPGD\[0\] at 0x/);
    assert.match(text, /24 references; guest frame 0x\w+$/);
    assert.match(text, /\n {2}guest frame 0x[\da-f]+ → host frame 0x[\da-f]+\nPGD\[0\] at 0x/);
    assert.match(await fixture.client.value('vtop heap', 'repl'), /^guest-physical 0x[\da-f]+, host-physical 0x/);
    assert.match(
      await fixture.client.value('heap', 'hover'),
      /host frame 0x[\da-f]+ · 4K guest frame 0x[\da-f]+ .* 24 references/,
    );
  });

  it('stops when hardware or the host uses an entry of the host’s tables', async () => {
    const file = fixture.scenario(SOURCE.replace('print "end"', 'invept\nread heap\nprint "end"'));
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: 9 });
    await fixture.client.begin([]);
    const address = await fixture.client.value('ept(walk(heap).gpa).address');
    const info = { breakpoints: [{ name: `read entry:pa:${address}` }] };
    await fixture.client.setFunctionBreakpointsRequest(info);
    const stop = await fixture.client.move('continue');
    assert.match(`${stop.text} ${stop.description}`, /read by the hardware’s host walk/);
  });
});
