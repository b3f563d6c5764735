/** What the editor knows of a text: signatures, hints, colours, selections, values to show, names to rename. */
import assert from 'node:assert/strict';
import type { Position, Range } from '../../../src/scenario/language/ast';
import { parse } from '../../../src/scenario/language/parser';
import { readSources } from '../../../src/scenario/language/readSources';
import {
  fileReferences,
  inlayHints,
  inlineExpressions,
  occurrencesAt,
  renameProblem,
  selectionRanges,
  semanticTokens,
  signaturesAt,
} from '../../../src/scenario/language/services';
import { singleSource, type Sources } from '../../../src/scenario/language/sources';

/** A text whose `|` is the cursor. */
function withCursor(marked: string): [string, Position] {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return [marked.replace('|', ''), { line: before.length - 1, column: before[before.length - 1].length }];
}

const textIn = (text: string, { start, end }: Range): string => {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column);
  return [lines[0].slice(start.column), ...lines.slice(1)].join('\n');
};

describe('the signature of what is being written', () => {
  const active = (marked: string): string | undefined => {
    const [first] = signaturesAt(...withCursor(marked));
    if (first === undefined) return undefined;
    return first.active < 0 ? 'done' : first.label.slice(...first.parameters[first.active]);
  };
  const CASES: [string, string | undefined][] = [
    ['mmap |', 'NAME'],
    ['mmap heap |', 'SIZE'],
    ['mmap heap 64MiB + |', 'SIZE'],
    ['mmap heap 64MiB |', 'PROT'],
    ['mmap heap 64MiB rw |', 'KIND'],
    ['mmap heap 64MiB rw anon |', '[at ADDR]'],
    ['mmap heap 64MiB rw anon at |', '[at ADDR]'],
    ['mmap heap 64MiB rw anon at 0x1000 |', '[thp|nothp]'],
    ['mmap he|', 'NAME'],
    ['  write heap |', '[size N]'],
    ['read heap step |', 'N'],
    ['madvise heap |', 'ADVICE'],
    ['migrate heap node |', 'N'],
    ['repeat 3 { switch |', 'NAME'],
    ['expect walk(|', 'A'],
    ['expect pte(heap + (4 * |', 'A'],
    ['expect pte(heap + |', 'A'],
    ['machine {\n  memory |\n}', 'SIZE'],
    ['machine {\n  pwc promote |\n}', 'hit'],
    ['# mmap |', undefined],
    ['mm|', undefined],
    ['frob |', undefined],
    ['|', undefined],
  ];
  for (const [text, part] of CASES)
    it(`of \`${text.replace(/\n */g, ' ')}\` is at ${part ?? 'nothing'}`, () => assert.equal(active(text), part));

  it('puts the form first that has the words which are there', () => {
    const forms = signaturesAt(...withCursor('read heap random |'));
    assert.equal(forms.length, 2);
    assert.match(forms[0].label, /random COUNT/);
  });
});

describe('inlay hints', () => {
  const hints = (text: string): string[] => inlayHints(text).map(({ label }) => label);

  it('tell sizes in pages and addresses in table indices', () => {
    assert.deepEqual(hints('process p\nmmap heap 64MiB rw anon at 0x5555_5540_0000\n'), [
      '16,384 pages',
      'PGD 170 · PUD 341 · PMD 170 · PTE 0',
    ]);
    assert.deepEqual(hints('machine {\n  scheme radix 32\n}\nprocess p\nmmap a 4KiB rw anon at 0x40_0000\n'), [
      'PDE 1 · PTE 0'.replace(
        'PDE',
        hints('machine {\n  scheme radix 32\n}\nprocess p\nmmap a 4KiB rw anon at 0\n')[0].split(' ')[0],
      ),
    ]);
  });

  it('tell values of constants and of addresses that are sums', () => {
    const text =
      'let base = 0x40_0000\nlet next = base + 2 * 4KiB\nlet n = 3 * 4\nprocess p\nmmap a 8KiB rw anon at base\nwrite a + 0x10\n';
    assert.deepEqual(hints(text), [
      '= 0x40_2000',
      '= 12',
      '2 pages',
      '0x40_0000 PGD 0 · PUD 0 · PMD 2 · PTE 0',
      '0x40_0010',
    ]);
  });

  it('count accesses and turns, also where the address is not known', () => {
    const text =
      'process p\nmmap a 2MiB rw anon\nread a step 4KiB\nfor x in a for 64KiB step 4KiB {\n  read x\n}\nread a random 5\n';
    assert.deepEqual(hints(text), ['512 pages', '512 accesses', '16 turns']);
  });

  it('keep to the lines that are asked for, and survive what makes no sense', () => {
    const at = { start: { line: 1, column: 0 }, end: { line: 1, column: 9 } };
    assert.equal(inlayHints('let a = 1 + 1\nlet b = a + 1\nlet c = b + 1\n', at).length, 1);
    assert.deepEqual(hints('read nosuch step 0\nfor x in 1 .. 0 step 0 {\n}\nmmap a 1 rw anon at\nlet s = "x"\n'), []);
  });
});

describe('semantic tokens', () => {
  it('know what each name is', () => {
    const text =
      'machine {\n  memory 1GiB\n}\nlet n = 2\nprocess p\nmmap heap 64KiB rw anon\nfor x in heap step 4KiB {\n  write x\n}\n' +
      'expect fault == minor && walk(heap).refs == n\nswitch p\nprint "{heap.size}"\n';
    const found = semanticTokens(text).map(({ range, type, modifiers }) =>
      [textIn(text, range), type, ...modifiers].join(' '),
    );
    assert.deepEqual(found, [
      'memory property',
      'n variable readonly declaration',
      'p namespace declaration',
      'heap variable declaration',
      'x parameter declaration',
      'heap variable',
      'x parameter',
      'fault variable defaultLibrary',
      'minor enumMember defaultLibrary',
      'walk function defaultLibrary',
      'heap variable',
      'refs property',
      'n variable readonly',
      'p namespace',
      'heap variable',
      'size property',
    ]);
  });
});

