import assert from 'node:assert/strict';
import { withTimeTravel } from '../../src/extension/debug/timeTravel';

describe('the setting for time travel', () => {
  const launch = { program: 'a.ptscen' };

  it('goes with every launch that does not say otherwise', () => {
    assert.deepEqual(withTimeTravel(launch, 64), { ...launch, timeTravel: { memoryMegabytes: 64 } });
    const own = { ...launch, timeTravel: { memoryMegabytes: 8 } };
    assert.deepEqual(withTimeTravel(own, 64), own);
  });

  it('leaves to the adapter what is wrong in a configuration', () => {
    const wrong = { ...launch, timeTravel: 'much' };
    assert.deepEqual(withTimeTravel(wrong, 64), wrong);
  });

  it('adds nothing where there is none', () => {
    assert.deepEqual(withTimeTravel(launch, undefined), launch);
  });
});
