/** Rows of the Variables view: paged, asked for lazily, changed by the field, and memory that stays fresh. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Client } from './client';
import { useFixture } from './support';

type Variable = DebugProtocol.Variable;

/** 200 pages that follow each other in no table row that could be joined: every other page is written. */
const WIDE = `machine {
  preset classroom
}
process demo
mmap heap 4MiB rw anon at 0x5555_5540_0000
write heap .. heap+1600KiB step 8KiB
print "look"
print "after"
`;

describe('variables', () => {
  const fixture = useFixture();
  let client: Client;

  beforeEach(async () => {
    client = fixture.client;
    const file = fixture.scenario(WIDE);
    await client.load(file);
    await fixture.breakAt(file, { line: 7 });
    await client.begin();
  });

  const named = (rows: Variable[], name: RegExp): Variable => {
    const found = rows.find((v) => name.test(v.name));
    assert.ok(found, `${name} in ${rows.map((v) => v.name).join(', ')}`);
    return found;
  };
  const variables = async (variablesReference: number, more: object = {}): Promise<Variable[]> =>
    (await client.ask<{ variables: Variable[] }>('variables', { variablesReference, ...more })).variables;

  /** The last-level table, which has 200 entries. */
  async function wideTable(): Promise<Variable> {
    let [row] = await client.variables('Page Tables');
    for (const level of [/^PGD/, /^PUD/, /^PMD/]) row = named(await client.children(row.variablesReference), level);
    return row;
  }

  it('come in pages where they are many, the fields of the entry apart from its rows', async () => {
    const table = await wideTable();
    assert.equal(table.indexedVariables, 200);
    assert.ok((table.namedVariables ?? 0) > 5);
    const fields = await variables(table.variablesReference, { filter: 'named' });
    assert.equal(fields.length, table.namedVariables);
    named(fields, /^dirty$/);
    const page = await variables(table.variablesReference, { filter: 'indexed', start: 100, count: 100 });
    assert.deepEqual([page.length, page[0].name, page[99].name], [100, 'PTE[200]', 'PTE[398]']);
    assert.equal((await variables(table.variablesReference)).length, 200 + fields.length);
    const beyond = await variables(table.variablesReference, { filter: 'indexed', start: 190, count: 100 });
    assert.equal(beyond.length, 10);
  });

  it('are changed by the field, on whatever page they are', async () => {
    const table = await wideTable();
    const [entry] = await variables(table.variablesReference, { filter: 'indexed', start: 150, count: 1 });
    await client.ask('setVariable', { variablesReference: entry.variablesReference, name: 'dirty', value: 'false' });
    assert.equal(await client.value('pte(heap + 1200KiB).dirty'), 'false');
  });

  it('that cost a walk through all tables are made when asked for', async () => {
    const [process] = await client.variables('Page Tables');
    const rows = await client.children(process.variablesReference);
    const lazy = named(rows, /^all mappings$/);
    assert.equal(lazy.presentationHint?.lazy, true);
    const [answer] = await client.children(lazy.variablesReference);
    assert.equal(answer.value, '200 runs, 800 KiB');
    assert.equal((await variables(answer.variablesReference, { filter: 'indexed', start: 0, count: 100 })).length, 100);
    const [tables] = await client.children(named(rows, /^tables by level$/).variablesReference);
    assert.equal(tables.value, '4 tables');
  });

  it('show the bits of registers, and change them one by one', async () => {
    const registers = await client.variables('Registers');
    const efer = named(registers, /^EFER$/);
    assert.match(efer.type ?? '', /NXE/);
    await client.ask('setVariable', { variablesReference: efer.variablesReference, name: 'NXE (11)', value: '0' });
    const after = named(await client.variables('Registers'), /^EFER$/);
    assert.equal(after.type, 'LME LMA');
    assert.equal(named(await client.children(after.variablesReference), /^NXE/).value, '0');
    assert.match(await client.value('walk(heap)'), /reserved/, 'bit 63 of the entries is reserved now');
    assert.match(
      await client.refusal('setVariable', {
        variablesReference: after.variablesReference,
        name: 'NXE (11)',
        value: 'heap.nothing',
      }),
      /nothing/,
    );
  });

  it('have names of their own among their siblings, in every scope and below it', async () => {
    const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
    for (const scope of scopes)
      for (const row of await client.children(scope.variablesReference)) {
        if (row.variablesReference === 0) continue;
        const names = (await client.children(row.variablesReference)).map((v) => v.name);
        assert.equal(new Set(names).size, names.length, `${scope.name} > ${row.name}`);
      }
  });

  it('lead to memory whose views are told what changed, under the reference that they know', async () => {
    const heard: DebugProtocol.MemoryEvent['body'][] = [];
    client.on('memory', (event: DebugProtocol.MemoryEvent) => heard.push(event.body));
    const { memoryReference } = await client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', {
      expression: 'pte(heap)',
    });
    assert.match(memoryReference ?? '', /^pa:0x/);
    await client.ask('readMemory', { memoryReference, count: 8 });
    await client.ask('readMemory', { memoryReference: 'pa:0x0', count: 16 });
    await client.move('next');
    await client.moment();
    assert.deepEqual(heard, [], 'a print changes no memory');
    await client.move('ptscope/seek', { tick: 0, event: 0 });
    await client.moment();
    assert.deepEqual(heard, [{ memoryReference, offset: 0, count: 8 }]);
  });

  it('of areas have the members of the language', async () => {
    const [area] = await client.variables('VMAs');
    named(await client.children(area.variablesReference), /^start$/);
  });

  it('count what costs a pass over all tables only when somebody asks for it', async () => {
    const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
    const statistics = scopes.find(({ name }) => name === 'Statistics');
    const tables = named(await variables(statistics?.variablesReference ?? 0), /^tables$/);
    const slots = named(await variables(tables.variablesReference), /^slots$/);
    assert.equal(slots.presentationHint?.lazy, true);
    const [counted, ...others] = await variables(slots.variablesReference);
    assert.deepEqual(others, []);
    const total = named(await variables(counted.variablesReference), /^total$/);
    assert.equal(total.value, await client.value('stats.tables.slots.total'));
  });
});
