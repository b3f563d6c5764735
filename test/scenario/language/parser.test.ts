import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from '../../../src/scenario/language/parser';
import { STATEMENTS } from '../../../src/scenario/language/statements';
import { visitStatements } from '../../../src/scenario/language/visit';
import { badLines, lines } from './generators';
import { ALL_STATEMENTS, brief, FIRST_FILE, onlyStatement, show, withoutRanges } from './support';

const errors = (text: string): string[] => parse(text).diagnostics.map(brief);
const kinds = (text: string): string[] => parse(text).file.statements.map(({ kind }) => kind);

describe('the parser', () => {
  it('reads the first file of the language’s description', () => assert.deepEqual(errors(FIRST_FILE), []));

  it('reads every form of every statement', () => {
    assert.deepEqual(errors(ALL_STATEMENTS), []);
    const seen = new Set<string>();
    visitStatements(parse(ALL_STATEMENTS).file, ({ keyword }) => seen.add(keyword));
    assert.deepEqual(
      STATEMENTS.filter(({ name }) => !seen.has(name)),
      [],
    );
  });

  it('reads the example of every row of the statement table', () => {
    for (const { example, name } of STATEMENTS) assert.equal(onlyStatement(example).keyword, name, example);
  });

  it('keeps the options of mmap, in any order', () => {
    const statement = onlyStatement('mmap h 2MiB wr anon populate nothp at 0x1000');
    assert.ok(statement.kind === 'mmap');
    assert.deepEqual(withoutRanges(statement.protection), { read: true, write: true, exec: false });
    assert.equal(statement.hugePages?.text, 'nothp');
    assert.equal(statement.populate?.text, 'populate');
    assert.equal(statement.at && show(statement.at), '0x1000');
  });

  it('tells a pattern from a single access', () => {
    const ranged = onlyStatement('read heap for 1MiB random 10 seed 3 size 8 as kernel');
    assert.ok(ranged.kind === 'access' && ranged.pattern?.kind === 'random');
    assert.equal(ranged.pattern.seed && show(ranged.pattern.seed), '3');
    assert.equal(ranged.size && show(ranged.size), '8');
    assert.equal(ranged.asKernel?.text, 'kernel');
    const single = onlyStatement('read heap');
    assert.ok(single.kind === 'access' && single.pattern === undefined);
  });

  it('lets names be keywords where no statement starts', () => {
    assert.deepEqual(errors('mmap read 4K rw anon\nwrite read\nread write+size size 4\nexpect fails == 3'), []);
    assert.deepEqual(kinds('expect fails == 3\nexpect fails read x'), ['expect', 'expectFails']);
  });

  it('gives every statement its exact range', () => {
    const { file } = parse('  read heap  # x\nrepeat 3 {\n  read a\n}');
    assert.deepEqual(file.statements[0].range, { start: { line: 0, column: 2 }, end: { line: 0, column: 11 } });
    assert.deepEqual(file.statements[1].range, { start: { line: 1, column: 0 }, end: { line: 3, column: 1 } });
  });

  it('allows blocks on one line, and else on a line of its own', () => {
    assert.deepEqual(
      errors(
        'machine { preset zen4 }\nrepeat 2 { read a }\nif a { read b } else { read c }\nif a {\n}\n\nelse if b {\n}\nelse { }',
      ),
      [],
    );
  });
});

