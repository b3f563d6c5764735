/** What a person may do to a machine by hand, and what a scenario may ask for: nothing may corrupt or kill the run. */
import assert from 'node:assert/strict';
import { finish, holds, loadText, runOf } from './support';

const HEAP = [
  'process p',
  'mmap a 64KiB rw anon at 0x1000_0000',
  'mmap b 64KiB rw anon at 0x2000_0000',
  'write a',
  'write b',
];

describe('an entry that points where it should not', () => {
  it('does not let munmap free a table', async () => {
    const { run } = await finish(
      ...HEAP,
      'set pte(a).pfn = cr3 >> 12',
      'munmap a',
      'mmap c 64KiB rw anon at 0x80_0000_0000',
      'write c',
    );
    assert.equal(run.end?.kind, 'finished');
    const saved = run.save();
    run.load(saved);
  });

  it('does not let munmap free the root through an upper entry', async () => {
    const { run } = await finish(...HEAP, 'set pud(a).pfn = cr3 >> 12', 'munmap a', 'write b', 'munmap b');
    assert.equal(run.end?.kind, 'finished');
    run.load(run.save());
  });

  it('does not free a frame that another mapping owns', async () => {
    await holds(
      ...HEAP,
      'let frame = pte(b).pfn',
      'set pte(a).pfn = frame',
      'munmap a',
      'mmap c 64KiB rw anon',
      'write c',
      'expect pte(c).pfn != frame',
      'expect pte(b).pfn == frame',
    );
  });

  it('behind the end of memory is refused', async () => {
    const { run } = await finish(...HEAP, 'set pud(a).pfn = 0x3_ffff_ffff', 'set pmd(a).raw = 1');
    assert.equal(run.end?.kind, 'error');
    assert.match(run.end?.kind === 'error' ? run.end.text : '', /end of memory/);
  });

  it('and is not present at an upper level is a bus error, not a mapping to be mended', async () => {
    await holds(...HEAP, 'set pmd(a).present = 0', 'flush tlb', 'expect fails read a with fault == SIGBUS');
  });

  it('of a stale huge page does not make a fault loop', async () => {
    await holds(
      ...HEAP,
      'read a+20KiB',
      'set pte(a+20KiB).rw = 0',
      'invlpg a+20KiB',
      'read a+20KiB',
      'set pmd(a).raw = 0x4000e7',
      'write a+20KiB',
      'expect fault != fatal',
    );
  });
});

describe('memory that was poked while it was free', () => {
  it('reads as zero once it is a table', async () => {
    await holds(
      'process p',
      'mmap a 16KiB rw anon at 0x1000_0000',
      'set phys(0x104008) = 0x200067',
      'write a',
      'read a+4096',
      'expect fault == minor',
    );
  });

  it('reads as zero once it is a page', async () => {
    await holds(
      'process p',
      'mmap a 16KiB rw anon at 0x1000_0000',
      'set phys(0x101000) = 0xdead',
      'write a',
      'expect phys(0x101000) == 0',
    );
  });
});

describe('a page fault', () => {
  it('drops the TLB entry that it was raised by: the access goes where the new entry says', async () => {
    await holds(
      'process p',
      'mmap a 4KiB rw anon',
      'read a',
      'set pte(a).raw = 0',
      'write a',
      'expect fault == minor',
      'expect access.pa == tobj(a).pa',
    );
  });

  it('that comes again and again is given up once, as one fatal fault', async () => {
    const faults = await finish(
      'process p',
      'mmap a 64KiB rw anon',
      'read a',
      'set pmd(a).rw = 0',
      'flush tlb',
      'expect fails write a',
      'print "{stats.faults.total} {stats.faults.fatal}"',
    );
    assert.deepEqual(faults.prints, ['9 1']);
  });
});

describe('populate', () => {
  it('leaves memory alone that the area forbids', async () => {
    await holds(
      'process p',
      'mmap a 16KiB none anon populate',
      'expect mm.rss == 0',
      'expect fails read a with fault == SIGSEGV',
    );
  });
});

describe('control registers', () => {
  it('drop everything when PGE changes', async () => {
    await holds(
      'process p',
      'mmap a 4KiB rw anon',
      'write a',
      'expect tlb(a).hit',
      'set cr4 = cr4 & ~0x80',
      'expect !tlb(a).hit',
    );
  });

  it('do not let paging be switched off', async () => {
    const { run } = await finish('process p', 'set cr0 = 1');
    assert.equal(run.end?.kind, 'error');
  });
});

describe('expect fails of a system call', () => {
  it('also asks its condition', async () => {
    const { run } = await finish(
      'process p',
      'mmap w 4KiB rw anon',
      'let place = w.start',
      'expect fails mmap c 4KiB rw anon at place with 1 == 2',
    );
    assert.equal(run.failed.length, 1);
  });
});

describe('a pattern', () => {
  it('stays inside its range to the last byte', async () => {
    await holds('process p', 'mmap a 4KiB rw anon', 'read a step 1', 'expect stats.accesses.reads == 4089');
  });

  it('has one access size, whether it runs fast or step by step', async () => {
    const lines = [...HEAP, 'read a .. a+32KiB step 100 size 1 + (tick % 2) * 4000'];
    const fast = await finish(...lines);
    const stepped = await runOf(...lines);
    while (stepped.end === null) stepped.step();
    assert.equal(stepped.stateHash(), fast.run.stateHash());
  });
});

describe('a constant', () => {
  it('is data: an object must be bound by one of its members', async () => {
    const { run } = await finish('process p', 'mmap a 4KiB rw anon', 'write a', 'let m = mm');
    assert.match(run.end?.kind === 'error' ? run.end.text : '', /bind one of its members/);
    await holds(
      'process p',
      'mmap a 4KiB rw anon',
      'let before = mm.rss',
      'write a',
      'expect before == 0 && mm.rss == 1',
    );
  });

  it('is not found among what every object has', async () => {
    const { run } = await finish('process p', 'print "{1}"');
    for (const name of ['toString', 'constructor', '__proto__']) assert.equal(run.environment.name(name), undefined);
  });
});

describe('a statement without a process', () => {
  it('ends the run with a sentence', async () => {
    const { run } = await finish('repeat 0 {', '  process p', '}', 'read 0x1000');
    assert.match(run.end?.kind === 'error' ? run.end.text : '', /process/);
  });
});

describe('a loop that does nothing for long', () => {
  it('goes on, and no tick of it is long', async () => {
    const { run, prints } = await finish(
      'process p',
      'mmap a 1GiB rw anon',
      'write a+512MiB',
      'for x in a step 16KiB {',
      '  if tobj(x).dirty {',
      '    print "{x - a}"',
      '  }',
      '}',
      'print "end"',
    );
    assert.deepEqual(prints, [`${512 * 2 ** 20}`, 'end']);
    assert.ok(run.tick > 50, `${run.tick} ticks`);
  });
});

describe('a trace of many scattered pages', () => {
  it('starts at once', async () => {
    let text = '';
    for (let i = 0; i < 20_000; i++) text += ` L ${(0x1000_0000 + i * 409_600).toString(16)},1\n`;
    const { run } = await loadText('process p\ntrace "wide.lackey"\n', {}, { 'wide.lackey': text });
    run.step();
    run.step();
    assert.equal(run.machine.kernel.current?.vmas.length, 20_000);
  });
});
