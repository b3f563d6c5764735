import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODES, diagnosticsPage } from '../../../src/scenario/language/codes';
import { nearest } from '../../../src/scenario/language/nearest';

describe('the codes of diagnostics', () => {
  it('are unique and in order', () => {
    const codes = Object.values(CODES).map(({ code }) => code);
    assert.deepEqual(codes, [...new Set(codes)].sort());
  });

  it('are documented in docs/diagnostics.md, word for word', () => {
    const page = readFileSync(join(__dirname, '../../../docs/diagnostics.md'), 'utf8');
    assert.equal(page, diagnosticsPage());
  });
});

describe('the nearest spelling', () => {
  const CASES: [string, string | undefined][] = [
    ['expct', 'expect'],
    ['fautl', 'fault'],
    ['wlak', 'walk'],
    ['MMAP', 'mmap'],
    ['xyz', undefined],
    ['a'.repeat(1000), undefined],
  ];
  for (const [word, expected] of CASES) {
    it(`of ${word.slice(0, 20)} is ${expected ?? 'none'}`, () =>
      assert.equal(nearest(word, ['expect', 'fault', 'walk', 'mmap', 'munmap']), expected));
  }
});
