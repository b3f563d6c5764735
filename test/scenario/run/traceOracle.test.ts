/** The machine against an independent program of the same rules: random traces, random geometries, every counter. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { statistics } from '../../../src/machine/statistics';
import { loadRun } from '../../../src/scenario/run/load';
import type { Run } from '../../../src/scenario/run/run';
import { agrees, settingsOf } from '../../oracle/agreement';
import { geometries, lackeyTexts } from '../../oracle/randomTrace';
import { type Config, type Counters, simulateByRules } from '../../oracle/traceOracle';
import { expected, fixtureText } from '../../trace/support';
import { memoryHost } from './support';

async function replay(text: string, config: Config): Promise<Run> {
  const host = memoryHost({ 't.lackey': text });
  const { run } = await loadRun('t.lackey', host, { overrides: [...settingsOf(config), 'memory=256MiB'] });
  return run;
}

function toEnd(run: Run): Run {
  while (run.end === null) run.fast(4096, null);
  return run;
}

/** Accesses, at two a modify, that the counters at a checkpoint have seen. */
const accessesAt = ({ accesses }: Counters): number => accesses;

describe('a replayed trace', function () {
  this.timeout(120_000);

  it('gives the counters of the rules for any trace under any geometry', async () => {
    await fc.assert(
      fc.asyncProperty(lackeyTexts(), geometries, async (text, config) => {
        const run = toEnd(await replay(text, config));
        agrees(statistics(run.machine), simulateByRules(text, config).result);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same when it runs tick by tick as when it runs fast', async () => {
    await fc.assert(
      fc.asyncProperty(lackeyTexts({ maxBursts: 6 }), geometries, async (text, config) => {
        const fast = toEnd(await replay(text, config));
        const slow = await replay(text, config);
        while (slow.end === null) slow.step();
        assert.equal(slow.stateHash(), fast.stateHash());
      }),
      { numRuns: 40 },
    );
  });

  for (const file of ['ls-5000.lackey', 'synth-wide.lackey.gz'])
    it(`has the counters of the rules on the way, too: ${file}`, async () => {
      for (const name of ['default', 'tiny']) {
        const { config, checkpoints = [] } = expected[file].configs[name];
        const run = await replay(fixtureText(file), config);
        // Two ticks come first: the process, and the mapping of the inferred regions.
        for (const { counters } of checkpoints) {
          run.fast(2 + accessesAt(counters) - run.tick, null);
          agrees(statistics(run.machine), counters);
        }
        assert.ok(checkpoints.length > 5);
      }
    });
});
