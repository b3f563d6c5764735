import assert from 'node:assert/strict';
import { analyse } from '../../../src/scenario/language/analysis';
import { STATEMENTS } from '../../../src/scenario/language/statements';
import { ALL_STATEMENTS, briefs, codesAfterPrelude, FIRST_FILE, PRELUDE } from './support';

/** A line behind a process and the region `heap`, and the codes that it must give. */
const LINES: [string, string[]][] = [
  // Names
  ['read haep', ['PTS020']],
  ['read heap.begin', ['PTS021']],
  ['expect stats.tlb.l1.hits > 0', ['PTS021']],
  ['expect stats.walks.referencesByLevel.PTE > 0', []],
  ['expect stats.walkCaches.PMD.hits > stats.tables.byLevel.PUD', []],
  ['let heap = 3', ['PTS022']],
  ['process heap', ['PTS022']],
  ['let fault = 3', ['PTS023']],
  ['for stats in heap step 4K { }', ['PTS023']],
  ['switch q', ['PTS020']],
  ['switch heap', ['PTS025']],
  ['munmap heap\nmmap heap 4K rw anon', []],
  ['munmap heap\nexpect fails read heap with fault == SIGSEGV', []],
  ['repeat 2 {\nlet x = 3\nread x\n}\nread x', ['PTS020']],
  ['for a in heap step 4K { read a }\nread a', ['PTS020']],
  ['let x = x', ['PTS020']],
  ['mmap x 4KB rw anon\nread x', ['PTS002']],
  ['for a in heap stp 4K {\nread a\n}', ['PTS006']],
  // Kinds
  ['expect fault', ['PTS025']],
  ['expect fault == minor', []],
  ['expect fault != none && access.walk == none', []],
  ['expect fault == fatal || fault.kind == SIGBUS || fault == "GP"', []],
  ['expect access.kind == write', []],
  ['expect fault == 3', ['PTS025']],
  ['expect fault < minor', ['PTS025', 'PTS025']],
  ['expect pte(heap).present', []],
  ['expect pmd(heap) == none || pmd(heap) == 0x1000', []],
  ['expect walk(heap).result == mapped && walk(heap).pa != none', []],
  ['expect walk(heap).levels == 3 && walk(heap).levels.PMD.huge', []],
  ['expect tlb(heap).hit && tlb(heap).level == "STLB"', []],
  ['expect tlb(heap).level == 2', ['PTS025']],
  ['expect stats.kernel.byFunction.handle_mm_fault.calls == 1', []],
  ['expect ecpt', ['PTS025']],
  ['expect pte(heap).rw == 1', []],
  ['expect stats.faults.minor', []],
  ['expect "a" + heap', ['PTS025']],
  ['expect !"a"', ['PTS025']],
  ['expect access.va in heap', []],
  ['expect access.va in heap .. heap+4K', []],
  ['expect access.va in 4', ['PTS025']],
  ['expect faults[0].address == heap', []],
  ['expect heap[0] == 1', ['PTS025']],
  ['read "heap"', ['PTS025']],
  ['read p', ['PTS025']],
  ['munmap 0x1000', ['PTS025']],
  ['expect walk', ['PTS028']],
  ['expect heap(3) == 1', ['PTS028']],
  ['expect walk() == none', ['PTS026']],
  ['expect phys(1, 2)', ['PTS026']],
  ['expect 0.5 > heap', ['PTS002']],
  ['expect ecpt.way(4KiB, 1).used == 0', []],
  ['expect ecpt.way(4KiB).used == 0', ['PTS026']],
  ['expect ecpt.way == none', ['PTS028']],
  ['set ecpt.batches = 3', []],
  ['set ecpt.resizes = 3', ['PTS027']],
  ['demote 0xffff_8880_0000_0000 for 2MiB as kernel', []],
  ['set pte(heap).rw = 0', []],
  ['set pte(heap).folded = 0', ['PTS027']],
  ['set cr3 = 0', []],
  ['set phys(0x1000) = pte(heap).raw', []],
  ['set heap = 3', ['PTS027']],
  ['set fault = 3', ['PTS027']],
  // Addresses and values
  ['read 0x8000_0000_0000', ['PTS030']],
  ['read 0x0000_8000_0000_0000 as kernel', ['PTS030']],
  ['expect fails read 0x8000_0000_0000 with fault == GP', []],
  ['invlpg 0x8000_0000_0000_0000', ['PTS030']],
  ['expect walk(0x8000_0000_0000_0000).refs == 0', ['PTS030']],
  ['read 0x7fff_ffff_efff', []],
  ['read 0x7fff_ffff_f000', ['PTS031']],
  ['read 0xffff_8880_0000_0000', ['PTS031']],
  ['read 0xffff_8880_0000_0000 as kernel', []],
  ['mmap m 4K rw anon at 0x7fff_ffff_e000', []],
  ['mmap m 8K rw anon at 0x7fff_ffff_e000', ['PTS031']],
  ['mmap m 4K rw anon at 0xffff_8880_0000_0000', ['PTS031']],
  ['mmap m 4097 rw anon', ['PTS012']],
  ['mmap m 4K rw anon at 0x1001', ['PTS012']],
  ['munmap heap+1 for 4K', ['PTS012']],
  ['munmap heap for 4097', ['PTS012']],
  ['read heap+1 for 5 step 1', []],
  ['mmap m 0 rw anon', ['PTS034']],
  ['mmap m 4K rw anon at heap', ['PTS032']],
  ['mmap m 4K rw anon at heap.end', []],
  ['mmap m 4K rw anon at heap.end-4096', ['PTS032']],
  ['mmap m 8K rw anon at heap-4096', ['PTS032']],
  ['munmap heap\nmmap m 4K rw anon at 0x5555_5540_0000', []],
  ['munmap heap for 4K\nmmap m 4K rw anon at 0x5555_5540_0000', []],
  ['munmap heap for 4K\nmmap m 8K rw anon at 0x5555_5540_0000', ['PTS032']],
  ['process q\nmmap m 4K rw anon at 0x5555_5540_0000', []],
  ['process q\nswitch p\nmmap m 4K rw anon at 0x5555_5540_0000', ['PTS032']],
  ['if fault == minor { munmap heap }\nmmap m 4K rw anon at 0x5555_5540_0000', []],
  ['if fault == minor { process q }\nmmap m 4K rw anon at 0x5555_5540_0000', []],
  ['read heap .. heap step 4K', ['PTS033']],
  ['read heap+4K .. heap step 4K', ['PTS033']],
  ['read heap for 0 step 4K', ['PTS033']],
  ['read heap .. heap+4K', ['PTS006']],
  ['read heap step 0', ['PTS034']],
  ['read heap random 0', ['PTS034']],
  ['read heap size 0', ['PTS034']],
  ['read heap size 64', []],
  ['expect heap / (3 - 3) == 0', ['PTS035']],
  ['expect 1 == 1', ['PTS036']],
  ['expect heap.size == 64MiB', ['PTS036']],
  ['if 1 { read heap }', []],
  // Structure
  ['machine { }', ['PTS040']],
  ['repeat 2 { machine { } }', ['PTS040']],
  ['expect fails print "x"', ['PTS060']],
  ['mmap a 64KiB rw anon at 0x10_0000\nmremap a to 16KiB\nmmap b 4KiB r anon at 0x10_4000', []],
  ['mmap a 64KiB rw anon at 0x10_0000\nmremap a to 64KiB at 0x20_0000\nmmap b 4KiB r anon at 0x10_0000', []],
  ['mmap a 4KiB rw anon at 0x10_0000\nexit\nmmap b 4KiB r anon at 0x10_0000', []],
  ['mmap a 4KiB rw anon at 0x10_0000\nif tick == 3 {\nmremap a to 8KiB\n}\nmmap b 4KiB r anon at a', []],
  ['expect fails promote heap', []],
  ['expect fails migrate heap node 3 with stats.migrated == 0', []],
  ['expect fails khugepaged', ['PTS060']],
  ['on cpu 0 {\nread heap\n}', ['PTS061']],
  ['parallel {\non cpu 0 {\nread heap\n}\n}', ['PTS050']],
  ['repeat 2 { include "x" }', ['PTS061']],
  ['test "t" { process q\nread heap }', ['PTS020']],
  ['test "t" { read 4096 }', ['PTS024']],
  // Not yet
  ['hotunplug 0 .. 128MiB', ['PTS050']],
  ['reclaim tables', ['PTS050']],
  ['fork q\nswitch q', []],
  ['mmap m 4K rw file "x" stack', []],
  ['read heap zipf 10 theta 0.99', []],
  ['read heap zipf 10 theta 10.5', ['PTS034']],
  ['read heap zipf 10 theta 11', ['PTS034']],
  ['read heap zipf 10 theta -1', ['PTS034']],
  ['read heap chase 10', []],
  ['read heap random 10 seed 3', []],
];

