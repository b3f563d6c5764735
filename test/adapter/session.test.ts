import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { FILTERS } from '../../src/adapter/filters';
import { Client, EXAMPLES, FIXTURES } from './client';

const FIRST = path.join(EXAMPLES, '01-first-fault.ptscen');

const SCENARIO = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
repeat 3 {
  read heap .. heap+16KiB step 4KiB
}
print "done"
`;

describe('a debug session over the wire', () => {
  let client: Client;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ptscope-dap-'));
    client = new Client();
    await client.open();
  });

  afterEach(async () => {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function scenario(text = SCENARIO): string {
    const file = path.join(folder, 'test.ptscen');
    writeFileSync(file, text);
    return file;
  }

  const breakAt = (file: string, ...breakpoints: DebugProtocol.SourceBreakpoint[]) =>
    client.setBreakpointsRequest({ source: { path: file }, breakpoints });

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

  describe('moving', () => {
    it('returns to the identical state with eleven steps back and eleven steps forward', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const before = await client.moment();
      for (let i = 0; i < 11; i++) await client.move('stepBack');
      assert.notEqual((await client.moment()).stateHash, before.stateHash);
      for (let i = 0; i < 11; i++) await client.move('next');
      assert.deepEqual(await client.moment(), before);
    });

    it('undoes each step in with a reverse step in', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const trail = [await client.moment()];
      for (let i = 0; i < 20; i++) {
        await client.move('stepIn');
        trail.push(await client.moment());
      }
      for (const moment of trail.reverse().slice(1)) {
        await client.move('ptscope/reverseStepIn');
        assert.deepEqual(await client.moment(), moment);
      }
    });

    it('runs backwards over the same faults', async () => {
      const file = scenario();
      await client.load(file);
      await client.begin(['fault.minor']);
      const forward = [(await client.moment()).tick];
      for (let i = 0; i < 3; i++) {
        await client.move('continue');
        forward.push((await client.moment()).tick);
      }
      const backward = [];
      for (let i = 0; i < 3; i++) {
        await client.move('reverseContinue');
        backward.push((await client.moment()).tick);
      }
      assert.deepEqual(backward, forward.slice(0, -1).reverse());
      const stop = await client.move('reverseContinue');
      assert.match(stop.text ?? '', /start of the run/);
    });

    it('steps out of the walk, the function, the access and the loop', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8 });
      await client.begin();
      await breakAt(file);
      await client.move('stepIn');
      assert.equal((await client.moment()).event, 1);
      await client.move('stepOut');
      assert.deepEqual(
        [(await client.moment()).event, (await client.frames())[0].name],
        [0, 'read heap+0x1000 (2 of 4)'],
      );
      await client.move('stepOut');
      assert.equal((await client.frames()).at(-1)?.name, 'repeat 2/3');
    });

    it('withdraws Step Back at the start of the tape, and gives it back', async () => {
      await client.load(FIRST, { stopOnEntry: true });
      const seen: unknown[] = [];
      client.on('capabilities', (e: { body: { capabilities: { supportsStepBack: boolean } } }) =>
        seen.push(e.body.capabilities.supportsStepBack),
      );
      assert.equal((await client.begin()).reason, 'entry');
      await client.move('next');
      await client.move('stepBack');
      assert.deepEqual(seen, [false, true, false]);
    });

    it('jumps in time to a statement before and after', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8 });
      await client.begin();
      await breakAt(file);
      for (const [line, title] of [
        [6, 'write heap'],
        [10, 'print "done"'],
        [4, 'process demo'],
      ] as const) {
        const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
          source: { path: file },
          line,
        });
        const stop = await client.move('goto', { threadId: 1, targetId: targets[0].id });
        assert.equal(stop.reason, 'goto');
        assert.equal((await client.frames())[0].name, title);
      }
    });

    it('stays where it is when a jump has nowhere to go, and goes to the start of its own statement', async () => {
      const file = scenario('process p\nmmap a 4KiB rw anon\nwrite a\nif 1 == 2 {\n  read a\n}\n');
      await client.load(file);
      await client.begin(['fault.minor']);
      const before = await client.moment();
      const jump = async (line: number): Promise<string | undefined> => {
        const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
          source: { path: file },
          line,
        });
        return (await client.move('goto', { threadId: 1, targetId: targets[0].id })).text;
      };
      assert.match((await jump(5)) ?? '', /does not come to this statement/);
      assert.deepEqual(await client.moment(), before);
      await jump(3);
      assert.deepEqual([(await client.moment()).tick, (await client.moment()).event], [before.tick, 0]);
    });

    it('steps out of the function on top of the stack, to what its caller does next', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const names = async (): Promise<string> => (await client.frames())[0].name;
      assert.equal(await names(), 'tdb_find_tobj [radix]');
      await client.move('stepOut');
      assert.equal(await names(), 'tobj_read_attr [radix]');
      for (let i = 0; i < 2; i++) await client.move('stepOut');
      assert.match(await names(), /^translate/);
    });

    it('ends with a message when what is restarted is broken, and can be launched again', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 6 });
      await client.begin();
      scenario('nonsense\n');
      const ended = client.waitForEvent('terminated');
      await client.ask('restart');
      await ended;
      assert.ok(client.output.some((o) => /PTS\d+/.test(o.output)));
    });

    it('jumps to an event of the listing', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const { source } = (await client.frames())[0];
      const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
        source,
        line: 9,
      });
      await client.move('goto', { threadId: 1, targetId: targets[0].id });
      assert.equal((await client.frames())[0].name, 'walk step: PGD[170]');
    });

    it('answers a pause in the middle of a long run, and goes on', async () => {
      const file = scenario('process p\nmmap a 64MiB rw anon\nrepeat 100000 {\n  read a random 1000\n}\n');
      await client.load(file);
      await client.configurationDoneRequest();
      const stop = await client.stopAfter(async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.match(await client.refusal('stackTrace', { threadId: 1 }), /running/);
        await client.ask('pause', { threadId: 1 });
      });
      assert.equal(stop.reason, 'pause');
      await client.ask('continue', { threadId: 1 });
      await client.ask('disconnect');
    });

    it('reports progress of a long run, which can be cancelled', async () => {
      const file = scenario('process p\nmmap a 64MiB rw anon\nrepeat 1000000 {\n  read a random 1000\n}\n');
      await client.load(file);
      const started = client.waitForEvent('progressStart');
      const updated = client.waitForEvent('progressUpdate');
      await client.configurationDoneRequest();
      const { body } = (await started) as { body: { progressId: string; cancellable: boolean } };
      assert.ok(body.cancellable);
      assert.match(((await updated).body as { message: string }).message, /tick \d+, \d+ k\/s/);
      const ended = client.waitForEvent('progressEnd');
      const stop = await client.stopAfter(() => client.ask('cancel', { progressId: body.progressId }));
      assert.equal(stop.reason, 'pause');
      assert.equal(((await ended).body as { progressId: string }).progressId, body.progressId);
    });

    it('restarts with the breakpoints that were set', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 6 });
      await client.begin();
      const first = await client.moment();
      await client.move('next');
      await client.stopAfter(() => client.ask('restart'));
      assert.equal((await client.moment()).stateHash, first.stateHash);
    });

    it('seeks to any moment and refuses what is none', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const there = await client.moment();
      await client.move('ptscope/seek', { tick: 2, event: 0 });
      assert.equal((await client.moment()).tick, 2);
      await client.move('ptscope/seek', { tick: there.tick, event: there.event });
      assert.equal((await client.moment()).stateHash, there.stateHash);
      assert.match(await client.refusal('ptscope/seek', { tick: -1, event: 0 }), /whole numbers/);
    });
  });

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

    it('has console commands', async () => {
      assert.match(await client.value('walk heap', 'repl'), /PGD\[170\] at 0x100550 = 0x0000000000000000: empty/);
      assert.match(await client.value('maps', 'repl'), /rw-p anon/);
      for (const command of ['help', 'tables', 'vmstat', 'vtop heap', 'hash'])
        assert.ok((await client.value(command, 'repl')).length > 0);
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

  describe('bad input', () => {
    it('is refused with one clear message, and the session stays usable', async () => {
      writeFileSync(path.join(folder, 'broken.ptscen'), 'process\nmmap x\n');
      writeFileSync(path.join(folder, 'noise.bin'), Buffer.from([1, 2, 3, 250, 251]));
      writeFileSync(path.join(folder, 'trace.ptscen'), 'process p\ntrace "absent.lackey"\n');
      const cases: [object, RegExp][] = [
        [{}, /names no 'program'/],
        [{ program: path.join(folder, 'absent.ptscen') }, /no such file/],
        [{ program: folder }, /directory/],
        [{ program: path.join(folder, 'broken.ptscen') }, /broken\.ptscen:1:\d+: PTS\d+/],
        [{ program: path.join(folder, 'noise.bin') }, /noise\.bin/],
        [{ program: path.join(folder, 'trace.ptscen') }, /absent\.lackey.*no such file/],
        [{ program: FIRST, machine: { dtlb: 'many' } }, /dtlb/],
        [{ program: FIRST, scheme: 'quantum' }, /quantum/],
        [{ program: FIRST, args: { page: '1 +' } }, /page/],
        [{ program: 17 }, /must be a string/],
      ];
      for (const [args, message] of cases)
        assert.match(await client.refusal('launch', args), message, JSON.stringify(args));
      await client.load(FIRST);
      assert.equal((await client.begin(['fault.minor'])).reason, 'exception');
    });
  });

  describe('every request that DAP knows', () => {
    const COMMANDS = [
      'attach',
      'breakpointLocations',
      'cancel',
      'completions',
      'configurationDone',
      'continue',
      'dataBreakpointInfo',
      'disassemble',
      'evaluate',
      'exceptionInfo',
      'goto',
      'gotoTargets',
      'loadedSources',
      'locations',
      'modules',
      'next',
      'pause',
      'readMemory',
      'restart',
      'restartFrame',
      'reverseContinue',
      'scopes',
      'setBreakpoints',
      'setDataBreakpoints',
      'setExceptionBreakpoints',
      'setExpression',
      'setFunctionBreakpoints',
      'setInstructionBreakpoints',
      'setVariable',
      'source',
      'stackTrace',
      'stepBack',
      'stepIn',
      'stepInTargets',
      'stepOut',
      'terminateThreads',
      'threads',
      'variables',
      'writeMemory',
      'noSuchCommand',
      'ptscope/walk',
      'ptscope/tree',
      'ptscope/moment',
      'ptscope/seek',
      'ptscope/translate',
      'ptscope/numberFormat',
    ];
    const BAD: object[] = [
      {},
      {
        threadId: 99,
        frameId: 99,
        variablesReference: 99,
        sourceReference: 99,
        targetId: 99,
        text: '(',
        column: 1e9,
        expression: '',
        memoryReference: '',
        count: -1,
        data: '%',
        tree: 'nope',
        tick: 1e12,
        event: 1,
        source: {},
        line: -5,
        filters: ['x'],
        breakpoints: [],
        name: '',
        value: '',
      },
    ];

    it('is answered before a launch and after, whatever its arguments', async () => {
      const tryOne = async (command: string, args: object): Promise<void> => {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>(
          (_, reject) => (timer = setTimeout(() => reject(new Error(`${command} was not answered`)), 5000)),
        );
        await Promise.race([
          client
            .ask(command, args)
            .catch((e: Error) => assert.ok(!/mistake/.test(e.message), `${command}: ${e.message}`)),
          late,
        ]);
        clearTimeout(timer);
      };
      for (const command of COMMANDS) for (const args of BAD) await tryOne(command, args);
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      for (const command of COMMANDS) {
        for (const args of BAD) await tryOne(command, args);
        // A motion may have begun: wait until the machine stands again, or has ended.
        for (let i = 0; i < 50; i++)
          if (
            !/running/.test(
              await client.ask('stackTrace', { threadId: 1 }).then(
                () => '',
                (e: Error) => e.message,
              ),
            )
          )
            break;
      }
    });
  });

  describe('a trace', () => {
    it('runs as a program of its own, with regions inferred and its records on the stack', async () => {
      await client.load(path.join(FIXTURES, 'traces/hand.lackey'), { machine: { instructions: false } });
      const stop = await client.begin(['fault.minor']);
      assert.match(stop.text ?? '', /page fault: minor, anonymous, write to 0x1f_feff_e7f8/);
      const frame = (await client.frames()).at(-1);
      assert.match(frame?.name ?? '', /^hand\.lackey:3: write 0x1f_feff_e7f8, 8 bytes$/);
      assert.equal(frame?.line, 3);
      assert.equal(await client.value('stats.accesses.total'), '1');
    });

    it('may be compressed, cut and skipped', async () => {
      await client.load(path.join(FIXTURES, 'traces/python-200k.lackey.gz'), {
        machine: { instructions: 'off' },
        trace: { limit: 1000 },
        stopOnEntry: true,
      });
      await client.begin();
      const exited = client.waitForEvent('exited');
      await client.ask('continue', { threadId: 1 });
      await exited;
    });
  });

  it('offers exactly the filters of its table', async () => {
    const other = new Client();
    await other.open();
    const { body } = await other.initializeRequest();
    assert.deepEqual(
      body?.exceptionBreakpointFilters?.map((f) => f.filter),
      FILTERS.map((f) => f.id),
    );
    await other.close();
  });
});
