import assert from 'node:assert/strict';
import fc from 'fast-check';
import { format } from '../../../src/scenario/language/formatter';
import { parse } from '../../../src/scenario/language/parser';
import { ALL_STATEMENTS, FIRST_FILE, withoutRanges } from './support';
import { scenarios } from './generators';

const meaning = (text: string): unknown => withoutRanges(parse(text).file);

describe('the formatter', () => {
  const LINES: [string, string][] = [
    ['  read   heap  ', 'read heap'],
    ['read heap..heap+2MiB step 4K', 'read heap .. heap+2MiB step 4K'],
    ['read heap .. heap + 2MiB', 'read heap .. heap + 2MiB'],
    ['read heap+ 2MiB', 'read heap + 2MiB'],
    ['expect walk( heap ) . refs==3,"x"', 'expect walk(heap).refs == 3, "x"'],
    ['expect  !a&&b', 'expect !a && b'],
    ['expect -1==~x', 'expect -1 == ~x'],
    ['expect a?b:c', 'expect a ? b : c'],
    ['set pte(heap) .rw=0', 'set pte(heap).rw = 0'],
    ['let x=-3', 'let x = -3'],
    ['read heap step (4*2)', 'read heap step (4*2)'],
    ['repeat 3{read a}', 'repeat 3 { read a }'],
    ['repeat 3 {}', 'repeat 3 {}'],
    ['print   "a  {b+1}  c"', 'print "a  {b+1}  c"'],
    ['read a  # note', 'read a  # note'],
    ['#  note', '#  note'],
    ['read § a   b', 'read § a   b'],
    ['read a+| 1', 'read a+ | 1'],
    ['read a +| 1', 'read a + | 1'],
  ];
  for (const [before, after] of LINES) {
    it(`makes \`${after}\` of \`${before}\``, () => {
      assert.equal(format(before), after + '\n');
      assert.equal(format(after), after + '\n');
    });
  }

  it('indents blocks, joins `}` and `else`, and leaves one blank line where there were more', () => {
    const text = '\n\nif a {\nread b\n\n\n\n}\nelse {\n    # note\n        write c }\n\n';
    assert.equal(format(text), 'if a {\n  read b\n\n} else {\n  # note\n  write c }\n');
  });

  it('aligns the comments of a paragraph and the values of settings', () => {
    const text = 'machine {\npreset zen4\nthp never\n}\n\nread a # x\nexpect b == 3   # y\nread c\n\nread d # z';
    const lines = ['machine {', '  preset zen4', '  thp    never', '}', ''];
    lines.push('read a         # x', 'expect b == 3  # y', 'read c', '', 'read d  # z', '');
    assert.equal(format(text), lines.join('\n'));
  });

  it('keeps the words of a machine block as they are', () => {
    assert.equal(format('machine {\n stlb 4K+2M   1536x12\n}'), 'machine {\n  stlb 4K+2M 1536x12\n}\n');
  });

  it('keeps Windows line ends', () => assert.equal(format('read a\r\n read b'), 'read a\r\nread b\r\n'));

  it('makes nothing of nothing', () => assert.deepEqual(['', '\n\n', '\uFEFF'].map(format), ['', '', '']));

  for (const [name, text] of Object.entries({ FIRST_FILE, ALL_STATEMENTS })) {
    it(`changes nothing of what ${name} means`, () => assert.deepEqual(meaning(format(text)), meaning(text)));
    it(`is done with ${name} after one time`, () => assert.equal(format(format(text)), format(text)));
  }

  it('keeps the meaning of any scenario, and formats it once and for all', () => {
    fc.assert(
      fc.property(scenarios, (text) => {
        const formatted = format(text);
        assert.deepEqual(meaning(formatted), meaning(text));
        assert.equal(format(formatted), formatted);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every comment', () => {
    const comments = (text: string): string[] => text.match(/#.*$/gm) ?? [];
    assert.deepEqual(comments(format(ALL_STATEMENTS)), comments(ALL_STATEMENTS));
  });
});
