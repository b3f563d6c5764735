/** Checkpoints: how many, how far apart, how large; and that nothing is lost by going back. */
import assert from 'node:assert/strict';
import { NO_STOPS } from '../../src/timeline/stops';
import type { Timeline, TimelineOptions } from '../../src/timeline/timeline';
import { LEAST_SPACING, workOf } from '../../src/timeline/work';
import { tapeOf } from './tape';

const LONG = `machine {
  preset classroom
}
process p
mmap heap 8MiB rw anon
write heap random 6000 seed 5
read heap random 4000 seed 6
`;

async function ranThrough(options: Partial<TimelineOptions>): Promise<Timeline> {
  const { timeline } = await tapeOf(LONG, options);
  assert.equal((await timeline.continue(NO_STOPS)).kind, 'end');
  return timeline;
}

const gaps = (ticks: readonly number[]): number[] => ticks.slice(1).map((tick, i) => tick - ticks[i]);

describe('checkpoints', () => {
  it('are bounded in number, and evenly spread over all that has run', async () => {
    const { checkpointTicks } = await ranThrough({ checkpointTicks: 4 });
    assert.ok(checkpointTicks.length <= 480 && checkpointTicks.length > 200, `${checkpointTicks.length}`);
    assert.equal(checkpointTicks[0], 0);
    const all = gaps(checkpointTicks);
    assert.ok(Math.max(...all) <= 2 * 32, `the longest gap has ${Math.max(...all)} ticks`);
    assert.ok(checkpointTicks[checkpointTicks.length - 1] > 10_000 - 64);
  });

  it('hold no more bytes than they may, and all of the tape stays reachable', async () => {
    const free = await ranThrough({ checkpointTicks: 100 });
    const bytes = 400_000;
    assert.ok(free.checkpointBytes > 2 * bytes, 'the bound means something');
    const bound = await ranThrough({ checkpointTicks: 100, checkpointBytes: bytes });
    const most = (): number => bytes + bound.leastCheckpointBytes;
    assert.ok(bound.checkpointBytes <= most(), `${bound.checkpointBytes} bytes`);
    assert.ok(bound.checkpointTicks.length > 5);
    for (const tick of [9_000, 50, 4321, 10_000]) {
      await bound.seek({ tick, event: 0 });
      await free.seek({ tick, event: 0 });
      assert.equal(bound.run.stateHash(), free.run.stateHash());
      assert.ok(bound.checkpointBytes <= most(), 'also with those near the cursor');
    }
  });

  it('are many where one state alone is more than the limit, and they share it', async () => {
    const grows = 'process p\nmmap heap 256MiB rw anon\nwrite heap step 4KiB\nread heap random 2000 seed 3\n';
    const bytes = 2_000_000;
    const { timeline } = await tapeOf(grows, { checkpointTicks: 1000, checkpointBytes: bytes });
    await timeline.continue(NO_STOPS);
    assert.ok(timeline.leastCheckpointBytes > bytes, `a state has ${timeline.leastCheckpointBytes} bytes`);
    assert.ok(timeline.checkpointTicks.length > 5, `${timeline.checkpointTicks.length} lasting ones`);
    assert.ok(timeline.checkpointBytes <= bytes + timeline.leastCheckpointBytes);
  });

  it('are no fewer after going back', async () => {
    const timeline = await ranThrough({ checkpointTicks: 100 });
    const before = [...timeline.checkpointTicks];
    await timeline.seek({ tick: 10, event: 0 });
    for (let i = 0; i < 5; i++) await timeline.stepOver(NO_STOPS);
    await timeline.seek({ tick: 7777, event: 0 });
    await timeline.reverseContinue(NO_STOPS);
    await timeline.continue(NO_STOPS);
    assert.deepEqual(timeline.checkpointTicks, before);
  });

  it('are laid by the work of a run, where nobody says how many ticks', async () => {
    const text = `${LONG}read heap random 100000 seed 7\n`.replace('8MiB', '64MiB');
    const { timeline } = await tapeOf(text, {});
    await timeline.continue(NO_STOPS);
    const most = workOf(timeline.run) / LEAST_SPACING;
    const laid = timeline.checkpointTicks.length - 1;
    assert.ok(laid > 1 && laid <= most, `${laid} checkpoints, ${most} spacings of work`);
  });
});
