import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { Counter } from '../../../src/machine/core/counters';
import { statistics } from '../../../src/machine/statistics';
import { finish, holds, loadText, memoryHost, runOf } from './support';
import { LoadError, loadRun } from '../../../src/scenario/run/load';

const HEAP = ['process p', 'mmap heap 64KiB rw anon at 0x10_0000'];

describe('statements', () => {
  it('repeat and for run their blocks as often as they say, inside each other', async () => {
    const { prints } = await finish(
      ...HEAP,
      'repeat 2 {',
      '  for page in heap for 8KiB step 4KiB {',
      '    print "{page - heap}"',
      '  }',
      '}',
      'repeat 0 {',
      '  print "never"',
      '}',
      'let none_ = mm.rss',
      'for x in none_ .. none_ step 1 {',
      '  print "never"',
      '}',
    );
    assert.deepEqual(prints, ['0', '4096', '0', '4096']);
  });

  it('if takes one of its branches', async () => {
    const { prints } = await finish(
      'let n = 3',
      'for i in 0 .. n step 1 {',
      '  if i == 1 {',
      '    print "one"',
      '  } else {',
      '    print "{i}"',
      '  }',
      '}',
    );
    assert.deepEqual(prints, ['0', 'one', '2']);
  });

  it('let is a value of its moment', async () => {
    const { prints } = await finish(
      ...HEAP,
      'let before = stats.faults.minor',
      'write heap',
      'print "{before} {stats.faults.minor}"',
    );
    assert.deepEqual(prints, ['0 1']);
  });

  it('an access is one tick; a ranged one has a tick an access; each expect and print has one, too', async () => {
    const { run } = await finish(
      ...HEAP,
      'write heap',
      'read heap step 4KiB',
      'read heap random 10',
      'print "x"',
      'expect tick > 0',
    );
    assert.equal(run.tick, 2 + 1 + 16 + 10 + 2);
  });

  it('step touches every N-th byte, up to the end of the range', async () => {
    await holds(
      ...HEAP,
      'write heap .. heap + 12KiB step 4KiB',
      'expect stats.accesses.writes == 3',
      'expect !tobj(heap + 12KiB).mapped',
      'read heap for 100 size 1 step 30',
      'expect stats.accesses.reads == 4',
      'expect access.va == heap + 90',
    );
  });

  it('random touches places of the access size inside the range, the same ones for the same seed', async () => {
    const places = async (seed: string): Promise<string> => {
      const run = await runOf(...HEAP, `write heap random 50 ${seed}`);
      const seen: number[] = [];
      run.fast(2, null);
      while (run.end === null) {
        run.step();
        seen.push(run.machine.last[1] * 4096 + run.machine.last[2]);
      }
      assert.ok(seen.every((a) => a >= 0x10_0000 && a + 8 <= 0x11_0000 && a % 8 === 0));
      assert.ok(new Set(seen).size > 40);
      return seen.join();
    };
    assert.equal(await places('seed 7'), await places('seed 7'));
    assert.notEqual(await places('seed 7'), await places('seed 8'));
    assert.equal(await places(''), await places('seed 1'), 'the default is the seed of the machine');
  });

  it('expect fails passes on the fault that it names, and fails on another or none', async () => {
    const { run } = await finish(
      ...HEAP,
      'expect fails read 0x5000',
      'expect fails read 0x5000 with fault == SIGSEGV',
      'expect fails read 0x5000 with fault == SIGBUS',
      'expect fails write heap',
      'expect fails mmap again 4KiB rw anon at 0x10_0000',
      'expect fails read 0x8000_0000_0000_0000 with fault == GP',
    );
    assert.equal(run.passed, 4);
    assert.deepEqual(
      run.failed.map((f) => [f.line, f.actual]),
      [
        [5, 'SIGSEGV, error code 0x4 (U), 0x5000 == SIGBUS does not hold'],
        [6, 'it ran to its end'],
      ],
    );
    assert.deepEqual(run.end, { kind: 'finished' });
  });

  it('a fatal fault ends the run, with where and why', async () => {
    const { run } = await finish(...HEAP, 'munmap heap for 4KiB', 'read heap + 8', 'print "never"');
    assert.deepEqual(run.end, {
      kind: 'fatal',
      fault: 'fatal',
      signal: 'SIGSEGV',
      line: 3,
      text: 'SIGSEGV at 0x10_0008 (heap+0x8)',
    });
  });

  it('an error of evaluation ends the run, and nothing throws', async () => {
    const errors = async (...lines: string[]): Promise<string> => {
      const { end } = (await finish(...HEAP, ...lines)).run;
      return end?.kind === 'error' ? `${end.line}: ${end.text}` : JSON.stringify(end);
    };
    assert.equal(await errors('let zero = mm.rss', 'print "{1 / zero}"'), '3: division by zero');
    assert.match(await errors('let odd = mm.rss + 5', 'mmap x odd rw anon'), /^3: .*multiples of 4096/);
    assert.match(
      await errors('let at = heap + 4KiB', 'for a in at .. at + 1 step 1 {', '  mmap x 8KiB rw anon at a', '}'),
      /^4: mmap: EEXIST/,
    );
    assert.match(await errors('let none_ = mm.rss', 'read heap step none_'), /^3: the step must be at least one byte/);
  });

  it('switch goes back to another address space', async () => {
    await holds(
      'process a',
      'mmap x 4KiB rw anon at 0x10_0000',
      'write x',
      'let frame = pte(x).pfn',
      'process b',
      'expect !tobj(0x10_0000).mapped',
      'switch a',
      'expect pte(x).pfn == frame',
      'expect tlb(x).hit == false, "MOV to CR3 has dropped it"',
      'read x',
      'expect fault == none',
    );
  });

  it('set changes entries, registers and memory, as the hardware then sees them', async () => {
    await holds(
      ...HEAP,
      'write heap',
      'set pte(heap).rw = 0',
      'flush tlb',
      'write heap',
      'expect fault == protection',
      'let at = pte(heap).address',
      'expect phys(at) == pte(heap).raw',
      'set phys(at) = 0',
      'invlpg heap',
      'read heap',
      'expect fault == minor',
      'set cr2 = 0x1234',
      'expect cr2 == 0x1234',
      'set pte(heap).dirty = 1',
      'expect pte(heap).dirty',
      'set pte(heap).pfn = 5',
      'expect pte(heap).pfn == 5',
    );
  });

  it('a size makes an access cross into the next page; both are translated', async () => {
    await holds(
      ...HEAP,
      'write heap + 4090 size 8',
      'expect stats.accesses.total == 1 && stats.accesses.translations == 2',
      'expect faults.count == 2',
      'expect faults[0].address == heap + 4090 && faults[1].address == heap + 4KiB',
      'read heap size 4096',
      'expect stats.accesses.translations == 3',
    );
  });

  it('an access as the kernel must keep out of user pages', async () => {
    await holds(
      ...HEAP,
      'write heap',
      'expect fails read heap as kernel with fault == SIGSEGV',
      'set cr4 = cr4 & ~(1 << 21)',
      'read heap as kernel',
      'expect fault == none',
    );
  });
});

