/** Flattened tables as a person sees them: the Page Tables tree, the walk's picture, entries by name. */
import assert from 'node:assert/strict';
import type { TreeNode } from '../../src/protocol/requests';
import type { WalkPicture } from '../../src/protocol/walk';
import { useFixture } from './support';

const scenario = (scheme: string, statements: string): string => `machine {
  preset classroom
  scheme ${scheme}
  memory 64MiB
}
process demo
mmap heap 64MiB rw anon at 0x40_0000_0000
write heap
${statements}
print "end"
`;

describe('flattened tables over the wire', () => {
  const fixture = useFixture();

  /** Stands at the last line. */
  async function atEnd(scheme: string, statements: string): Promise<void> {
    const text = scenario(scheme, statements);
    const file = fixture.scenario(text);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: text.trimEnd().split('\n').length });
    await fixture.client.begin([]);
  }

  const below = async (id?: string): Promise<TreeNode[]> =>
    (await fixture.client.ask<{ nodes: TreeNode[] }>('ptscope/tree', { tree: 'pageTables', parent: id })).nodes;

  const pictureOf = async (address: string): Promise<WalkPicture> =>
    (await fixture.client.ask<{ picture: WalkPicture }>('ptscope/walk', { address })).picture;

  it('show folded levels as one, with their fill', async () => {
    await atEnd('fpt L3L2', '');
    const [space] = await below();
    assert.match(space.description ?? '', /^PGD at 0x[\da-f]+ · 1\/512/);
    const [entry] = await below(space.id);
    assert.equal(entry.label, 'PGD[0]');
    assert.match(entry.description ?? '', /flattened table at .* · 1\/262144 · P RW US A D FLAT/);
    const [middle] = await below(entry.id);
    assert.equal(middle.label, 'PUD+PMD[131072]');
    const [leaf] = await below(middle.id);
    assert.equal(leaf.label, 'PTE[0]');
  });

  it('name a flattened root', async () => {
    await atEnd('fpt L4L3+L2L1', '');
    const [space] = await below();
    assert.match(space.description ?? '', /^PGD\+PUD at 0x[\da-f]+ · 1\/262144/);
  });

  it('are never listed whole: a well filled one comes in parts', async () => {
    await atEnd('fpt L4L3+L2L1', 'read heap step 12KiB\n');
    const [space] = await below();
    const [entry] = await below(space.id);
    const parts = await below(entry.id);
    assert.equal(parts.length, 32);
    assert.equal(parts[0].label, 'PMD+PTE[0…511]');
    assert.match(parts[0].description ?? '', /^0x40_0000_0000 \.\. 0x40_0020_0000 · 171\/512$/);
    const entries = await below(parts[1].id);
    assert.equal(entries.length, 171);
    assert.equal(entries[0].label, 'PMD+PTE[513]');
  });

  it('are columns of the walk, as wide as their index', async () => {
    await atEnd('fpt L4L3+L2L1', '');
    const { fields, walks } = await pictureOf('heap');
    assert.deepEqual(
      fields.map((f) => [f.name, f.highBit, f.lowBit]),
      [
        ['sign', 63, 48],
        ['PGD+PUD', 47, 30],
        ['PMD+PTE', 29, 12],
        ['offset', 11, 0],
      ],
    );
    assert.deepEqual(
      walks[0].levels.map((l) => [l.name, l.slots, l.status]),
      [
        ['PGD+PUD', 262144, 'read'],
        ['PMD+PTE', 262144, 'read'],
      ],
    );
  });

  it('and where one is missing, the walk has the columns of the tables that it reads', async () => {
    await atEnd('fpt L4L3+L2L1', 'fragment order 9 free 0\nmmap far 4KiB rw anon at 0x80_0000_0000\nwrite far');
    const { fields, walks } = await pictureOf('far');
    const levels = ['PGD+PUD', 'PMD', 'PTE'];
    assert.deepEqual(
      fields.map((f) => f.name),
      ['sign', ...levels, 'offset'],
    );
    assert.deepEqual(
      walks[0].levels.map((l) => l.name),
      levels,
    );
    // The walk that the access really made, before and after the fault.
    await fixture.client.move('stepBack');
    const { picture } = await fixture.client.ask<{ picture: WalkPicture }>('ptscope/walk', {});
    for (const walk of picture.walks)
      assert.deepEqual(
        walk.levels.map((l) => l.name),
        levels,
      );
  });

  it('have entries by the names of both levels, of which the folded one says so', async () => {
    const { client } = fixture;
    await atEnd('fpt L3L2', '');
    assert.equal(await client.value('pud(heap).folded'), 'true');
    assert.equal(await client.value('pmd(heap).folded'), 'false');
    assert.equal(await client.value('pud(heap).address == pgd(heap).address'), 'true');
    assert.equal(await client.value('pmd(heap).level'), 'PUD+PMD');
    assert.match(await client.value('pmd(heap).index'), /131072/);
  });
});
