import assert from 'node:assert/strict';
import type { Position } from '../../../src/scenario/language/ast';
import { complete, definition, documentSymbols, foldingRanges, hover } from '../../../src/scenario/language/services';
import { splitAddress } from '../../../src/scenario/language/addressSplit';
import { RADIX4 } from '../../../src/machine/paging/radix/format';

/** A text whose `|` is the cursor. */
function withCursor(marked: string): [string, Position] {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return [marked.replace('|', ''), { line: before.length - 1, column: before[before.length - 1].length }];
}
const labels = (marked: string): string[] => complete(...withCursor(marked)).map(({ label }) => label);
const shown = (marked: string): string => hover(...withCursor(marked))?.markdown ?? '';

const HEAD = 'process redis\nlet base = 0x5555_5540_0000\nmmap heap 64MiB rw anon at base\n';

describe('completion', () => {
  const OFFERS: [string, string[], string[]][] = [
    ['|', ['process', 'mmap', 'machine', 'expect fails'], ['hotunplug', 'heap', 'fault']],
    ['wr|', ['write'], ['fault']],
    ['repeat 3 { |', ['read'], ['preset']],
    ['machine {\n  |\n}', ['preset', 'dtlb', 'pwc', 'cache', 'walker'], ['mmap', 'tables']],
    ['machine {\n  preset |\n}', ['skylake', 'classroom'], ['dtlb']],
    ['machine {\n  scheme |\n}', ['radix', 'nested'], []],
    ['machine {\n  stlb inclusive |\n}', ['strict', 'fill'], []],
    ['machine {\n  cost handle|\n}', ['handle_mm_fault', 'table_read'], []],
    [HEAD + 'write |', ['heap', 'base', 'size', 'as', 'zipf'], ['print', 'frob']],
    [HEAD + 'expect |', ['fault', 'walk', 'heap', 'fails'], []],
    [HEAD + 'expect fails |', ['read', 'write', 'munmap'], ['print', 'expect']],
    [HEAD + 'expect walk(heap).|', ['refs', 'cycles'], ['fault']],
    [HEAD + 'expect fault == minor && pte(heap + 4).r|', ['raw', 'rw'], []],
    [HEAD + 'expect stats.tlb.|', ['l1d', 'stlb'], ['hits']],
    [HEAD + 'expect heap.|', ['start', 'end', 'size'], []],
    [HEAD + 'print "refs {walk(heap).|', ['refs'], []],
    [HEAD + 'switch |', ['redis'], ['heap', 'fault']],
  ];
  for (const [text, offered, withheld] of OFFERS) {
    it(`at \`${text.split('\n').slice(-2).join(' ⏎ ')}\` offers ${offered.join(', ')}`, () => {
      const found = labels(text);
      assert.deepEqual(
        offered.filter((label) => !found.includes(label)),
        [],
      );
      assert.deepEqual(
        withheld.filter((label) => found.includes(label)),
        [],
      );
    });
  }

  it('offers nothing in comments, strings, numbers, and where a name is invented', () => {
    for (const text of ['read 1 # wr|', 'print "wr|"', 'print "wr|', 'mmap |', 'let |', 'read 12|'])
      assert.deepEqual(labels(text), [], text);
  });

  it('replaces the word that is being written', () => {
    const [first] = complete(...withCursor('  wri|'));
    assert.deepEqual(first.range, { start: { line: 0, column: 2 }, end: { line: 0, column: 5 } });
  });

  it('does not know a name before it is bound', () =>
    assert.ok(!labels('write |\nmmap later 4K rw anon').includes('later')));
});

