import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client } from './client';
import { FIRST, useFixture } from './support';

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));
  const scenario = (text?: string): string => fixture.scenario(text);
  const breakAt: typeof fixture.breakAt = (file, ...breakpoints) => fixture.breakAt(file, ...breakpoints);

  describe('stopping', () => {
    it('lands inside the page fault, with EMT function, kernel handler and access on the stack', async () => {
      await client.load(FIRST);
      const stop = await client.begin(['fault.minor']);
      assert.equal(stop.reason, 'exception');
      assert.equal(stop.text, 'page fault: minor, anonymous, write to 0x5555_5540_0000 (heap+0x0)');
      const names = (await client.frames()).map((f) => f.name);
      assert.deepEqual(names, [
        'tdb_find_tobj [radix]',
        'handle_mm_fault',
        'do_user_addr_fault',
        'exc_page_fault',
        'write heap',
      ]);
    });

    it('shows the listing with the line of the event, and the scenario with the line of the access', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const frames = await client.frames();
      const { sourceReference } = frames[0].source ?? {};
      const { content } = await client.ask<{ content: string }>('source', { sourceReference });
      assert.match(content.split('\n')[frames[0].line - 1], /tdb_find_tobj\(0x5555_5540_0000\) \[radix\]/);
      assert.equal(frames.at(-1)?.source?.path, FIRST);
      assert.equal((await client.moment()).listing, sourceReference);
    });

    it('stops on lines, and counts every access of a ranged statement as a hit', async () => {
      const file = scenario();
      await client.load(file);
      const { breakpoints } = (await breakAt(file, { line: 8, hitCondition: '6' })).body;
      assert.deepEqual([breakpoints[0].verified, breakpoints[0].line], [true, 8]);
      const stop = await client.begin();
      assert.deepEqual([stop.reason, stop.hitBreakpointIds], ['breakpoint', [breakpoints[0].id]]);
      const frames = (await client.frames()).map((f) => f.name);
      assert.deepEqual(frames, ['read heap+0x1000 (2 of 4)', 'repeat 2/3']);
    });

    it('moves a breakpoint on an empty line to the next statement, and refuses one behind the last', async () => {
      const file = scenario();
      await client.load(file);
      const { breakpoints } = (await breakAt(file, { line: 7 }, { line: 40 })).body;
      assert.equal(breakpoints[0].line, 8);
      assert.equal(breakpoints[1].verified, false);
    });

    it('stops where a condition holds, in the expression language', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8, condition: 'stats.faults.minor == 3' });
      await client.begin();
      assert.equal((await client.frames())[0].name, 'read heap+0x3000 (4 of 4)');
    });

    it('says what is wrong with a condition when it is set', async () => {
      const file = scenario();
      await client.load(file);
      const { breakpoints } = (await breakAt(file, { line: 8, condition: '1 +' }, { line: 8, hitCondition: 'often' }))
        .body;
      assert.ok(breakpoints.every((b) => !b.verified && (b.message ?? '').length > 5));
    });

    it('writes log messages and does not stop for them', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8, logMessage: 'faults: {stats.faults.minor}' }, { line: 10 });
      await client.begin();
      const logs = client.output.filter((o) => o.output.startsWith('faults:')).map((o) => o.output.trim());
      assert.equal(logs.length, 12);
      assert.deepEqual(logs.slice(0, 5), ['faults: 1', 'faults: 1', 'faults: 2', 'faults: 3', 'faults: 4']);
    });

    it('stops in functions by name and by implementation', async () => {
      await client.load(FIRST);
      const { breakpoints } = (
        await client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'tdb_update_tobj [driver]' }, { name: 'addr_range_*' }, { name: 'no_such_function' }],
        })
      ).body;
      assert.deepEqual(
        breakpoints.map((b) => b.verified),
        [true, true, false],
      );
      const stop = await client.begin();
      assert.equal(stop.reason, 'function breakpoint');
      assert.equal((await client.frames())[0].name, 'addr_range_get_lock [radix]');
      await client.move('continue');
      await client.move('continue');
      assert.equal((await client.frames())[0].name, 'tdb_update_tobj [radix]');
    });

    it('stops on TLB misses whose condition holds', async () => {
      const file = scenario();
      await client.load(file);
      await client.ask('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'tlb.miss', condition: 'access.va == heap+0x3000' }],
      });
      const stop = await client.stopAfter(() => client.configurationDoneRequest());
      assert.match(stop.text ?? '', /^TLB miss, read to 0x5555_5540_3000/);
    });

    it('stops on an expect that fails, and tells both sides', async () => {
      const file = scenario('process p\nmmap a 4KiB rw anon\nwrite a\nexpect stats.faults.minor == 2\n');
      await client.load(file);
      const stop = await client.begin(['expect.failed']);
      assert.match(stop.text ?? '', /1 == 2 does not hold/);
    });

    it('stops on the first statement of all', async () => {
      const file = scenario('let page = 4KiB\nprocess p\n');
      await client.load(file);
      await breakAt(file, { line: 1 });
      assert.equal((await client.begin()).reason, 'breakpoint');
      assert.equal((await client.moment()).tick, 0);
    });

    it('stops once on a statement that takes many ticks', async () => {
      const file = scenario('process p\nmmap a 4MiB rw anon populate\nmunmap a\nprint "end"\n');
      await client.load(file);
      await breakAt(file, { line: 2 }, { line: 3 }, { line: 4 });
      await client.begin();
      const titles = [(await client.frames())[0].name];
      for (let i = 0; i < 2; i++) {
        await client.move('continue');
        titles.push((await client.frames())[0].name);
      }
      assert.deepEqual(titles, ['mmap a 4MiB rw anon populate', 'munmap a', 'print "end"']);
    });

    it('knows the access that a line is about to make', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8, condition: 'access.va == heap+0x2000' });
      await client.begin();
      assert.equal((await client.frames())[0].name, 'read heap+0x2000 (3 of 4)');
      assert.equal(await client.value('access.va'), '0x5555_5540_2000');
    });

    it('does not stop for a fault that the scenario expects', async () => {
      const file = scenario('process p\nexpect fails read 0x1000\nread 0x2000\n');
      await client.load(file);
      const stop = await client.begin(['fault.fatal']);
      assert.match(stop.text ?? '', /0x2000/);
    });

    it('describes the fault to the exception widget', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const info = await client.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: 1 });
      assert.equal(info.exceptionId, 'page fault');
      assert.match(info.description ?? '', /minor, anonymous, write to .*\n#PF, error code 0x6 \(W U\)/);
    });

    it('ends with the exit code of what happened', async () => {
      for (const [text, code] of [
        ['process p\n', 0],
        ['process p\nexpect 1 == 2\n', 1],
        ['process p\nread 0x1000\n', 3],
      ] as const) {
        const each = new Client();
        await each.open();
        await each.load(scenario(text));
        const exited = each.waitForEvent('exited');
        await each.configurationDoneRequest();
        assert.equal(((await exited).body as { exitCode: number }).exitCode, code, text);
        await each.close();
      }
    });
  });
});
