import assert from 'node:assert/strict';
import { applyBinary, applyUnary } from '../../../src/scenario/language/arithmetic';
import { fold } from '../../../src/scenario/language/fold';
import { parseExpression } from '../../../src/scenario/language/parser';
import { parseTemplate } from '../../../src/scenario/language/template';
import { brief, show, shown } from './support';

describe('expressions', () => {
  const TREES: [string, string][] = [
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['a == b & c', '((a == b) & c)'],
    ['a | b ^ c & d', '(a | (b ^ (c & d)))'],
    ['a || b && c | d', '(a || (b && (c | d)))'],
    ['a << 2 + 1', '(a << (2 + 1))'],
    ['a < b == c < d', '((a < b) == (c < d))'],
    ['-a * ~b', '((-a) * (~b))'],
    ['!a.b(c)[1]', '(!a.b(c)[1])'],
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ['a ? b ? c : d : e', '(a ? (b ? c : d) : e)'],
    ['x in heap .. heap+2MiB && y', '((x in (heap .. (heap + 2MiB))) && y)'],
    ['x in heap for 1MiB << 2', '(x in (heap for (1MiB << 2)))'],
    ['fault.address in heap == true', '((fault.address in heap) == true)'],
    ['walk(heap).refs == 3', '(walk(heap).refs == 3)'],
    ['ecpt.way(4KiB, 1)', 'ecpt.way(4KiB, 1)'],
    ['(heap .. heap+4K)', '(heap .. (heap + 4K))'],
    ['read + write', '(read + write)'],
  ];
  for (const [text, tree] of TREES) it(`reads ${text} as C would`, () => assert.equal(shown(text), tree));

  it('have exact ranges', () => {
    const { expression } = parseExpression('a + walk(b).refs');
    assert.ok(expression.kind === 'binary');
    assert.deepEqual(expression.range, { start: { line: 0, column: 0 }, end: { line: 0, column: 16 } });
    assert.deepEqual(expression.right.range.start, { line: 0, column: 4 });
  });

  const BROKEN: [string, string][] = [
    ['', '1:0-0 PTS006'],
    ['1 +', '1:2-3 PTS006'],
    ['(1', '1:1-2 PTS006'],
    ['a b', '1:2-3 PTS006'],
    ['a.', '1:1-2 PTS006'],
    ['f(1,', '1:3-4 PTS006'],
    ['a ? b', '1:4-5 PTS006'],
    ['1 + 64MB', '1:4-8 PTS002'],
    ['"x', '1:0-2 PTS004'],
    ['a § b', '1:2-3 PTS001'],
  ];
  for (const [text, error] of BROKEN) {
    it(`report one error for \`${text}\``, () => {
      assert.deepEqual(parseExpression(text).diagnostics.map(brief), [error]);
    });
  }

  it('are refused when they are too large, instead of exhausting the stack', () => {
    const texts = [
      `${'('.repeat(50_000)}1`,
      '1' + '+1'.repeat(50_000),
      '-'.repeat(50_000) + '1',
      'a' + '.b'.repeat(50_000),
    ];
    for (const text of texts)
      assert.deepEqual(
        parseExpression(text).diagnostics.map(({ code }) => code),
        ['PTS010'],
      );
  });
});

describe('templates', () => {
  const parts = (text: string): string[] =>
    parseTemplate(text).template.parts.map((part) => (part.kind === 'text' ? part.text : `<${show(part.expression)}>`));

  it('are text and expressions', () => {
    assert.deepEqual(parts('walks: {stats.walks.count + 1} of {n}'), [
      'walks: ',
      '<(stats.walks.count + 1)>',
      ' of ',
      '<n>',
    ]);
  });

  it('write a brace as two', () => assert.deepEqual(parts('{{x}} {y}'), ['{x} ', '<y>']));

  it('say where in the string an expression is wrong', () => {
    assert.deepEqual(parseTemplate('abc {1 +} d').diagnostics.map(brief), ['1:7-8 PTS006']);
    assert.deepEqual(parseTemplate('abc {1').diagnostics.map(brief), ['1:4-6 PTS004']);
    assert.deepEqual(parseTemplate('abc } d').diagnostics.map(brief), ['1:4-5 PTS004']);
  });
});

describe('constant folding', () => {
  const folded = (text: string): unknown => fold(parseExpression(text).expression, () => undefined);
  const VALUES: [string, unknown][] = [
    ['2 + 3 * 4', 14n],
    ['0 - 1', 2n ** 64n - 1n],
    ['-1 < 1', false],
    ['1 << 64', 0n],
    ['~0 >> 60', 15n],
    ['7 / 2 + 7 % 2', 4n],
    ['1 / 0', undefined],
    ['5 in 0 .. 6', true],
    ['6 in 0 for 6', false],
    ['unknown || 1', true],
    ['unknown && 0', false],
    ['unknown && 1', undefined],
    ['1 ? "a" : "b"', 'a'],
    ['"a" == "b"', false],
    ['!5', false],
    ['true + true', 2n],
    ['fault', undefined],
  ];
  for (const [text, value] of VALUES) it(`knows ${text}`, () => assert.equal(folded(text), value));

  it('has a value for every operator that is arithmetic', () => {
    assert.equal(applyBinary('^', 5n, 3n), 6n);
    assert.equal(applyBinary('&&', 1n, 1n), undefined);
    assert.equal(applyUnary('~', 0n), 2n ** 64n - 1n);
  });
});