describe('growing selections', () => {
  it('take in expression, statement, block and file', () => {
    const [text, position] = withCursor('process p\nrepeat 2 {\n  write 0x10|00 + 4\n}\n');
    assert.deepEqual(
      selectionRanges(text, position).map((range) => textIn(text, range)),
      [
        '0x1000',
        '0x1000 + 4',
        'write 0x1000 + 4',
        '{\n  write 0x1000 + 4\n}',
        'repeat 2 {\n  write 0x1000 + 4\n}',
        text,
      ],
    );
  });

  it('hold each other, anywhere in a text', () => {
    const text =
      'machine {\n  dtlb 4K 64x4\n}\nprocess p\nmmap a 4KiB rw anon # b\nif a { print "x {a.size}" } else {\n}\n';
    text.split('\n').forEach((line, number) => {
      for (let column = 0; column <= line.length; column++) {
        const ranges = selectionRanges(text, { line: number, column });
        const sizes = ranges.map((range) => textIn(text, range).length);
        assert.deepEqual(
          sizes,
          sizes.toSorted((a, b) => a - b),
        );
        assert.equal(textIn(text, ranges[ranges.length - 1]), text);
      }
    });
  });
});

describe('values to show at a stop', () => {
  const shown = (text: string, stopped: number): string[] =>
    inlineExpressions(parse(text).file, 0, stopped).map(({ range }) => textIn(text, range));

  it('are those of the lines on the way, without what is written there anyway', () => {
    const text =
      'process p\nmmap heap 4KiB rw anon\nlet n = 2\nexpect walk(heap).refs == 4 && !pte(heap).dirty\nexpect mm.rss in 0 .. n\nprint "{mm.rss} {3}"\n';
    assert.deepEqual(shown(text, 4), ['heap', 'n', 'walk(heap).refs', 'pte(heap).dirty', 'mm.rss', '0 .. n']);
    assert.deepEqual(shown(text, 1), ['heap']);
  });

  it('leave out what other tests bind', () => {
    const text = 'let n = 2\ntest "a" {\n  let x = 1\n}\ntest "b" {\n  let y = 1\n  expect y == n\n}\n';
    assert.deepEqual(shown(text, 6), ['n', 'y', 'y', 'n']);
  });
});

describe('files that a scenario names', () => {
  it('have their names without quotes', () => {
    const text = 'include "a b.ptscen"\ntest "t" {\n  process p\n  trace "x/y.lackey.gz" limit 1\n}\n';
    const found = fileReferences(text);
    assert.deepEqual(
      found.map(({ kind, name, range }) => [kind, name, textIn(text, range)]),
      [
        ['include', 'a b.ptscen', 'a b.ptscen'],
        ['trace', 'x/y.lackey.gz', 'x/y.lackey.gz'],
      ],
    );
  });
});

describe('names across files', () => {
  const FILES: Record<string, string> = {
    common: 'let pages = 4\nprocess p\nmmap heap pages * 4KiB rw anon\n',
    main: 'test "a" {\n  include "common"\n  write heap\n  expect mm.rss <= pages\n}\ntest "b" {\n  include "common"\n  print "{heap.size}"\n  switch p\n}\n',
  };
  const load = (): Promise<Sources> =>
    readSources('main', FILES.main, {
      readText: (path) => Promise.resolve(FILES[path]),
      resolve: (_from, name) => name,
    });
  const places = (sources: Sources, file: number, line: number, column: number): string[] =>
    (occurrencesAt(sources, file, { line, column })?.occurrences ?? []).map(
      (each) => `${sources.files[each.file].path}:${each.range.start.line}${each.binds ? ' binds' : ''}`,
    );

  it('are found from any use, once each, although two tests include them', async () => {
    const sources = await load();
    const heap = ['common:2 binds', 'main:2', 'main:7'];
    assert.deepEqual(places(sources, 0, 2, 9), heap);
    assert.deepEqual(places(sources, 1, 2, 6), heap);
    assert.deepEqual(places(sources, 0, 3, 20), ['common:0 binds', 'common:2', 'main:3']);
    assert.deepEqual(places(sources, 0, 8, 9), ['common:1 binds', 'main:8']);
    assert.deepEqual(places(sources, 0, 0, 1), []);
  });

  it('are renamed to names that are free', async () => {
    const sources = await load();
    const found = occurrencesAt(sources, 0, { line: 2, column: 9 });
    assert.ok(found);
    assert.equal(renameProblem(sources, found, 'pool'), undefined);
    assert.equal(renameProblem(sources, found, 'heap'), undefined);
    assert.match(renameProblem(sources, found, '2heap') ?? '', /is no name/);
    assert.match(renameProblem(sources, found, 'fault') ?? '', /already means something/);
    assert.match(renameProblem(sources, found, 'pages') ?? '', /something else/);
  });

  it('stay two where a block hides one', () => {
    const sources = singleSource(
      'process p\nif p {\n  let x = 1\n  print "{x}"\n}\nif p {\n  let x = 2\n  print "{x}"\n}\n',
    );
    assert.deepEqual(
      occurrencesAt(sources, 0, { line: 7, column: 10 })?.occurrences.map(({ range }) => range.start.line),
      [6, 7],
    );
  });
});
