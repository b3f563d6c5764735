/** Long motions: the host gets its turn in time whatever a tick costs, and a person hears how far it is. */
import assert from 'node:assert/strict';
import { NO_STOPS } from '../../src/timeline/stops';
import type { Progress, Timeline } from '../../src/timeline/timeline';
import { atMisses, onLine, where } from './rules';
import { type Tape, tapeOf } from './tape';

const LONG = `machine {
  preset classroom
}
process p
mmap heap 64KiB rw anon
read heap random 120000 seed 5
mmap other 4MiB rw anon populate
munmap other
read heap random 20000 seed 6
`;

interface Paced extends Tape {
  /** Longest time without a turn of the host since it was last asked, in milliseconds of a made-up clock. */
  silence(): number;
  progress: Progress[];
}

/** A clock that goes by ticks: `microseconds` says what a tick costs. */
async function paced(
  microseconds: (tick: number, operation: boolean) => number,
  text = LONG,
  atTurn: () => void = () => undefined,
): Promise<Paced> {
  let time = 0;
  let turn = 0;
  let longest = 0;
  const progress: Progress[] = [];
  const t = await tapeOf(text, {
    checkpointTicks: 30_000,
    now: () => time,
    yieldToHost: () => {
      longest = Math.max(longest, time - turn);
      turn = time;
      atTurn();
      return Promise.resolve();
    },
    onProgress: (p) => progress.push(p),
  });
  const { run } = t.timeline;
  const fast = run.fast.bind(run);
  run.fast = (limit, stops, until) => {
    const operation = run.activity === null || run.activity.kind === 'operation';
    const cost = microseconds(run.tick, operation);
    const ran = fast(limit, stops, until);
    time += (ran * cost) / 1000;
    return ran;
  };
  const silence = (): number => {
    const was = Math.max(longest, time - turn);
    longest = 0;
    turn = time;
    return was;
  };
  return { ...t, silence, progress };
}

/** Fast at first, then a hundred times slower from one tick to the next; steps of an operation are slower still. */
const CHANGING = (tick: number, operation: boolean): number => (operation ? 150 : tick < 60_000 ? 0.02 : 5);

const MOTIONS: Record<string, (timeline: Timeline) => Promise<unknown>> = {
  continue: (t) => t.continue(NO_STOPS),
  'reverse continue': (t) => t.reverseContinue({ ...onLine(t.run, 4), candidates: () => [] }),
  'a seek forwards': (t) => t.seek({ tick: 119_000, event: 0 }),
  'a seek backwards': (t) => t.seek({ tick: 89_000, event: 0 }),
  'a step back': (t) => t.stepBack(),
  'a reverse step out': (t) => t.reverseStepOut(),
  'a step out': (t) => t.stepOut(NO_STOPS),
};

describe('the pace of a motion', function () {
  this.timeout(60_000);

  it('gives the host its turn at least every 100 ms, whatever a tick costs and however that changes', async () => {
    const t = await paced(CHANGING);
    for (const [name, motion] of Object.entries(MOTIONS)) {
      t.silence();
      await motion(t.timeline);
      const silence = t.silence();
      assert.ok(silence <= 100, `${name}: ${silence} ms without a turn`);
    }
  });

  it('does not stop all the time for the host where ticks are cheap', async () => {
    const t = await paced(() => 0.02);
    await t.timeline.continue(NO_STOPS);
    assert.ok(t.progress.length < 10, `${t.progress.length} turns in 3 ms of work`);
  });

  it('tells speed, share done and time left of a seek, a search backwards and a ranged access', async () => {
    const t = await paced(() => 5);
    await t.timeline.continue(NO_STOPS);
    const inAccess = t.progress.filter((p) => p.tick < 120_000);
    assert.ok(inAccess.length > 10);
    assert.ok(inAccess.every((p) => p.ticksPerSecond > 150_000 && p.ticksPerSecond < 250_000));
    assert.ok(inAccess.every((p) => p.done === undefined || Math.abs(p.done - p.tick / 120_000) < 0.01));
    const middle = inAccess[Math.floor(inAccess.length / 2)];
    assert.ok(Math.abs((middle.secondsLeft ?? 0) - ((120_000 - middle.tick) * 5) / 1e6) < 0.1);
    for (const motion of ['reverse continue', 'a seek forwards']) {
      t.progress.length = 0;
      await MOTIONS[motion](t.timeline);
      const done = t.progress.map((p) => p.done ?? -1);
      assert.ok(done.length > 2, motion);
      assert.deepEqual(
        done,
        [...done].sort((a, b) => a - b),
        'it only grows',
      );
      assert.ok(done[0] >= 0 && done[done.length - 1] <= 1);
    }
  });

  it('tells of long accesses alone how far they are, and of each anew', async () => {
    const START = 'process p\nmmap heap 64KiB rw anon\n';
    const short = await paced(() => 5, `${START}repeat 100 {\n  read heap random 1000\n}\n`);
    await short.timeline.continue(NO_STOPS);
    assert.ok(short.progress.length > 10);
    assert.ok(short.progress.every(({ done, secondsLeft }) => done === undefined && secondsLeft === undefined));
    const two = await paced(() => 5, `${START}read heap random 120000\nwrite heap random 240000\n`);
    await two.timeline.continue(NO_STOPS);
    const second = two.progress.filter(({ tick }) => tick > 150_000);
    assert.ok(second.length > 10);
    for (const { tick, secondsLeft } of second)
      assert.ok(Math.abs((secondsLeft ?? 0) - ((360_000 - tick) * 5) / 1e6) < 0.1, `${secondsLeft} s at ${tick}`);
  });

  it('pauses at the tick that was reached, also in a search that has just refused a stop', async () => {
    const t: Paced = await paced(
      () => 5,
      LONG,
      () => t.timeline.pause(),
    );
    const { timeline } = t;
    const refusing = where(atMisses, () => false);
    for (let i = 0; i < 20; i++) {
      const { length } = t.progress;
      await timeline.continue(refusing);
      assert.equal(t.progress.length, length + 1, 'it pauses at its first turn');
      assert.equal(timeline.moment.tick, t.progress[length].tick);
    }
  });

  it('ends soon when it is told to pause, also backwards and in a seek, and the tape is whole', async () => {
    const straight = await paced(() => 0.02);
    for (const [name, motion] of Object.entries(MOTIONS)) {
      const t = await paced(() => 5);
      if (name !== 'continue' && name !== 'a seek forwards') await t.timeline.continue(NO_STOPS);
      const origin = t.timeline.moment;
      const moving = motion(t.timeline) as Promise<{ kind: string }>;
      t.timeline.pause();
      const { kind } = await moving;
      const { tick, event } = t.timeline.moment;
      if (kind === 'pause' && name.includes('back')) assert.deepEqual(t.timeline.moment, origin, 'as if not begun');
      await straight.timeline.seek({ tick, event });
      assert.equal(t.hash(), straight.hash(), name);
    }
  });
});