describe('recovery', () => {
  const LINES: [string, string][] = [
    ['expct fault == minor', '1:0-5 PTS005'],
    ['heap = 3', '1:0-4 PTS005'],
    ['}', '1:0-1 PTS009'],
    ['else {', '1:0-4 PTS005'],
    ['42', '1:0-2 PTS006'],
    ['§', '1:0-1 PTS001'],
    ['read', '1:3-4 PTS006'],
    ['read heap heap', '1:10-14 PTS007'],
    ['read heap write heap', '1:10-15 PTS007'],
    ['read heap stp 4K', '1:10-13 PTS007'],
    ['read heap step 4K step 4K', '1:18-22 PTS011'],
    ['mmap heap 64MB rw anon', '1:10-14 PTS002'],
    ['mmap heap 64MiB rww anon', '1:16-19 PTS006'],
    ['mmap heap 64MiB rw anno', '1:19-23 PTS006'],
    ['mmap 4K rw anon', '1:5-7 PTS006'],
    ['let x 3', '1:6-7 PTS006'],
    ['set cr3', '1:6-7 PTS006'],
    ['print heap', '1:6-10 PTS006'],
    ['print "a {b c} d"', '1:12-13 PTS006'],
    ['for x heap step 4K {', '1:6-10 PTS006'],
    ['for x in heap {', '1:14-15 PTS006'],
    ['madvise heap dontned', '1:13-20 PTS006'],
    ['expect fails expect x', '1:13-19 PTS060'],
    ['read 0x1_0000_0000_0000_0000', '1:5-28 PTS003'],
  ];
  for (const [line, error] of LINES) {
    it(`of \`${line}\` reports one error and reads the next line`, () => {
      const closing = line.endsWith('{') ? '\n}' : '';
      const { file, diagnostics } = parse(`${line}${closing}\nprocess after`);
      assert.deepEqual(diagnostics.map(brief), [error]);
      assert.equal(file.statements.at(-1)?.kind, 'process');
    });
  }

  it('is per line: what stands on other lines is read as if the bad one were not there', () => {
    fc.assert(
      fc.property(
        fc.array(lines, { maxLength: 6 }),
        fc.array(lines, { maxLength: 6 }),
        badLines,
        (above, below, bad) => {
          const good = parse([...above, ...below].join('\n'));
          assert.deepEqual(good.diagnostics, []);
          const { file, diagnostics } = parse([...above, bad, ...below].join('\n'));
          assert.ok(diagnostics.length > 0);
          assert.ok(diagnostics.every(({ range }) => range.start.line === above.length));
          const others = file.statements.filter(({ range }) => range.start.line !== above.length);
          assert.deepEqual(withoutRanges(others), withoutRanges(good.file.statements));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps a block whose head is bad, and the blocks around it', () => {
    const text = 'repeat 2 {\n  repat 3 {\n    read a\n  }\n  read b\n}\nread c';
    assert.deepEqual(errors(text), ['2:2-7 PTS005']);
    const [outer, last] = parse(text).file.statements;
    assert.ok(outer.kind === 'repeat' && outer.body.statements[0].kind === 'invalid');
    assert.equal(outer.body.statements[0].body?.statements.length, 1);
    assert.equal(outer.body.statements.length, 2);
    assert.equal(last.kind, 'access');
  });

  it('keeps a block with a bad line in it', () => {
    const text = 'repeat 2 {\n  read\n  read b\n}\nread c';
    assert.deepEqual(errors(text), ['2:5-6 PTS006']);
    const [outer] = parse(text).file.statements;
    assert.ok(outer.kind === 'repeat');
    assert.deepEqual(
      outer.body.statements.map(({ kind }) => kind),
      ['invalid', 'access'],
    );
  });

  it('of a bad line in a one-line block ends with the block', () => {
    assert.deepEqual(errors('repeat 2 { bad }\nread c'), ['1:11-14 PTS005']);
  });

  it('finds the block that is never closed, and still reads what is in it', () => {
    assert.deepEqual(errors('repeat 2 {\nread a'), ['1:9-10 PTS008']);
  });

  it('does not take statements for settings when the machine block is not closed', () => {
    const { file, diagnostics } = parse('machine {\n  preset zen4\n\nprocess p\nread 3');
    assert.deepEqual(diagnostics.map(brief), ['1:8-9 PTS008']);
    assert.deepEqual(
      file.statements.map(({ kind }) => kind),
      ['process', 'access'],
    );
  });

  it('reports every bad line of a file', () => {
    const text = Array.from({ length: 50 }, (_, i) => (i % 2 ? 'read 1' : 'raed 1')).join('\n');
    assert.equal(errors(text).length, 25);
  });
});
