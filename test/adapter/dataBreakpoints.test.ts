import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { useFixture } from './support';

/** Every way in which an entry, a page and a register are used; line numbers are those of the file. */
const LIFE = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
read heap+0x1000
write heap+0x1000
write heap+0x1ffc size 8
exec heap+0x1000
set pte(heap).rw = 0
set phys(pte(heap+0x2000).address) = 0
set cr4 = cr4
munmap heap
print "end"
`.replace('rw anon', 'rwx anon');
const END = 15;

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
type Breakpoints = DebugProtocol.SetDataBreakpointsResponse['body'];
interface Stop {
  at: string;
  text: string;
}

describe('data breakpoints over the wire', () => {
  const fixture = useFixture();

  const info = (args: object): Promise<Info> => fixture.client.ask<Info>('dataBreakpointInfo', args);
  const setData = async (...breakpoints: object[]): Promise<DebugProtocol.Breakpoint[]> =>
    (await fixture.client.ask<Breakpoints>('setDataBreakpoints', { breakpoints })).breakpoints;

  /** Stands behind line 6, where the tables of the first page are there. */
  async function start(line = 7, text = LIFE): Promise<void> {
    const file = fixture.scenario(text);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line });
    await fixture.client.begin();
    await fixture.breakAt(file, { line: END });
  }

  async function stops(command: 'continue' | 'reverseContinue', while_: (at: Stop) => boolean): Promise<Stop[]> {
    const found: Stop[] = [];
    for (;;) {
      const { reason, text = '' } = await fixture.client.move(command);
      const { tick, event } = await fixture.client.moment();
      const stop = { at: `${tick}.${event}`, text };
      if (reason !== 'data breakpoint' || !while_(stop)) return found;
      found.push(stop);
    }
  }

  /** Sets one breakpoint, goes forward over all its hits and back again: the same, reversed. */
  async function hits(name: string, accessType: string, more: object = {}): Promise<string[]> {
    const { dataId, description } = await info({ name, ...more });
    assert.ok(dataId, description);
    const [set] = await setData({ dataId, accessType });
    assert.ok(set.verified, set.message);
    const forward = await stops('continue', () => true);
    const first = forward[0]?.at;
    const backward = await stops('reverseContinue', ({ at }) => before(first, at));
    assert.deepEqual(
      backward.map((s) => s.at),
      forward.map((s) => s.at).reverse(),
    );
    return forward.map((s) => s.text.replace(/^data breakpoint: /, ''));
  }

  const before = (a: string | undefined, b: string): boolean => {
    const [[t, e], [u, f]] = [a ?? '0.0', b].map((text) => text.split('.').map(Number));
    return t < u || (t === u && e <= f);
  };

  it('stop at each write of an entry: by the kernel, by the hardware, by hand, and when its table goes', async () => {
    await start();
    assert.deepEqual(await hits('pte(heap+0x1000)', 'write'), [
      'PTE of heap+0x1000 written by tdb_update_tobj: 0x0 → 0x105027',
      'PTE of heap+0x1000: D set by the hardware: now 0x105067',
      'PTE of heap+0x1000 written by addr_range_remove: 0x105067 → 0x0',
      'PTE of heap+0x1000: its frame 0x104 is freed (table), its bytes are gone',
    ]);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    const byHand = (await hits('pte(heap)', 'write')).find((text) => text.includes('set statement'));
    assert.equal(byHand, 'PTE of heap+0x0 written by a set statement: 0x101067 → 0x101065');
  });

  it('stop at each walk that reads an entry', async () => {
    await start();
    const texts = await hits('pte(heap+0x1000)', 'read');
    assert.deepEqual(texts.slice(0, 2), Array(2).fill('PTE of heap+0x1000 read by the hardware walk: 0x0'));
    assert.ok(texts.every((text) => /read by the hardware walk/.test(text)));
  });

  it('stop at changes of physical bytes, also by a set statement', async () => {
    await start();
    const { client } = fixture;
    await client.move('continue');
    const address = 'phys(0x104010)';
    await client.move('ptscope/seek', { tick: 5, event: 0 });
    const texts = await hits(address, 'write');
    assert.match(texts[0], /^8 bytes at physical 0x104010 written by tdb_update_tobj: 0x0 → /);
    assert.ok(texts.some((t) => /written by a set statement: 0x\w+ → 0x0$/.test(t)));
  });

  it('stop at accesses to the bytes of a page, also of one that crosses into it', async () => {
    await start();
    assert.deepEqual(await hits('heap+0x1000', 'write'), [
      'the page heap+0x1000: write of 8 bytes at 0x5555_5540_1000 (heap+0x1000) by the program',
      'the page heap+0x1000: write of 8 bytes at 0x5555_5540_1ffc (heap+0x1ffc) by the program',
    ]);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    assert.equal((await hits('heap+0x2000', 'write', { bytes: 4 })).length, 1);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    assert.equal((await hits('heap+0x2004', 'write', { bytes: 4 })).length, 0);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    const all = await hits('heap+0x1000', 'readWrite');
    assert.deepEqual(
      all.map((t) => /: (\w+) of/.exec(t)?.[1]),
      ['read', 'write', 'write', 'exec'],
    );
  });

  it('stop at loads of registers: by a fault, by a set statement', async () => {
    await start();
    assert.deepEqual(await hits('cr2', 'write'), [
      'CR2 loaded by the hardware: 0x5555_5540_1000 (heap+0x1000)',
      'CR2 loaded by the hardware: 0x5555_5540_2000 (heap+0x2000)',
    ]);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    assert.match((await hits('cr4', 'write'))[0], /^CR4 written by a set statement: 0x(\w+) → 0x\1$/);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    await setData({ dataId: 'reg:cr3', accessType: 'write' });
    assert.match((await fixture.client.move('reverseContinue')).text ?? '', /CR3 loaded by tsvc_switch_tdb: 0x100000/);
  });

  it('land on the event itself, with the function on the stack', async () => {
    await start();
    const { dataId } = await info({ name: 'pte(heap+0x1000)' });
    const [{ id }] = await setData({ dataId, accessType: 'write' });
    const stop = await fixture.client.move('continue');
    assert.deepEqual([stop.reason, stop.hitBreakpointIds], ['data breakpoint', [id]]);
    assert.match(stop.text ?? '', /^data breakpoint: PTE of heap\+0x1000 written/);
    assert.equal((await fixture.client.frames())[0].name, 'tdb_update_tobj [radix]');
    assert.equal(await fixture.client.value('pte(heap+0x1000).raw'), '0x10_5027');
  });

  it('of a mode stop for the hardware alone, the kernel alone, or instruction fetches', async () => {
    await start();
    const of = async (name: string, mode: string): Promise<string[]> => {
      await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
      return hits(name, 'readWrite', { mode });
    };
    assert.ok((await of('pte(heap+0x1000)', 'hardware')).every((t) => /hardware/.test(t)));
    const kernel = await of('pte(heap+0x1000)', 'kernel');
    assert.ok(kernel.length === 3 && kernel.every((t) => /tdb_|addr_range_|frame/.test(t)), kernel.join());
    assert.match((await of('heap+0x1000', 'exec')).join(), /^[^,]*exec of \d+ bytes[^,]*$/);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    assert.match((await info({ name: 'heap', mode: 'hardware' })).description, /physical addresses/);
    const [refused] = await setData({ dataId: 'entry:pa:0x104008@exec' });
    assert.match(refused.message ?? '', /virtual address/);
  });

  it('on entries of four bytes are about one entry, and not about its neighbour', async () => {
    const short = LIFE.replace('preset classroom', 'scheme radix 32').replace('0x5555_5540_0000', '0x2000_0000');
    await start(7, short);
    const { dataId } = await info({ name: 'pte(heap+0x1000)' });
    assert.match(dataId ?? '', /^entry:pa:0x\w+4\+4$/);
    assert.deepEqual(
      (await hits('pte(heap+0x1000)', 'write')).map((text) => text.replace(/0x1\w\w(?=\w{3}| is)/g, 'F')),
      [
        'PTE of heap+0x1000 written by tdb_update_tobj: 0x0 → F027',
        'PTE of heap+0x1000: D set by the hardware: now F067',
        'PTE of heap+0x1000 written by addr_range_remove: F067 → 0x0',
        'PTE of heap+0x1000: its frame F is freed (table), its bytes are gone',
      ],
    );
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    const byHand = (await hits('pte(heap)', 'write')).filter((text) => text.includes('set statement'));
    assert.equal(byHand.length, 1);
    assert.match(byHand[0], /^PTE of heap\+0x0 written by a set statement: 0x\w{3}067 → 0x\w{3}065$/);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    assert.ok((await hits('pte(heap+0x1000)', 'read')).length >= 3);
    // It is found again by its name, also as one that a row of the tree gives.
    const [set] = await setData({ dataId, accessType: 'write' });
    assert.ok(set.verified);
    const named = await fixture.client.ask<Breakpoints>('setFunctionBreakpoints', {
      breakpoints: [{ name: `write PTE at ${dataId}` }],
    });
    assert.ok(named.breakpoints[0].verified, named.breakpoints[0].message);
  });

  it('take conditions and hit counts', async () => {
    await start();
    const { dataId } = await info({ name: 'pte(heap+0x1000)' });
    await setData({ dataId, accessType: 'readWrite', condition: 'pte(heap+0x1000).dirty' });
    assert.match((await fixture.client.move('continue')).text ?? '', /D set by the hardware/);
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    await setData({ dataId, accessType: 'write', hitCondition: '3' });
    assert.match((await fixture.client.move('continue')).text ?? '', /addr_range_remove/);
    const [wrong] = await setData({ dataId, condition: 'nosuch == 1' });
    assert.match(wrong.message ?? '', /`nosuch` is not known/);
  });

  it('survive a restart, because their names are of the deterministic machine', async () => {
    await start();
    const { dataId, canPersist } = await info({ name: 'pte(heap+0x1000)' });
    assert.ok(canPersist);
    await setData({ dataId, accessType: 'write' });
    const first = (await fixture.client.move('continue')).text;
    await fixture.client.stopAfter(() => fixture.client.ask('restart'));
    const { tick } = await fixture.client.moment();
    const texts = [(await fixture.client.moment()).title, tick];
    assert.deepEqual(texts, ['write heap', 2], 'the frame of the table is taken');
    assert.equal((await fixture.client.move('continue')).text, first);
  });

  it('are offered for whatever is data, with one canonical name for it', async () => {
    await start();
    const id = async (args: object): Promise<string | null> => (await info(args)).dataId;
    for (const name of ['pte(heap)', 'walk(heap)', 'walk(heap).levels.PTE', 'pte(heap).dirty', 'tobj(heap)'])
      assert.equal(await id({ name }), 'entry:pa:0x104000', name);
    assert.equal(await id({ name: 'heap' }), 'va:1:0x555555400000+65536');
    assert.equal(await id({ name: 'vma(heap)' }), 'va:1:0x555555400000+65536');
    assert.equal(await id({ name: 'heap+0x1008' }), 'va:1:0x555555401000+4096');
    assert.equal(await id({ name: 'heap+0x1008', bytes: 8 }), 'va:1:0x555555401008+8');
    assert.equal(await id({ name: 'cr3' }), 'reg:cr3');
    assert.equal(await id({ name: '0x104008', bytes: 16, asAddress: true }), 'pa:0x104008+16');
    assert.equal(await id({ name: '0x555555400000', bytes: 2, asAddress: true }), 'va:1:0x555555400000+2');
    assert.deepEqual((await info({ name: 'cr3' })).accessTypes, ['write']);
  });

  it('are offered for rows of the Variables view', async () => {
    await start();
    const { client } = fixture;
    const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
    const scope = (name: string): number => scopes.find((s) => s.name === name)?.variablesReference ?? 0;
    const id = async (variablesReference: number, name: string): Promise<string | null> =>
      (await info({ variablesReference, name })).dataId;
    let table = scope('Page Tables');
    for (const label of ['demo', 'PGD[170]', 'PUD[341]', 'PMD[170]']) {
      if (label === 'PMD[170]') assert.equal(await id(table, label), 'entry:pa:0x103550');
      const row = (await client.children(table)).find((r) => r.name === label);
      table = row?.variablesReference ?? 0;
    }
    assert.equal(await id(table, 'PTE[0]'), 'entry:pa:0x104000');
    const [leaf] = (await client.children(table)) as (DebugProtocol.Variable & {
      __vscodeVariableMenuContext: string;
    })[];
    assert.equal(leaf.__vscodeVariableMenuContext, 'ptscope-entry');
    assert.equal(await id(leaf.variablesReference, 'dirty'), 'entry:pa:0x104000');
    assert.equal(await id(scope('Registers'), 'CR2'), 'reg:cr2');
    assert.equal(await id(scope('Names'), 'heap'), 'va:1:0x555555400000+65536');
    assert.equal(await id(scope('VMAs'), '0x5555_5540_0000'), 'va:1:0x555555400000+65536');
    const { dataId, description } = await info({ variablesReference: scope('Statistics'), name: 'faults' });
    assert.equal(dataId, null);
    assert.ok(description.length > 10);
  });

  it('are refused in words where there is no data', async () => {
    await start();
    const why = async (name: string): Promise<string> => (await info({ name })).description;
    assert.match(await why('pte(0x7000)'), /no PTE table for 0x7000 yet: its walk ends at PGD\[0\]/);
    assert.match(await why('stats.faults.minor'), /No area of the process holds 0x1/);
    assert.match(await why('1 +'), /./);
    const bad = await setData({ dataId: 'nonsense' }, { dataId: 'pa:0xffffffffffff+8' });
    assert.deepEqual(
      bad.map((b) => b.verified),
      [false, false],
    );
    assert.match(bad[1].message ?? '', /Memory ends at 0x/);
  });

  it('can be written by name in the box for function breakpoints, before the data is there, too', async () => {
    const file = fixture.scenario(LIFE);
    const { client } = fixture;
    await client.load(file);
    const named = (...names: string[]): Promise<DebugProtocol.SetFunctionBreakpointsResponse> =>
      client.setFunctionBreakpointsRequest({ breakpoints: names.map((name) => ({ name })) });
    const { breakpoints } = (await named('write pte(heap+0x1000)', 'write cr2', 'fetch heap', 'read heap by nobody'))
      .body;
    assert.deepEqual(
      breakpoints.map((b) => b.verified),
      [false, true, false, false],
    );
    await fixture.breakAt(file, { line: 7 });
    assert.match((await client.begin()).text ?? '', /CR2 loaded by the hardware/);
    const changed = client.waitForEvent('breakpoint');
    assert.equal((await client.move('continue')).reason, 'breakpoint');
    const { breakpoint } = (await changed).body as DebugProtocol.BreakpointEvent['body'];
    assert.deepEqual([breakpoint.id, breakpoint.verified], [breakpoints[0].id, true]);
    await named(
      'read PTE[1] of 0x555555401000 at entry:pa:0x104008',
      'exec heap+0x1000',
      'write pte(heap) by hardware',
    );
    const stop = await client.move('continue');
    assert.match(stop.text ?? '', /^data breakpoint: PTE of heap\+0x1000 read by the hardware walk/);
  });
});
