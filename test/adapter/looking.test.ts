import assert from 'node:assert/strict';
import { type Client } from './client';
import { FIRST, useFixture } from './support';

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  describe('looking', () => {
    beforeEach(async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
    });

    it('has every scope of a stop, with distinct names in each', async () => {
      const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
      assert.deepEqual(
        scopes.map((s) => s.name),
        [
          'Access',
          'Walk',
          'Fault',
          'Names',
          'Page Tables',
          'Translation Objects',
          'TLB & Walk Caches',
          'VMAs',
          'Kernel',
          'Registers',
          'Memory',
          'Statistics',
        ],
      );
      for (const scope of scopes) {
        const names = (await client.children(scope.variablesReference)).map((v) => v.name);
        assert.ok(names.length > 0, scope.name);
        assert.equal(new Set(names).size, names.length, scope.name);
      }
    });

    it('splits the address into the fields of the scheme', async () => {
      const fields = new Map((await client.variables('Access')).map((v) => [v.name, v.value]));
      assert.deepEqual(
        ['PGD', 'PUD', 'PMD', 'PTE', 'offset'].map((n) => fields.get(n)),
        ['170', '341', '170', '0', '0x0'],
      );
    });

    it('unfolds page tables down to the fields of an entry', async () => {
      await client.setExceptionBreakpointsRequest({ filters: [] });
      await client.setBreakpointsRequest({ source: { path: FIRST }, breakpoints: [{ line: 34 }] });
      await client.move('continue');
      let rows = await client.variables('Page Tables');
      for (const label of ['student', 'PGD[170]', 'PUD[341]', 'PMD[170]', 'PTE[0]']) {
        const row = rows.find((r) => r.name === label);
        assert.ok(row, label);
        rows = await client.children(row.variablesReference);
      }
      assert.equal(rows.find((r) => r.name === 'dirty')?.value, 'true');
    });

    it('evaluates expressions, and tells in words why it cannot', async () => {
      assert.equal(await client.value('heap'), '0x5555_5540_0000 .. 0x5555_5541_0000');
      assert.equal(await client.value('heap.size / page'), '16');
      assert.equal(await client.value('pte(heap)'), 'none');
      assert.match(await client.value('heap+8', 'hover'), /not mapped: PGD\[170\] is empty/);
      assert.match(await client.refusal('evaluate', { expression: 'nosuch', context: 'watch' }), /'nosuch'/);
      assert.match(await client.refusal('evaluate', { expression: '1 +', context: 'watch' }), /./);
      assert.match(await client.refusal('evaluate', { expression: '1 / 0', context: 'watch' }), /division by zero/);
    });

    it('completes names, members and commands', async () => {
      const labels = async (text: string) =>
        (
          await client.ask<{ targets: { label: string }[] }>('completions', { text, column: text.length + 1 })
        ).targets.map((t) => t.label);
      assert.ok((await labels('he')).includes('heap'));
      assert.deepEqual(await labels('heap.'), ['start', 'end', 'size']);
      assert.ok((await labels('stats.faults.m')).includes('minor'));
      assert.ok((await labels('vm')).includes('vmstat'));
    });

    it('looks without changing anything', async () => {
      const before = (await client.moment()).stateHash;
      for (const scope of (await client.scopesRequest({ frameId: 1 })).body.scopes)
        await client.children(scope.variablesReference);
      await client.value('walk(heap+0x3000).levels');
      await client.ask('ptscope/tree', { tree: 'pageTables' });
      await client.ask('ptscope/tree', { tree: 'caches' });
      await client.ask('ptscope/walk', {});
      await client.ask('ptscope/walk', { address: 'heap+0x5000' });
      await client.ask('readMemory', { memoryReference: 'va:1:0x555555400000', count: 64 });
      assert.equal((await client.moment()).stateHash, before);
    });

    it('draws the walk at the cursor, and a walk of any address', async () => {
      const { picture } = await client.ask<{ picture: { walks: { levels: { status: string }[] }[]; fault: object } }>(
        'ptscope/walk',
      );
      assert.deepEqual(
        picture.walks[0].levels.map((l) => l.status),
        ['read', 'notReached', 'notReached', 'notReached'],
      );
      assert.ok(picture.fault);
      const other = await client.ask<{ picture: { access: { title: string } } }>('ptscope/walk', { address: 'text' });
      assert.match(other.picture.access.title, /text\+0x0/);
    });

    it('switches numbers between hexadecimal and decimal', async () => {
      assert.equal(await client.value('heap.size'), '0x1_0000 (65536)');
      await client.ask('ptscope/numberFormat', { hex: 'toggle' });
      assert.equal(await client.value('heap.size'), '65536');
    });
  });

  describe('changing', () => {
    const after = async (): Promise<void> => {
      await client.load(FIRST);
      await client.setBreakpointsRequest({ source: { path: FIRST }, breakpoints: [{ line: 41 }] });
      await client.begin();
    };

    it('an entry’s field changes its bytes, and the next walk', async () => {
      await after();
      const address = await client.value('pte(heap).address');
      await client.ask('setExpression', { expression: 'pte(heap).rw', value: '0' });
      assert.equal(await client.value('pte(heap).rw'), 'false');
      const { data } = await client.ask<{ data: string }>('readMemory', {
        memoryReference: `pa:${address.replaceAll('_', '')}`,
        count: 8,
      });
      assert.equal(Buffer.from(data, 'base64').readUInt8(0) & 2, 0);
    });

    it('a variable is set in the Variables view, and refused where it cannot be', async () => {
      await after();
      const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
      const registers = scopes.find((s) => s.name === 'Registers')?.variablesReference;
      const set = await client.ask<{ value: string }>('setVariable', {
        variablesReference: registers,
        name: 'PKRU',
        value: '0x4',
      });
      assert.equal(set.value, '0x4');
      const statistics = scopes.find((s) => s.name === 'Statistics')?.variablesReference;
      assert.match(
        await client.refusal('setVariable', { variablesReference: statistics, name: 'faults', value: '1' }),
        /cannot be changed/,
      );
      assert.match(await client.refusal('setExpression', { expression: 'cr0', value: 'heap ==' }), /./);
    });

    it('bytes of a table are bytes of its entries', async () => {
      await after();
      const table = (await client.value('pte(heap).table')).replaceAll('_', '');
      const zeroes = Buffer.alloc(8).toString('base64');
      await client.ask('writeMemory', { memoryReference: `pa:${table}`, data: zeroes });
      assert.equal(await client.value('pte(heap).present'), 'false');
      assert.equal(await client.value('walk(heap).result'), 'notPresent');
    });

    it('memory ends where it ends', async () => {
      await after();
      const { unreadableBytes } = await client.ask<{ unreadableBytes: number }>('readMemory', {
        memoryReference: 'pa:0xfffffff0',
        count: 64,
      });
      assert.equal(unreadableBytes, 48);
      assert.match(
        await client.refusal('writeMemory', { memoryReference: 'pa:0xfffffffff000', data: 'AAAA' }),
        /no memory/,
      );
      assert.match(
        await client.refusal('readMemory', { memoryReference: 'nonsense', count: 8 }),
        /no memory reference/,
      );
    });
  });
});