describe('traces', () => {
  const TRACE = ' L 1000,8\n S 2000,8\n M 3ffc,8\n L 9000,4\n';
  const replay = async (options: string, ...more: string[]): Promise<Awaited<ReturnType<typeof loadText>>> => {
    const loaded = await loadText(['process p', `trace "t" ${options}`, ...more].join('\n'), {}, { t: TRACE });
    while (loaded.run.end === null) loaded.run.fast(1000, null);
    return loaded;
  };

  it('are replayed in regions of their own; a modify is a read, then a write', async () => {
    const { run } = await replay('');
    const { accesses, faults } = statistics(run.machine);
    assert.deepEqual([accesses.reads, accesses.writes, accesses.translations, faults.minor], [3, 2, 7, 5]);
  });

  it('can be cut, begun later, and moved', async () => {
    assert.equal(statistics((await replay('limit 2')).run.machine).accesses.total, 2);
    assert.equal(statistics((await replay('skip 4')).run.machine).accesses.total, 1);
    const { run } = await replay('offset 0x5555_0000_0800');
    assert.deepEqual(run.end, { kind: 'finished' });
    assert.equal(run.machine.last[1], 0x5555_0000_9);
    const plain = statistics(run.machine).accesses;
    assert.deepEqual([plain.total, plain.translations], [5, 5], 'the modify no longer crosses a page');
  });

  it('use the areas that are there, and get areas for the rest', async () => {
    const loaded = await loadText('process p\nmmap a 4KiB r anon at 0x2000\ntrace "t"\n', {}, { t: TRACE });
    const { run } = loaded;
    while (run.end === null) run.fast(1000, null);
    assert.equal(run.end.kind === 'fatal' && run.end.text, 'SIGSEGV at 0x2000 (a+0x0)');
    assert.equal(statistics(run.machine).accesses.total, 2);
  });

  it('are shortened by a limit from outside, never lengthened', async () => {
    const total = async (limit: number): Promise<number> => {
      const { run } = await loadText('process p\ntrace "t" limit 3\n', { limit }, { t: TRACE });
      while (run.end === null) run.fast(1000, null);
      return statistics(run.machine).accesses.total;
    };
    assert.deepEqual([await total(2), await total(100)], [2, 3]);
  });

  it('may be missing, which is said with the file', async () => {
    await assert.rejects(loadText('process p\ntrace "none"\n'), {
      kind: 'unreadable',
      message: 'none: there is no such file',
    });
  });
});

