import assert from 'node:assert/strict';
import { attemptAt, attemptsOf, attemptTitle } from '../../webview/picture/model/attempts';
import { dirtyAssist, firstFault, fullWalk, tlbHit } from './pictures';

describe('attempts of an access', () => {
  it('are two for a fault that is served: the faulting walk and the retry', () => {
    assert.deepEqual(attemptsOf(firstFault).map(attemptTitle), ['Walk: fault', 'Retry: mapped']);
  });

  it('give the fault to the walk that ended in it, and the result to the last', () => {
    const [first, second] = attemptsOf(firstFault);
    assert.equal(first?.fault, firstFault.fault);
    assert.equal(first?.result, undefined);
    assert.equal(second?.result, firstFault.result);
    assert.equal(second?.fault, undefined);
  });

  it('have the look-ups that were made since the walk before', () => {
    const [first, second] = attemptsOf(firstFault);
    assert.deepEqual([first?.lookups.length, second?.lookups.length], [5, 5]);
  });

  it('are one without a walk for a TLB hit', () => {
    const attempts = attemptsOf(tlbHit);
    assert.deepEqual(attempts.map(attemptTitle), ['TLB hit']);
    assert.equal(attempts[0]?.walk, undefined);
    assert.equal(attempts[0]?.result, tlbHit.result);
  });

  it('name the walk that only sets the dirty bit', () => {
    assert.deepEqual(attemptsOf(dirtyAssist).map(attemptTitle), ['Dirty assist: mapped']);
  });

  it('are followed by the cursor, and between them it is in the one before', () => {
    const attempts = attemptsOf(firstFault);
    assert.equal(attemptAt(attempts, 0), 0);
    assert.equal(attemptAt(attempts, 7), 0);
    assert.equal(attemptAt(attempts, 25), 0);
    assert.equal(attemptAt(attempts, 26), 1);
    assert.equal(attemptAt(attempts, 41), 1);
  });

  it('are never none: a picture of nothing still draws its address', () => {
    const attempts = attemptsOf({ ...fullWalk, walks: [], lookups: [] });
    assert.equal(attempts.length, 1);
    assert.equal(attemptAt(attempts, -1), 0);
  });
});
