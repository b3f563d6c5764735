import assert from 'node:assert/strict';
import { progressText } from '../../src/adapter/progressText';

describe('the progress of a motion', () => {
  it('says where it is and how fast, and how long it takes where that is known', () => {
    assert.equal(progressText({ tick: 123_456, ticksPerSecond: 850_400 }), 'tick 123456, 850 k accesses/s');
    const known = { tick: 5, ticksPerSecond: 2_000_000, done: 0.5, secondsLeft: 11.2 };
    assert.equal(progressText(known), 'tick 5, 2000 k accesses/s, 12 s left');
  });
});
