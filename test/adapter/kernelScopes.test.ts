import assert from 'node:assert/strict';
import { useFixture } from './support';

describe('the kernel over the wire', () => {
  const fixture = useFixture();

  const SCENARIO = `machine {
  preset classroom
  memory 64MiB
  nodes 2
  swap 1MiB
}
process parent
mmap heap 1MiB rw anon at 0x1000_0000
write heap step 4KiB
fork child
iterate heap
swapout heap for 64KiB
print "end"
`;

  it('shows a range operation while it goes on, and the processes that it is about', async () => {
    const { client } = fixture;
    const file = fixture.scenario(SCENARIO);
    await client.load(file);
    await fixture.breakAt(file, { line: 10 });
    await client.begin([]);
    assert.ok(!(await scopeNames()).includes('Operation'));
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'copy_page_range' }] });
    await client.move('continue');
    const rows = new Map((await client.variables('Operation')).map((v) => [v.name, v.value]));
    assert.deepEqual([rows.get('operation'), rows.get('process'), rows.get('at')], ['fork', 'parent', '0x1000_0000']);
    const processes = (await client.variables('Kernel')).find((v) => v.name === 'processes');
    const names = (await client.children(processes!.variablesReference)).map((v) => [v.name, v.value]);
    assert.deepEqual(names, [
      ['parent', '1, running, 256 pages resident'],
      ['child', '2, 0 pages resident'],
    ]);
  });

  it('stops on each kind of fault that the kernel serves, inside the handler', async () => {
    const { client } = fixture;
    const kinds = `machine {
  preset classroom
  memory 64MiB
  thp madvise
}
process parent
mmap lib 4KiB r file "libc.so"
mmap huge 2MiB rw anon at 0x4000_0000 thp
read lib
write huge
fork child
write huge
`;
    await client.load(fixture.scenario(kinds));
    const reasons: (string | undefined)[] = [];
    for (const [i, kind] of ['major', 'thp', 'cow'].entries()) {
      const filters = [`fault.${kind}`];
      if (i === 0) await client.begin(filters);
      else {
        await client.setExceptionBreakpointsRequest({ filters });
        await client.move('continue');
      }
      const { stackFrames } = (await client.stackTraceRequest({ threadId: 1 })).body;
      reasons.push(stackFrames.find(({ name }) => name === 'handle_mm_fault')?.name);
    }
    assert.deepEqual(reasons, ['handle_mm_fault', 'handle_mm_fault', 'handle_mm_fault']);
  });

  it('shows the running iterator as a value of the language', async () => {
    const { client } = fixture;
    const file = fixture.scenario(SCENARIO);
    await client.load(file);
    await client.setFunctionBreakpointsRequest({
      breakpoints: [{ name: 'tobj_iter_next', condition: 'iter.objects == 32' }],
    });
    await client.begin([]);
    const iterator = (await client.variables('Operation')).find((v) => v.name === 'iterator');
    assert.match(iterator!.value, /^at 0x1002_0000, 32 objects, 1 look-up/);
    assert.equal(await client.value('iter.mapped'), '32');
  });

  it('counts memory by node, and swap', async () => {
    const { client } = fixture;
    const file = fixture.scenario(SCENARIO);
    await client.load(file);
    await fixture.breakAt(file, { line: 13 });
    await client.begin([]);
    const rows = new Map((await client.variables('Kernel')).map((v) => [v.name, v.value]));
    assert.deepEqual([rows.get('memory nodes'), rows.get('swap')], ['2', '0 of 256 slots used']);
  });

  const scopeNames = async (): Promise<string[]> =>
    (await fixture.client.scopesRequest({ frameId: 1 })).body.scopes.map((s) => s.name);
});
