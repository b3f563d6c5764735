/** Everything that can be looked at is there on every scheme, in its own levels. */
import assert from 'node:assert/strict';
import type { TreeNode } from '../../src/protocol/requests';
import { useFixture } from './support';

const SCHEMES: readonly [scheme: string, levels: readonly string[]][] = [
  ['radix', ['PGD', 'PUD', 'PMD', 'PTE']],
  ['radix 5', ['PGD', 'P4D', 'PUD', 'PMD', 'PTE']],
  ['radix 32', ['PGD', 'PTE']],
  ['pae', ['PGD', 'PMD', 'PTE']],
  ['linear 32', ['PTE']],
];

describe('looking at every scheme', () => {
  const fixture = useFixture();

  for (const [scheme, levels] of SCHEMES)
    describe(scheme, () => {
      beforeEach(async () => {
        const text = `machine {\n  preset classroom\n  scheme ${scheme}\n}\nprocess p\nmmap heap 64KiB rw anon at 0x2000_1000\nwrite heap step 8KiB\nread heap\nprint "here"\n`;
        const file = fixture.scenario(text);
        await fixture.client.load(file);
        await fixture.breakAt(file, { line: 8 });
        await fixture.client.begin();
      });

      it('has rows in every scope, and in the fields of the address', async () => {
        const { client } = fixture;
        const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
        for (const { variablesReference } of scopes) await client.children(variablesReference);
        const fields = (await client.variables('Access')).map((v) => v.name);
        assert.deepEqual(
          fields.filter((name) => levels.includes(name)),
          levels,
        );
        assert.ok(fields.includes('offset'));
      });

      it('unfolds the page tables to the entry of a page', async () => {
        const tree = async (parent?: string): Promise<TreeNode[]> =>
          (await fixture.client.ask<{ nodes: TreeNode[] }>('ptscope/tree', { tree: 'pageTables', parent })).nodes;
        let [row] = await tree();
        for (const level of levels) {
          const rows = await tree(row.id);
          row = rows.find((each) => each.label.startsWith(level) && each.current) ?? rows[0];
          assert.ok(row.label.startsWith(`${level}[`), row.label);
        }
        assert.match(row.description ?? '', /^0x2000_1000 → frame 0x\w+ · 4K/);
        assert.equal(row.kind, 'leaf');
        const caches = await fixture.client.ask<{ nodes: TreeNode[] }>('ptscope/tree', { tree: 'caches' });
        const names = caches.nodes.map(({ label }) => label);
        assert.deepEqual(
          names.filter((name) => name.startsWith('PWC')),
          levels.slice(scheme === 'pae' ? 1 : 0, -1).map((level) => `PWC ${level}`),
        );
      });

      it('draws and tells a walk, level by level', async () => {
        const { client } = fixture;
        const { picture } = await client.ask<{ picture: { walks: { levels: { name: string; status: string }[] }[] } }>(
          'ptscope/walk',
          { address: 'heap' },
        );
        assert.deepEqual(
          picture.walks[0].levels.map(({ name, status }) => [name, status]),
          levels.map((name) => [name, 'read']),
        );
        const told = await client.value('walk heap', 'repl');
        const inRegisters = scheme === 'pae' ? 1 : 0;
        for (const [i, level] of levels.entries())
          assert.match(told, new RegExp(`${level}\\[\\d+\\] ${i < inRegisters ? 'in register PDPTE0' : 'at 0x'}`));
        for (const command of ['tables', 'maps', 'vtop heap', 'vmstat']) assert.ok(await client.value(command, 'repl'));
        assert.equal(await client.value('walk(heap).refs'), `${levels.length - inRegisters}`);
        assert.match(await client.value('heap', 'hover'), /0x2000_1000/);
      });

      it('finds from an entry what it maps', async () => {
        const { dataId, description } = await fixture.client.ask<{ dataId: string; description: string }>(
          'dataBreakpointInfo',
          { name: 'pte(heap+0x2000)' },
        );
        assert.match(description, /^PTE of heap\+0x2000 \(at 0x\w+\)$/);
        assert.match(dataId, scheme === 'radix 32' ? /^entry:pa:0x\w+\+4$/ : /^entry:pa:0x\w+$/);
      });
    });
});
