/** A snapshot in the debugger, over the wire: everything can be looked at, nothing moves. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { MomentInfo, TreeResponse, WalkResponse } from '../../src/protocol/requests';
import { snapshotFile } from '../snapshot/support';
import { SCENARIO, useFixture } from './support';

const parent = snapshotFile('l4-max-parent');

describe('a snapshot session', () => {
  const fixture = useFixture();

  async function stand(file = parent, more: object = {}): Promise<DebugProtocol.StoppedEvent['body']> {
    await fixture.client.load(file, more);
    return fixture.client.begin();
  }

  const tree = (parentId?: string, id = 'pageTables'): Promise<TreeResponse> =>
    fixture.client.ask<TreeResponse>('ptscope/tree', { tree: id, parent: parentId, count: 1000 });

  it('stands at once where the machine was stopped', async () => {
    const stop = await stand();
    assert.deepEqual([stop.reason, stop.description], ['entry', 'Snapshot l4-max-parent']);
    const [frame, ...others] = await fixture.client.frames();
    assert.equal(others.length, 0);
    assert.equal(frame.name, 'parent: 0x40_1675 (/bin/ptguest+0x675)');
    const { sourceReference = 0 } = frame.source ?? {};
    const { content } = (await fixture.client.sourceRequest({ sourceReference })).body;
    assert.match(content, /^snapshot l4-max-parent: user-mode stop in ptg_mark\(2\)/);
    assert.match(content, /\n {2}init_mm at 0xc410000 \(kernel: swapper_pg_dir/);
    assert.match(content, /read PTE\[1\] at 0x2a3f008 = 0x000000000f8dd025/);
    const moment = await fixture.client.ask<MomentInfo>('ptscope/moment');
    assert.deepEqual([moment.canStepBack, moment.running], [false, false]);
  });

  it('may be named as the snapshot instead of the program', async () => {
    await fixture.client.ask('launch', { snapshot: parent });
    assert.equal((await fixture.client.begin()).reason, 'entry');
  });

  it('shows each root in the Page Tables tree, and a table that many entries share once', async () => {
    await stand();
    const { nodes } = await tree();
    assert.deepEqual(
      nodes.map(({ label }) => label),
      ['current', 'init_mm', 'child'],
    );
    assert.match(nodes[0].description ?? '', /^PGD at 0x297a000 · \d+\/512 · process: CR3 at the stop$/);
    const top = (await tree(nodes[0].id)).nodes;
    const espfix = top.find(({ label }) => label === 'PGD[510]');
    const below = (await tree(espfix?.id)).nodes;
    const shared = below.find(({ description = '' }) => /entries, the same table/.test(description));
    assert.ok(shared, below.map((node) => `${node.label} ${node.description ?? ''}`).join('\n'));
    // The path to the instruction that stopped is marked, down to its page.
    let row = top.find(({ current }) => current);
    const path: string[] = [];
    for (; row !== undefined; row = (await tree(row.id)).nodes.find(({ current }) => current)) {
      path.push(row.label);
      assert.equal(row.dataId, undefined, 'nothing to break on');
      if (!row.hasChildren) break;
    }
    assert.deepEqual(path, ['PGD[0]', 'PUD[0]', 'PMD[2]', 'PTE[1]']);
    assert.equal((await tree(undefined, 'caches')).nodes[0].kind, 'message');
  });

  it('draws the walk of any address', async () => {
    await stand(snapshotFile('l5-max-parent'));
    const { picture } = await fixture.client.ask<WalkResponse>('ptscope/walk', { address: 'rsp' });
    assert.equal(picture?.scheme, 'radix 5');
    assert.deepEqual(
      picture.walks[0].levels.map(({ name, status }) => `${name} ${status}`),
      ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'].map((name) => `${name} read`),
    );
    assert.equal(picture.result?.physical, '0x7669ab8');
    const own = await fixture.client.ask<WalkResponse>('ptscope/walk');
    assert.equal(own.picture?.access.address, '0x401675');
  });

  it('evaluates the language of scenarios over its tables, registers and symbols', async () => {
    await stand();
    const { client } = fixture;
    assert.equal(await client.value('walk(rip).refs'), '4');
    assert.equal(await client.value('pte(0x401675).pfn'), '0xf8dd');
    assert.equal(await client.value('pmd(asm_exc_page_fault).huge'), 'true');
    assert.equal(await client.value('p4d(0)'), 'none');
    assert.equal(await client.value('tobj(0x200000010000).pa'), '0xb9c_c000');
    assert.equal(await client.value('tobj(0x200000010000).present'), 'false');
    assert.equal(await client.value('phys(cr3)'), '0x2a2_8067 (44204135)');
    assert.match(await client.value('vma(rsp)'), /rw-p \[stack\]$/);
    assert.match(await client.value('walk(0x7000).result'), /notPresent/);
    assert.match(
      await client.value('rip', 'hover'),
      /^0x40_1675 .* → 0xf8dd675 · 4K frame 0xf8dd · P US A · 4 references$/,
    );
    assert.match(
      await client.refusal('evaluate', { expression: 'stats.walks', context: 'watch' }),
      /'stats' is not known/,
    );
    assert.match(await client.refusal('evaluate', { expression: 'phys(0)' }), /what is at 0x0 was not stored/);
    const { text } = await client.ask<{ text: string }>('ptscope/translate', { expression: '0x600000007000' });
    assert.match(text, /4K frame 0xffc6/);
  });

  it('looks under another root when the console says so', async () => {
    await stand();
    const { client } = fixture;
    const before = await client.value('walk(rsp).result');
    const moved = client.waitForEvent('ptscope/moment');
    assert.equal(await client.value('root init_mm', 'repl'), 'addresses are looked up under init_mm now');
    await moved;
    assert.deepEqual([before, await client.value('walk(rsp).result')], ['mapped', 'notPresent']);
    assert.equal(await client.value('cr3'), '0xc41_0000 (205586432)');
    assert.match(await client.value('roots', 'repl'), /\n\* init_mm: 0xc410000/);
    assert.match(await client.value('walk asm_exc_page_fault', 'repl'), /frame 0xb600$/);
    assert.match(await client.value('tables', 'repl'), /0xffff_/);
    assert.match(await client.value('maps', 'repl'), /\[stack\]/);
    assert.match(await client.value('help', 'repl'), /root NAME/);
    assert.match(await client.refusal('evaluate', { expression: 'root x', context: 'repl' }), /There is no root 'x'/);
    const { targets } = (await client.completionsRequest({ text: 'ro', column: 3 })).body;
    assert.deepEqual(targets.map(({ label }) => label).sort(), ['root', 'roots']);
  });

  it('reads the memory that was stored, and says of the rest that it is not there', async () => {
    await stand();
    const { client } = fixture;
    const read = (memoryReference: string, count: number) =>
      client.ask<{ address: string; data: string; unreadableBytes?: number }>('readMemory', { memoryReference, count });
    const entry = await read('pa:0x2a3f008', 8);
    assert.equal(Buffer.from(entry.data, 'base64').readBigUInt64LE(), 0xf8dd025n);
    assert.equal((await read('pa:0x0', 16)).unreadableBytes, 16);
    const stack = await read('va:1:0x7ffff581fa48', 8);
    assert.equal(stack.unreadableBytes, undefined, 'the stack page was stored');
    assert.equal((await read('va:1:0x401000', 8)).unreadableBytes, 8);
  });

  it('shows registers, areas, symbols and the page fault in its scopes', async () => {
    await stand(snapshotFile('l4-max-pf-before'));
    const { client } = fixture;
    const about = await client.variables('Snapshot');
    const fault = about.find(({ name }) => name === 'fault');
    assert.match(
      fault?.value ?? '',
      /^page fault at 0x6100_0000_0000, error code 0x6 \(W U\), stopped in the page-fault handler$/,
    );
    assert.match(about.at(-1)?.value ?? '', /notPresent$/);
    const registers = await client.variables('Registers');
    assert.equal(registers.find(({ name }) => name === 'CR3')?.memoryReference, 'pa:0x297a000');
    assert.equal((await client.variables('Page Tables')).length, 3);
    assert.equal((await client.variables('Areas'))[0].value, 'the snapshot has no list of areas');
    assert.ok((await client.variables('Kernel Symbols')).some(({ name }) => name === 'asm_exc_page_fault'));
  });

  it('refuses in words whatever would move or change it', async () => {
    await stand();
    const { client } = fixture;
    for (const command of ['next', 'stepIn', 'stepOut', 'stepBack', 'continue', 'reverseContinue', 'ptscope/seek'])
      assert.match(
        await client.refusal(command, { threadId: 1, tick: 1, event: 0 }),
        /^A snapshot is one moment of a machine/,
        command,
      );
    const changes: [string, object][] = [
      ['setExpression', { expression: 'pte(rip).dirty', value: '1' }],
      ['writeMemory', { memoryReference: 'pa:0x2a3f008', data: 'AA==' }],
      ['evaluate', { expression: 'set pte(rip).dirty = 1', context: 'repl' }],
    ];
    for (const [command, args] of changes)
      assert.match(await client.refusal(command, args), /nothing in it can be changed/, command);
    const { breakpoints } = (await fixture.breakAt(parent, { line: 3 })).body;
    assert.deepEqual(breakpoints, [
      { verified: false, line: 3, message: 'A snapshot does not run: nothing can stop in it.' },
    ]);
    assert.equal((await client.threadsRequest()).body.threads[0].name, 'CPU 0 (current)');
  });

  it('restarts into a scenario, and back', async () => {
    await stand();
    const { client } = fixture;
    const scenario = fixture.scenario(SCENARIO);
    await client.stopAfter(() => client.ask('restart', { arguments: { program: scenario, stopOnEntry: true } }));
    assert.equal((await client.moment()).running, true);
    await client.stopAfter(() => client.ask('restart', { arguments: { program: parent } }));
    assert.equal((await client.moment()).running, false);
    await client.ask('disconnect');
  });

  it('prints what it is, and ends, when it is run without debugging', async () => {
    await fixture.client.load(parent, { noDebug: true });
    const ended = fixture.client.waitForEvent('terminated');
    await fixture.client.configurationDoneRequest();
    await ended;
    assert.match(fixture.client.output.map(({ output }) => output).join(''), /^snapshot l4-max-parent: /m);
  });

  it('does not begin with a file that is damaged', async () => {
    const file = path.join(fixture.folder, 'bad.json');
    writeFileSync(file, '{"format": "ptg-fixture-1", "levels": 9}');
    assert.match(
      await fixture.client.refusal('launch', { program: file }),
      /bad\.json: "levels" must be 4 or 5; found 9\.$/,
    );
  });
});
