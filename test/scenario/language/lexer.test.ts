import assert from 'node:assert/strict';
import { tokenize, tokenizeLine } from '../../../src/scenario/language/lexer';
import { formatHex, formatSize, parseNumber } from '../../../src/scenario/language/numbers';

const kinds = (text: string): string[] => tokenizeLine(text, 0, 0).map(({ kind, text: word }) => `${kind} ${word}`);

describe('numbers', () => {
  const READABLE: [string, bigint][] = [
    ['0', 0n],
    ['512', 512n],
    ['1_000_000', 1_000_000n],
    ['0x5555_5540_0000', 0x5555_5540_0000n],
    ['0XfF', 255n],
    ['0b1100', 12n],
    ['0b1_1', 3n],
    ['4K', 4096n],
    ['4KiB', 4096n],
    ['2M', 2n << 20n],
    ['2MiB', 2n << 20n],
    ['1GiB', 1n << 30n],
    ['1_0T', 10n << 40n],
    ['0xffff_ffff_ffff_ffff', 2n ** 64n - 1n],
  ];
  for (const [text, value] of READABLE) it(`reads ${text}`, () => assert.equal(parseNumber(text), value));

  const UNREADABLE: [string, string, string | undefined][] = [
    ['64MB', 'malformed', '64MiB'],
    ['4kib', 'malformed', '4KiB'],
    ['1.5GiB', 'malformed', '1536MiB'],
    ['0x', 'malformed', undefined],
    ['1_', 'malformed', undefined],
    ['0b12', 'malformed', undefined],
    ['64x4', 'malformed', undefined],
    ['0x1_0000_0000_0000_0000', 'tooLarge', undefined],
    ['16777216T', 'tooLarge', undefined],
    ['9'.repeat(5000), 'tooLarge', undefined],
  ];
  for (const [text, problem, suggestion] of UNREADABLE) {
    it(`does not read ${text.slice(0, 30)}`, () => {
      const result = parseNumber(text);
      assert.ok(typeof result !== 'bigint');
      assert.deepEqual([result.problem, result.suggestion], [problem, suggestion]);
    });
  }

  it('writes sizes in the largest unit that divides them, and addresses in groups of four digits', () => {
    assert.deepEqual([4096n, 3n << 20n, 4097n, 0n].map(formatSize), ['4KiB', '3MiB', '4097', '0']);
    assert.deepEqual([0x5555_5540_0000n, 0x123n, 0x12345n].map(formatHex), ['0x5555_5540_0000', '0x123', '0x1_2345']);
  });
});

describe('the lexer', () => {
  it('knows where every token stands', () => {
    const tokens = tokenize('read heap\n  write 0x10 # note').filter(({ kind }) => kind !== 'newline');
    assert.deepEqual(
      tokens.map(({ text, line, column }) => [text, line, column]),
      [
        ['read', 0, 0],
        ['heap', 0, 5],
        ['write', 1, 2],
        ['0x10', 1, 8],
        ['# note', 1, 13],
        ['', 1, 19],
      ],
    );
  });

  it('counts lines as editors do', () => {
    const lines = tokenize('\uFEFFa\r\nb\rc\nd').filter(({ kind }) => kind === 'name');
    assert.deepEqual(
      lines.map(({ text, line, column }) => `${text}${line}${column}`),
      ['a00', 'b10', 'c20', 'd30'],
    );
  });

  it('tells a range from a fraction', () => {
    assert.deepEqual(kinds('0..5 0.99 a.b'), [
      'number 0',
      'operator ..',
      'number 5',
      'decimal 0.99',
      'name a',
      'operator .',
      'name b',
    ]);
  });

  it('does not see a comment in a string, nor a string in a comment', () => {
    assert.deepEqual(kinds('"a # b" # "c'), ['string "a # b"', 'comment # "c']);
  });

  it('makes a bad token of what it cannot read and goes on behind it', () => {
    assert.deepEqual(kinds('a § b'), ['name a', 'bad §', 'name b']);
    assert.deepEqual(kinds('print "never closed # x'), ['name print', 'bad "never closed # x']);
    assert.deepEqual(kinds('"bad \\q"'), ['bad "bad \\q"']);
  });
});
