import assert from 'node:assert/strict';
import { expected, fixtureText } from '../trace/support';
import { simulateByRules } from './traceOracle';

describe('the trace oracle', function () {
  this.timeout(60_000);
  for (const [file, { configs }] of Object.entries(expected).filter(([name]) => name !== 'rules')) {
    describe(file, () => {
      const text = fixtureText(file);
      for (const [name, { config, result, checkpoints, first_faults }] of Object.entries(configs)) {
        it(`agrees with every number of ${name}`, () => {
          const simulated = simulateByRules(text, config);
          assert.deepEqual(simulated.result, result);
          if (checkpoints !== undefined) assert.deepEqual(simulated.checkpoints, checkpoints);
          if (first_faults !== undefined) assert.deepEqual(simulated.faults.slice(0, 64), first_faults);
        });
      }
    });
  }
});
