import assert from 'node:assert/strict';
import { withSessionDefaults } from '../../src/extension/debug/sessionDefaults';

describe('the settings of a session', () => {
  const launch = { program: 'a.ptscen' };
  const settings = { stopAtEnd: true, stepOver: 'statement' } as const;

  it('go with every launch that does not say otherwise', () => {
    assert.deepEqual(withSessionDefaults(launch, settings), { ...launch, ...settings });
    const own = { ...launch, stopAtEnd: false, stepOver: 'access' };
    assert.deepEqual(withSessionDefaults(own, settings), own);
  });

  it('let the session of a test end with it', () => {
    assert.deepEqual(withSessionDefaults({ ...launch, test: 'a' }, settings), {
      ...launch,
      test: 'a',
      stepOver: 'statement',
    });
  });

  it('take colours from the console where a screen reader is used', () => {
    assert.deepEqual(withSessionDefaults(launch, { consoleColors: false }), { ...launch, consoleColors: false });
  });

  it('add nothing where there are none', () => {
    assert.deepEqual(withSessionDefaults(launch, {}), launch);
  });
});
