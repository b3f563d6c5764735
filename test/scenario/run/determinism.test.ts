/** A run is a tape: the same ticks give the same states, recorded or not, from the start or from any saved state. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MachineEvent } from '../../../src/machine/core/events';
import { Recorder, StopAtEvent } from '../../../src/machine/core/probe';
import type { Run } from '../../../src/scenario/run/run';
import { randomScenario } from './randomScenario';
import { loadText } from './support';

const MAX_TICKS = 100_000;

const runOf = async (text: string): Promise<Run> => (await loadText(text)).run;

/** States before each of the first ticks, and at the end. */
async function reference(text: string): Promise<{ hashes: string[]; end: string; ticks: number }> {
  const run = await runOf(text);
  const hashes: string[] = [];
  while (run.end === null && run.tick < MAX_TICKS) {
    if (run.tick < 400) hashes.push(run.stateHash());
    run.step();
  }
  return { hashes, end: run.stateHash(), ticks: run.tick };
}

function recordTick(run: Run, stopAt = Infinity): MachineEvent[] {
  const recorder = new Recorder(stopAt);
  run.machine.probe.recorder = recorder;
  try {
    run.step();
  } catch (error) {
    if (!(error instanceof StopAtEvent)) throw error;
  } finally {
    run.machine.probe.recorder = null;
  }
  return recorder.events;
}

describe('a run', function () {
  this.timeout(120_000);

  it('goes through the same states whether it runs fast, by ticks or recorded', async () => {
    await fc.assert(
      fc.asyncProperty(randomScenario, fc.integer({ min: 1, max: 50 }), async (text, burst) => {
        const { hashes, end, ticks } = await reference(text);
        const fast = await runOf(text);
        while (fast.end === null) {
          if (fast.tick < hashes.length) assert.equal(fast.stateHash(), hashes[fast.tick]);
          fast.fast(burst, null);
        }
        assert.deepEqual([fast.stateHash(), fast.tick], [end, ticks]);
        const recorded = await runOf(text);
        while (recorded.end === null) {
          if (recorded.tick < hashes.length) assert.equal(recorded.stateHash(), hashes[recorded.tick]);
          recordTick(recorded);
        }
        assert.deepEqual([recorded.stateHash(), recorded.tick], [end, ticks]);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from any saved state as it did before, wherever it was in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomScenario,
        fc.array(fc.tuple(fc.nat(), fc.nat(30), fc.nat()), { maxLength: 12 }),
        async (text, jumps) => {
          const { hashes, end } = await reference(text);
          const run = await runOf(text);
          const saved = [run.save()];
          for (const [pick, ticks, event] of jumps) {
            run.load(saved[pick % saved.length]);
            assert.equal(run.stateHash(), hashes[run.tick] ?? run.stateHash());
            run.fast(ticks, null);
            if (run.end !== null) continue;
            saved.push(run.save());
            // In the middle of a tick the state is good for looking at alone; loading makes it good again.
            recordTick(run, event % 40);
          }
          for (const snapshot of saved) {
            run.load(snapshot);
            while (run.end === null) run.fast(1000, null);
            assert.equal(run.stateHash(), end);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('records the same events whenever a tick is run again', async () => {
    await fc.assert(
      fc.asyncProperty(randomScenario, fc.nat(200), fc.nat(), async (text, tick, event) => {
        const run = await runOf(text);
        run.fast(tick, null);
        if (run.end !== null) return;
        const start = run.save();
        const whole = recordTick(run);
        const after = run.stateHash();
        run.load(start);
        const stopAt = event % whole.length;
        assert.deepEqual(recordTick(run, stopAt), whole.slice(0, stopAt + 1));
        run.load(start);
        assert.deepEqual(recordTick(run), whole);
        assert.equal(run.stateHash(), after);
        assert.equal(whole[0].kind, 'statement');
        assert.ok(whole.every((e) => e.depth >= 0));
      }),
      { numRuns: 150 },
    );
  });
});
