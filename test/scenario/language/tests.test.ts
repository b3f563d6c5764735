import assert from 'node:assert/strict';
import { testOutline } from '../../../src/scenario/language/tests';

const names = (text: string): string[] => testOutline(text).tests.map(({ name }) => name);

describe('what of a scenario is a test', () => {
  it('is each of its test blocks, in order', () => {
    const { tests, own } = testOutline('let n = 1\ntest "a" {\n  expect n == 1\n}\ntest "b" {\n}\n');
    assert.equal(own, undefined);
    assert.deepEqual(
      tests.map(({ name, range }) => [name, range.start.line, range.end.line]),
      [
        ['a', 1, 3],
        ['b', 4, 5],
      ],
    );
  });

  it('is the file itself where it expects something outside of them, also inside a loop', () => {
    assert.equal(
      testOutline('process p\nrepeat 2 {\n  if tick > 0 {\n    expect tick > 0\n  }\n}\n').own?.start.line,
      3,
    );
    assert.equal(testOutline('process p\nexpect fails read 0x1000\n').own?.start.line, 1);
    assert.equal(testOutline('process p\nread 0\n').own, undefined);
  });

  it('leaves out what has no name or one that was there before, and survives what cannot be read', () => {
    assert.deepEqual(names('test "a" {\n}\ntest "a" {\n}\ntest "" {\n}\ntest {\nfrob\n}\ntest "c" {\n'), ['a', 'c']);
  });
});
