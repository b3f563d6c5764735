import assert from 'node:assert/strict';
import { sourcesReady } from '../../src/extension/debug/sourcesReady';

describe('the first session of a window', () => {
  let waited = 0;
  const wait = (ms: number): Promise<void> => {
    waited += ms;
    return Promise.resolve();
  };
  beforeEach(() => (waited = 0));

  const failing = (messages: string[]) => () => Promise.reject(new Error(messages.shift() ?? 'no debug session'));

  it('waits until VS Code can show sources', async () => {
    const not = 'cannot open debug:x. Detail: Unable to resolve resource debug:x';
    assert.equal(await sourcesReady(failing([not, not]), wait), true);
    assert.equal(waited, 300);
  });

  it('does not wait where it can', async () => {
    assert.equal(await sourcesReady(failing([]), wait), true);
    assert.equal(await sourcesReady(() => Promise.resolve(), wait), true);
    assert.equal(waited, 0);
  });

  it('begins without them in the end', async () => {
    const never = () => Promise.reject(new Error('Unable to resolve resource debug:x'));
    assert.equal(await sourcesReady(never, wait), false);
    assert.ok(waited >= 6000 && waited < 7000);
  });
});