describe('the checker', () => {
  for (const [line, codes] of LINES) {
    const what = codes.length === 0 ? 'accepts' : `answers ${codes.join(' ')} to`;
    it(`${what} \`${line.replace(/\n/g, ' ⏎ ')}\``, () => assert.deepEqual(codesAfterPrelude(line), codes));
  }

  it('points at exactly what is wrong', () => {
    assert.deepEqual(briefs(PRELUDE + 'expect walk(haep).refs == 3'), ['3:12-16 PTS020']);
    assert.deepEqual(briefs(PRELUDE + 'print "x {stats.tlb.l1.hits}"'), ['3:20-22 PTS021']);
    assert.deepEqual(briefs(PRELUDE + '  hotunplug 0 .. 4KiB'), ['3:2-11 PTS050']);
    assert.deepEqual(briefs(PRELUDE + 'read heap step 2*0'), ['3:15-18 PTS034']);
  });

  it('names the nearest spelling and offers it', () => {
    const [found] = analyse(PRELUDE + 'expect fautl == minor').diagnostics;
    assert.match(found.message, /Did you mean `fault`\?/);
    assert.deepEqual(
      found.fixes?.[0].edits.map(({ newText }) => newText),
      ['fault'],
    );
  });

  it('rounds a size up and an address down to a page, in the writer’s notation', () => {
    const texts = (line: string): (string | undefined)[] =>
      analyse(PRELUDE + line).diagnostics.map(({ fixes }) => fixes?.[0].edits[0].newText);
    assert.deepEqual(texts('mmap m 5000 rw anon at 0x1_2345'), ['8KiB', '0x1_2000']);
    assert.deepEqual(texts('let n = 100\nmmap m n*50 rw anon'), ['8KiB']);
  });

  it('applies its own quick fixes to good effect', () => {
    const text = 'mmap m 5000 rw anon at 0x1_2345\nread mm';
    let fixed = text;
    for (;;) {
      const fix = analyse(fixed).diagnostics.find(({ fixes }) => fixes)?.fixes?.[0];
      if (!fix) break;
      const lines = fixed.split('\n');
      for (const { range, newText } of fix.edits) {
        const line = lines[range.start.line];
        lines[range.start.line] = line.slice(0, range.start.column) + newText + line.slice(range.end.column);
      }
      fixed = lines.join('\n');
    }
    assert.deepEqual(
      briefs(fixed).filter((found) => found.includes('PTS012') || found.includes('PTS024')),
      [],
    );
  });

  it('demands a process once, and offers to insert it', () => {
    const { diagnostics } = analyse('mmap a 4K rw anon\nread a\n  write a');
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['PTS024'],
    );
    assert.deepEqual(diagnostics[0].fixes?.[0].edits[0].newText, 'process main\n');
  });

  it('says nothing of the first file', () => {
    assert.deepEqual(briefs(FIRST_FILE), []);
  });

  it('says that a statement is not available exactly where the table says so', () => {
    const { diagnostics } = analyse(ALL_STATEMENTS);
    const lines = ALL_STATEMENTS.split('\n');
    const reported = new Set(
      diagnostics
        .filter(({ code, message }) => code === 'PTS050' && !message.includes('…'))
        .map(
          ({ range }) => /`(.*?)`/.exec(lines[range.start.line])?.[1] ?? lines[range.start.line].trim().split(' ')[0],
        ),
    );
    const expected = STATEMENTS.filter(({ supported }) => !supported).map(({ name }) => name.split(' ')[0]);
    assert.deepEqual([...reported].sort(), expected.sort());
  });

  it('stops reporting when a text is no scenario', () => {
    assert.ok(analyse('x\n'.repeat(20_000)).diagnostics.length <= 2000);
  });
});
