import assert from 'node:assert/strict';
import { nodeFiles } from '../../../src/hosts/nodeFiles';
import { loadRun, type LoadedRun } from '../../../src/scenario/run/load';
import { FIXTURES } from '../../adapter/client';

/** What is left of a run whose trace was closed, or whose file somebody cut short, while it ran. */
async function lost(): Promise<LoadedRun['run']> {
  const loaded = await loadRun(`${FIXTURES}/traces/ls-5000.lackey`, nodeFiles);
  loaded.run.fast(100, null);
  loaded.dispose();
  return loaded.run;
}

const MOVES = {
  fast: (run: LoadedRun['run']) => run.fast(1000, null),
  'step by step': (run: LoadedRun['run']) => run.step(),
};

describe('a run that loses its trace', () => {
  for (const [how, move] of Object.entries(MOVES)) {
    it(`ends with a sentence, running ${how}`, async () => {
      const run = await lost();
      move(run);
      assert.equal(run.end?.kind, 'error');
      assert.match(run.end.text, /ls-5000\.lackey: what was imported of this trace cannot be read back/);
    });
  }

  it('ends with the tick that would have read it, and in the same state, however it runs', async () => {
    const fast = await lost();
    const stepped = await lost();
    MOVES.fast(fast);
    MOVES['step by step'](stepped);
    assert.deepEqual([fast.tick, fast.stateHash()], [101, stepped.stateHash()]);
    assert.equal(stepped.tick, 101);
  });
});