describe('hover', () => {
  const SAYS: [string, RegExp[]][] = [
    ['wri|te 0x1000', [/write ADDR/, /Example/]],
    ['hotun|plug 0 .. 4KiB', [/Not available/]],
    ['expect fa|ils read 3', [/must fault fatally/]],
    ['machine {\n  pre|set classroom\n}', [/preset NAME/, /skylake/]],
    ['machine {\n  preset zen4\n  dtlb 4K 64|x4\n}', [/ENTRIESxWAYS/, /72xfull/, /zen4/]],
    ['machine {\n  wal|ker l1\n}', [/walker l1\|l2/, /Where table reads enter/]],
    ['machine {\n  tables recl|aim off\n}', [/Not available/]],
    ['read 0x5555_55|40_0000', [/PGD \| PUD \| PMD \| PTE \| offset/, /\| 170 \| 341 \| 170 \| 0 \| 0x0 \|/, /47:39/]],
    [HEAD + 'write he|ap+0x1010', [/region of 64MiB/, /\| 170 \| 341 \| 170 \| 1 \| 0x10 \|/]],
    [HEAD + 'write heap+0x10|10', [/\| 170 \| 341 \| 170 \| 1 \| 0x10 \|/]],
    [HEAD + 'read ba|se', [/constant = `93824990838784` = `0x5555_5540_0000`/, /PGD/]],
    [
      'process p\nmmap he|ap 64MiB rw anon at 0x5555_5540_0000',
      [/region of 64MiB at `0x5555_5540_0000` of process `p`/, /PGD/],
    ],
    [HEAD + 'expect wal|k(heap).refs == 3', [/walk\(A\)/, /`\.refs`/]],
    [HEAD + 'expect walk(heap).re|fs == 3', [/Table entries read/]],
    [HEAD + 'expect fau|lt == minor', [/first fault/]],
    [HEAD + 'print "x {he|ap}"', [/region/]],
    ['let n = 3\nread n*0x100|0_0000', [/805306368/, /PGD/]],
  ];
  for (const [text, patterns] of SAYS) {
    it(`at \`${text.split('\n').at(-1)}\` says ${patterns.join(', ')}`, () => {
      const markdown = shown(text);
      for (const pattern of patterns) assert.match(markdown, pattern);
    });
  }

  it('does not split sizes and small numbers', () => {
    for (const text of ['let a = 64Mi|B', 'let a = 40|96']) assert.doesNotMatch(shown(text), /PGD/);
  });

  it('is silent where there is nothing to say', () => {
    for (const text of ['|', '# comm|ent', 'read 0x1000  |  ']) assert.equal(shown(text), '', text);
  });
});

describe('the address split', () => {
  it('covers all translated bits, root first', () => {
    const fields = splitAddress(0x5555_5540_1234n, RADIX4) ?? [];
    assert.deepEqual(
      fields.map(({ name, value }) => [name, value]),
      [
        ...[
          ['PGD', 170],
          ['PUD', 341],
          ['PMD', 170],
          ['PTE', 1],
          ['offset', 0x234],
        ],
      ],
    );
    assert.deepEqual(
      fields.map(({ highBit, lowBit }) => [highBit, lowBit]),
      [
        [47, 39],
        [38, 30],
        [29, 21],
        [20, 12],
        [11, 0],
      ],
    );
  });

  it('knows both canonical halves and nothing between', () => {
    assert.equal(splitAddress(0xffff_8000_0000_0000n, RADIX4)?.[0].value, 256);
    assert.equal(splitAddress(0x0000_8000_0000_0000n, RADIX4), undefined);
    assert.equal(splitAddress(0xffff_7fff_ffff_ffffn, RADIX4), undefined);
  });
});

describe('symbols, definitions and folding', () => {
  const text = `machine {\n  preset zen4\n}\n# one\n# two\n${HEAD}repeat 2 {\n  for page in heap step 4K {\n    write page\n  }\n}\nmark "end"`;

  it('lists what a file binds, with what is inside', () => {
    assert.deepEqual(
      documentSymbols(text).map(({ kind, name }) => `${kind} ${name}`),
      [...['machine machine', 'process redis', 'constant base', 'region heap', 'block for page', 'mark end']],
    );
  });

  it('finds where a name is bound, from its uses and from itself', () => {
    const place = (marked: string): string | undefined => {
      const range = definition(...withCursor(marked))?.range;
      return range && `${range.start.line}:${range.start.column}-${range.end.column}`;
    };
    assert.equal(place(HEAD + 'write he|ap'), '2:5-9');
    assert.equal(place(HEAD + 'write heap|+3'), '2:5-9');
    assert.equal(place(HEAD.replace('heap', 'he|ap')), '2:5-9');
    assert.equal(place(HEAD + 'switch re|dis'), '0:8-13');
    assert.equal(place(HEAD + 'for p in heap step 4K { read |p }'), '3:4-5');
    assert.equal(place(HEAD + 'expect fa|ult == minor'), undefined);
  });

  it('folds blocks and runs of comments', () => {
    assert.deepEqual(
      foldingRanges(text).map(({ startLine, endLine, kind }) => [startLine, endLine, kind]),
      [
        [0, 1, 'block'],
        [3, 4, 'comment'],
        [8, 11, 'block'],
        [9, 10, 'block'],
      ],
    );
  });
});
