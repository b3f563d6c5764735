import assert from 'node:assert/strict';
import { verdictOf } from '../../src/extension/tests/verdict';
import type { TestSuite } from '../../src/protocol/tests';

const suite = (part: Partial<TestSuite>): TestSuite => ({ file: '/w/a.ptscen', seconds: 0.25, cases: [], ...part });
const failure = { message: '', actual: '4 == 3 does not hold', tick: 7 };

describe('what the Test Explorer says of a suite', () => {
  it('passes without failures, with what it printed and did not come to', () => {
    const verdict = verdictOf(
      suite({
        cases: [
          { line: 3, text: 'expect a', status: 'passed', failures: [] },
          { line: 5, text: 'expect b', status: 'notReached', failures: [] },
        ],
        output: [{ line: 2, text: 'hello' }],
      }),
    );
    assert.deepEqual(verdict, {
      state: 'passed',
      messages: [],
      durationMs: 250,
      output: [
        { text: 'hello', line: 1 },
        { text: 'not reached: expect b', line: 4 },
      ],
    });
  });

  it('has a message a failure, with both sides, its place and its tick', () => {
    const compared = { actual: '4', operator: '==', expected: '3' };
    const { state, messages } = verdictOf(
      suite({
        cases: [
          { line: 3, text: 'expect x == 3', status: 'failed', failures: [{ ...failure, compared }] },
          {
            ...{ line: 9, file: '/w/b.ptscen', text: 'expect x < 3', status: 'failed' },
            failures: [{ ...failure, message: 'too many', compared: { ...compared, operator: '<' } }],
          },
        ],
      }),
    );
    assert.equal(state, 'failed');
    assert.deepEqual(messages, [
      { text: 'expect x == 3: 4 == 3 does not hold', line: 2, tick: 7, expected: '3', actual: '4' },
      {
        text: 'too many: 4 == 3 does not hold',
        ...{ line: 8, file: '/w/b.ptscen', tick: 7, expected: '< 3', actual: '4' },
      },
    ]);
  });

  it('keeps the messages of a loop to a number that can be read', () => {
    const failures = Array.from({ length: 1000 }, (_, tick) => ({ ...failure, tick }));
    const { messages } = verdictOf(suite({ cases: [{ line: 3, text: 'expect x', status: 'failed', failures }] }));
    assert.equal(messages.length, 21);
    assert.equal(messages.at(-1)?.text, '… and 980 more failures');
  });

  it('fails where a run ended badly, with the moment; errs where none could begin, with the line', () => {
    const fatal = verdictOf(suite({ error: 'line 18: SIGSEGV at 0x5000', errorAt: { line: 18, tick: 4 } }));
    assert.equal(fatal.state, 'failed');
    assert.deepEqual(fatal.messages, [{ text: 'line 18: SIGSEGV at 0x5000', line: 17, tick: 4 }]);
    const broken = verdictOf(suite({ error: 'C:\\w\\a.ptscen:3:7: PTS005: no such statement' }));
    assert.equal(broken.state, 'errored');
    assert.deepEqual(broken.messages, [{ text: 'PTS005: no such statement', line: 2, file: 'C:\\w\\a.ptscen' }]);
    assert.equal(verdictOf(suite({ error: 'interrupted' })).state, 'skipped');
  });
});
