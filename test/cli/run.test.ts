import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example, ptscope, runJson, temporaryFolder, traceFixture } from './support';

describe('ptscope run', () => {
  const folder = temporaryFolder();
  const scenario = (...lines: string[]): string => folder.file('a.ptscen', ['process p', ...lines].join('\n') + '\n');

  it('prints what the scenario prints, then a summary, and ends with 0 if all held', async () => {
    const file = scenario(
      'mmap heap 1MiB rw anon',
      'write heap',
      'expect fault == minor',
      'print "refs {walk(heap).refs}"',
    );
    const { code, out, err } = await ptscope(['run', file]);
    assert.equal(code, 0, err);
    assert.match(out, /^refs 4\n/);
    for (const row of [
      /^accesses +1 \(reads 0, writes 1, execs 0\)$/m,
      /^page faults +1 \(minor 1\)$/m,
      /^walks +1, 4\.00/m,
      /^page tables +16 KiB in 4 tables \(PGD 1, PUD 1, PMD 1, PTE 1\)$/m,
      /^expects +1 passed, 0 failed$/m,
      /^end +finished after 5 ticks$/m,
    ])
      assert.match(out, row);
    assert.equal(err, '');
  });

  it('ends with 1 if an expectation failed, and says which and why', async () => {
    const file = scenario('mmap heap 4KiB rw anon', 'write heap', 'expect walk(heap).refs == 3, "folded?"');
    const { code, out } = await ptscope(['run', file]);
    assert.equal(code, 1);
    assert.match(out, /a\.ptscen:4: failed: expect walk\(heap\)\.refs == 3, "folded\?": 4 == 3 does not hold/);
    const { expects } = await runJson(file);
    assert.deepEqual(expects, {
      passed: 0,
      failed: [
        {
          line: 4,
          text: 'expect walk(heap).refs == 3, "folded?"',
          message: 'folded?',
          actual: '4 == 3 does not hold',
          tick: 3,
          compared: { actual: '4', operator: '==', expected: '3' },
        },
      ],
    });
  });

  it('ends with 3 at a fatal fault that nobody expected', async () => {
    const { code, out } = await ptscope(['run', scenario('read 0x5000')]);
    assert.equal(code, 3);
    assert.match(out, /a\.ptscen:2: SIGSEGV at 0x5000/);
    assert.match(out, /^end +SIGSEGV in line 2/m);
  });

  it('ends with 2 at an error that only running finds', async () => {
    const file = scenario('mmap a 4KiB rw anon', 'let zero = a - a', 'print "{1 / zero}"');
    const { code, out } = await ptscope(['run', file]);
    assert.equal(code, 2);
    assert.match(out, /a\.ptscen:4: division by zero/);
  });

  it('gives one JSON object with all parts that the scheme has, and the prints in it', async () => {
    const file = scenario('mmap heap 1MiB rw anon', 'write heap step 4KiB', 'print "done"');
    const report = await runJson(file);
    const { program, scheme, ticks, accesses, prints, end, tables, stateHash } = report;
    assert.deepEqual(
      { program, scheme, ticks, prints, end },
      {
        program: file,
        scheme: 'radix',
        ticks: 259,
        prints: [{ line: 4, text: 'done' }],
        end: { kind: 'finished' },
      },
    );
    assert.deepEqual(accesses, { total: 256, reads: 0, writes: 256, execs: 0, translations: 256 });
    assert.deepEqual(tables, {
      bytes: 16384,
      count: 4,
      byLevel: { PGD: 1, PUD: 1, PMD: 1, PTE: 1 },
      kernel: 4,
      flattened: 0,
      fallbacks: 0,
      slots: { total: 2048, wasted: 2048 - 259 },
    });
    assert.match(stateHash, /^[0-9a-f]{16}$/);
    const keys = [
      'program',
      'scheme',
      'machine',
      'ticks',
      'seconds',
      'accesses',
      'faults',
      'tlb',
      'walks',
      'walkCaches',
      'tables',
      'kernel',
      'cycles',
      'instructionsPerCycle',
      'expects',
      'stateHash',
    ];
    for (const key of keys) assert.ok(key in report, key);
    assert.ok(!('ecpt' in report), 'radix has no ecpt part');
  });

  it('gives equal state hashes for equal runs, and other ones for others', async () => {
    const [a, b, c] = await Promise.all([
      runJson(example('01-first-fault.ptscen')),
      runJson(example('01-first-fault.ptscen')),
      runJson(example('01-first-fault.ptscen'), '--set', 'stlb=64x4'),
    ]);
    assert.equal(a.stateHash, b.stateHash);
    assert.notEqual(a.stateHash, c.stateHash);
  });

  it('says nothing with --quiet but what went wrong', async () => {
    assert.equal((await ptscope(['run', scenario('print "hello"'), '--quiet'])).out, '');
    const { out } = await ptscope(['run', scenario('print "hello"', 'expect tick == 0'), '--quiet']);
    assert.match(out, /^\S+a\.ptscen:3: failed: expect tick == 0: 2 == 0 does not hold\n$/);
  });

  it('writes the result to --output, the prints included, and nothing to standard output', async () => {
    const { code, out } = await ptscope(['run', scenario('print "hello"'), '--output', folder.path('out.txt')]);
    assert.deepEqual([code, out], [0, '']);
    assert.match(readFileSync(folder.path('out.txt'), 'utf8'), /^hello\naccesses/);
  });

  it('writes folded stacks that add up to the instructions of the kernel', async () => {
    const { kernel } = await runJson(traceFixture('ls-5000.lackey'), '--stacks', folder.path('stacks'));
    const lines = readFileSync(folder.path('stacks'), 'utf8').trimEnd().split('\n');
    assert.ok(
      lines.some((line) => /^page_fault;kernel;handle_mm_fault \d+$/.test(line)),
      lines[0],
    );
    assert.ok(lines.some((line) => /^page_fault;emt_basic;tdb_update_tobj \d+$/.test(line)));
    const sum = lines.reduce((n, line) => n + Number(line.split(' ')[1]), 0);
    assert.equal(sum, kernel.instructions);
  });

  it('charges kernel work to who asked for it: the access, the system call, the kernel itself', async () => {
    const file = scenario(
      'mmap heap 4MiB rw anon at 0x4000_0000 populate',
      'fork child',
      'write heap step 64KiB',
      'madvise heap + 2MiB for 2MiB collapse',
      'swapout heap for 256KiB',
      'read heap step 4KiB',
      'reclaim 100',
      'demote heap',
      'promote heap',
      'iterate heap',
      'exit child',
      'munmap heap',
      'expect stats.faults.cow > 0 && stats.faults.major > 0 && stats.huge.collapsed > 0',
    );
    const report = await runJson(file, '--set', 'swap=64MiB', '--stacks', folder.path('stacks'));
    assert.deepEqual([report.end.kind, report.expects.failed], ['finished', []]);
    const classesOf = (name: string): string[] =>
      readFileSync(folder.path('stacks'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(`;${name} `))
        .map((line) => line.split(';')[0]);
    const expected: Record<string, string[]> = {
      do_wp_page: ['page_fault'],
      // A collapse brings in what was swapped out.
      do_swap_page: ['page_fault', 'other'],
      mm_populate: ['system_call'],
      copy_page_range: ['system_call'],
      exit_mmap: ['system_call'],
      unmap_vmas: ['system_call'],
      // `madvise … collapse` is a system call, `promote` is work of the kernel's own.
      collapse_huge_page: ['system_call', 'other'],
      try_to_unmap: ['other'],
      shrink_node: ['other'],
      split_huge_page: ['other'],
      tobj_iter_init: ['system_call', 'other'],
      tdb_find_tobj: ['page_fault', 'system_call', 'other'],
    };
    for (const [name, classes] of Object.entries(expected)) assert.deepEqual(classesOf(name), classes, name);
    const { byClass, instructions } = report.kernel;
    assert.equal(byClass.pageFault + byClass.systemCall + byClass.timer + byClass.other, instructions);
    assert.equal(byClass.timer, 0, 'nothing is driven by the clock yet');
  });

  it('stops after --limit accesses, in a trace and in a scenario', async () => {
    const trace = await runJson(traceFixture('ls-5000.lackey'), '--limit', '1_000');
    assert.deepEqual([trace.accesses.total, trace.end.kind], [1000, 'finished']);
    const file = scenario('mmap heap 1MiB rw anon', 'write heap step 4KiB', 'read heap', 'expect tick == 0');
    const limited = await runJson(file, '--limit', '100');
    assert.deepEqual([limited.accesses.total, limited.end.kind, limited.expects.failed], [100, 'limit', []]);
    assert.equal((await ptscope(['run', file, '--limit', '100'])).code, 0);
    assert.equal((await runJson(traceFixture('hand.lackey'), '--limit', '0')).accesses.total, 0);
  });

  it('says that a last line of a trace was cut short', async () => {
    const file = folder.file('cut.lackey', ' L 1000,8\n L 20');
    const { notes } = await runJson(file);
    assert.equal(notes.length, 1);
    assert.match((await ptscope(['run', file])).out, /cut\.lackey/);
  });
});

describe('ptscope run --first-fault', () => {
  it('prints the listing of the first page fault under its file and line, and stops there', async () => {
    const file = example('01-first-fault.ptscen');
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((l) => l.startsWith('write heap')) + 1;
    const { code, out } = await ptscope(['run', file, '--first-fault']);
    assert.equal(code, 0);
    const lines = out.split('\n');
    assert.ok(lines[0].startsWith(`${file}:${line}: the first page fault`), lines[0]);
    assert.equal(lines[2], 'write heap');
    const inOrder = [
      'translate 0x5555_5540_0000 (heap+0x0)',
      'STLB: ',
      'read PGD[170]',
      '#PF error code 0x6 (W U)',
      'handle_mm_fault(',
      'tdb_update_tobj(',
      'again: translate',
      'read PTE[0]',
      'is at 0x',
    ];
    let at = 0;
    for (const text of inOrder) {
      at = lines.findIndex((l, i) => i >= at && l.includes(text));
      assert.ok(at >= 0, `${text} comes in this order`);
    }
    assert.ok(!out.includes('accesses'), 'there is no summary');
  });

  it('names the line of the trace if a trace is run by itself', async () => {
    const { out } = await ptscope(['run', traceFixture('hand.lackey'), '--set', 'instructions=off', '--first-fault']);
    assert.match(out, /hand\.lackey:3: the first page fault/);
  });

  it('says so if there is none', async () => {
    const folderless = example('no-such.ptscen');
    const files = { readText: () => Promise.resolve('process p\nprint "no fault here"\n') };
    const { code, out } = await ptscope(['run', folderless, '--first-fault'], { files: files as never });
    assert.deepEqual([code, out], [0, `${folderless}: no page fault in 2 ticks\n`]);
  });

  it('does not take a general-protection fault or a populated page for a page fault', async () => {
    const text =
      'process p\nmmap a 64KiB rw anon populate\nexpect fails read 0x8000_0000_0000_0000\nmmap b 4KiB rw anon\nread b\n';
    const files = { readText: () => Promise.resolve(text) };
    const { out } = await ptscope(['run', 'x.ptscen', '--first-fault', '--format', 'json'], { files: files as never });
    assert.equal((JSON.parse(out) as { fault: { place: string } }).fault.place, 'x.ptscen:5');
  });
});
