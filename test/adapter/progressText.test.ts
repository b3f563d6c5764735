import assert from 'node:assert/strict';
import { progressText } from '../../src/adapter/progressText';

describe('the progress of a motion', () => {
  it('says where it is and how fast, and how long it takes where that is known', () => {
    assert.equal(progressText({ tick: 123_456, ticksPerSecond: 850_400 }), 'tick 123,456, 850 k accesses/s');
    const known = { tick: 5, ticksPerSecond: 2_000_000, done: 0.5, secondsLeft: 11.2 };
    assert.equal(progressText(known), 'tick 5, 2.0 M accesses/s, 12 s left');
  });

  it('has numbers of a size that is read at a glance', () => {
    const text = (ticksPerSecond: number, secondsLeft: number): string =>
      progressText({ tick: 12_345_678, ticksPerSecond, secondsLeft });
    assert.equal(text(999_499, 119), 'tick 12,345,678, 999 k accesses/s, 119 s left');
    assert.equal(text(999_500, 121), 'tick 12,345,678, 1.0 M accesses/s, 3 min left');
    assert.equal(text(19_950_000, 0.2), 'tick 12,345,678, 20 M accesses/s, 1 s left');
  });
});