describe('loading', () => {
  it('refuses what the machine block gets wrong, as it refuses wrong statements', async () => {
    await assert.rejects(loadText('machine {\n  tables reclaim pressure\n}\n'), /test\.ptscen:2:3: PTS051/);
    await assert.rejects(loadText('machine {\n  dtlb 4K 65x4\n}\n'), /test\.ptscen:2:11: PTS/);
    await assert.rejects(
      loadText('process p\nread 0x8000_0000_0000_0000\n'),
      /PTS030/,
      'addresses are checked for the scheme',
    );
  });

  it('gives let names the values of arguments', async () => {
    const { run } = await loadText('let n = 1\nexpect n == 2KiB + 1\n', { arguments: { n: '2KiB + 1' } });
    run.fast(10, null);
    assert.equal(run.passed, 1);
    await assert.rejects(loadText('let n = 1\n', { arguments: { n: '2 +' } }), { kind: 'setting' });
    await assert.rejects(loadText('let n = 1\n', { arguments: { n: 'heap' } }), { kind: 'setting' });
  });

  it('lets overrides change the machine of the file, the last one last', async () => {
    const { config } = await loadText('machine {\n  preset classroom\n}\n', {
      overrides: ['dtlb=4K 8x2', 'seed=5', 'dtlb=4K 16x2'],
    });
    assert.deepEqual([config.tlb.dtlb[0].entries, config.seed, config.preset], [16, 5, 'classroom']);
  });

  it('never throws anything but a LoadError for the bytes of a file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, scenario) => {
        const name = scenario ? 'x.ptscen' : 'x';
        const error: unknown = await loadRun(name, memoryHost({ [name]: bytes })).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) assert.ok(error instanceof LoadError, inspect(error));
      }),
      { numRuns: 300 },
    );
  });
});

describe('fast running', () => {
  it('stops before a statement that is marked, but not at the one where it begins', async () => {
    const run = await runOf(...HEAP, 'write heap step 4KiB', 'print "a"', 'print "b"');
    const stops = new Uint8Array(run.program.statements.length);
    stops[2] = 1;
    stops[4] = 1;
    assert.equal(run.fast(1000, stops), 2);
    assert.equal(run.fast(1000, stops), 1, 'each access of a marked statement counts');
    stops[2] = 0;
    run.fast(1000, stops);
    assert.equal(run.statementId, 4);
    run.fast(1000, stops);
    assert.deepEqual(run.end, { kind: 'finished' });
  });

  it('stops behind the tick in which something armed was seen, and counts the same as without', async () => {
    const armed = await runOf(...HEAP, 'write heap step 1KiB');
    const plain = await runOf(...HEAP, 'write heap step 1KiB');
    armed.machine.probe.armed = 1;
    const seen: number[] = [];
    while (armed.end === null) {
      armed.fast(1000, null);
      if (armed.machine.probe.fired !== 0) seen.push(armed.machine.probe.counters[Counter.Writes]);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 16 }, (_, i) => 4 * i + 1),
    );
    while (plain.end === null) plain.fast(1000, null);
    assert.equal(armed.stateHash(), plain.stateHash());
  });
});
