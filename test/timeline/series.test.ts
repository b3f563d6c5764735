import assert from 'node:assert/strict';
import { Counter } from '../../src/machine/core/counters';
import { parseExpression } from '../../src/scenario/language/parser';
import { readingHere, SERIES_CAPACITY, type SeriesPoint } from '../../src/timeline/series';
import { NO_STOPS } from '../../src/timeline/stops';
import type { Timeline } from '../../src/timeline/timeline';
import { fixtures, timelineOf } from './programs';
import { SMALL, tape, tapeOf } from './tape';

const LONG = `machine {
  preset classroom
}
process p
mmap a 4MiB rw anon
write a step 4KiB
read a random 20000 seed 3
`;

const copies = ({ series }: Timeline): SeriesPoint[] =>
  series.points().map(({ tick, reading }) => ({ tick, reading: reading.slice() }));

describe('the series of counters', () => {
  it('has a point at every tick of a short run, each what the counters are there', async () => {
    const { timeline } = await tape(SMALL);
    await timeline.seek({ tick: Infinity, event: 0 });
    const points = copies(timeline);
    assert.deepEqual(
      points.map(({ tick }) => tick),
      Array.from({ length: timeline.moment.tick + 1 }, (_, i) => i),
    );
    for (const { tick, reading } of points) {
      await timeline.seek({ tick, event: 0 });
      assert.deepEqual(readingHere(timeline.run), reading, `tick ${tick}`);
    }
  });

  it('halves its resolution when it is full, and stays evenly spread', async () => {
    const { timeline } = await tapeOf(LONG, {});
    await timeline.seek({ tick: 20_000, event: 0 });
    const { series } = timeline;
    const ticks = series.points().map(({ tick }) => tick);
    assert.equal(series.spacing, 64);
    assert.ok(ticks.length > SERIES_CAPACITY / 2 && ticks.length <= SERIES_CAPACITY + 1);
    assert.ok(ticks.slice(0, -1).every((tick, i) => tick === i * 64));
    assert.equal(ticks.at(-1), 20_001, 'the recorded tick is the last');
    assert.equal(series.points()[100].reading[Counter.Writes] + series.points()[100].reading[Counter.Reads], 6400 - 2);
  });

  for (const fixture of ['scenario', 'python', 'gups', 'kernel'])
    it(`depends on how far the tape has run and on nothing else: ${fixture}`, async () => {
      const program = (await fixtures()).find(({ name }) => name === fixture);
      assert.ok(program);
      const straight = timelineOf(program);
      await straight.continue(NO_STOPS);
      const expected = copies(straight);
      const wandering = timelineOf(program, { checkpointTicks: 7, now: () => 0 });
      await wandering.seek({ tick: 5, event: 0 });
      await wandering.seek({ tick: 40, event: 3 });
      await wandering.reverseContinue(NO_STOPS);
      for (let i = 0; i < 3; i++) await wandering.stepOver(NO_STOPS);
      await wandering.stepBack();
      await wandering.continue(NO_STOPS);
      await wandering.seek({ tick: 3, event: 0 });
      assert.deepEqual(copies(wandering), expected);
    });

  it('forgets what an edit drops, and shows what comes instead', async () => {
    const FLUSHED = SMALL.replace('repeat 3', 'invlpg heap\nrepeat 3');
    const { timeline } = await tape(FLUSHED);
    await timeline.seek({ tick: Infinity, event: 0 });
    const before = copies(timeline);
    const cut: number[] = [];
    const edited = await tapeOf(FLUSHED, { onNewHistory: (tick) => cut.push(tick) });
    await edited.timeline.seek({ tick: Infinity, event: 0 });
    await edited.timeline.seek({ tick: 4, event: 0 });
    edited.timeline.edit([{ target: parseExpression('pte(heap).present').expression, value: 0n }]);
    assert.deepEqual(cut, [4]);
    assert.equal(edited.timeline.series.end, 5);
    assert.equal(edited.timeline.known, 5);
    await edited.timeline.seek({ tick: Infinity, event: 0 });
    const after = copies(edited.timeline);
    assert.deepEqual(after.slice(0, 5), before.slice(0, 5));
    assert.notDeepEqual(after.at(-1), before.at(-1));
  });
});

describe('an excursion', () => {
  it('sees every tick as it was, and leaves the cursor as it stands', async () => {
    const { timeline, hash, outputs } = await tape(SMALL);
    await timeline.seek({ tick: Infinity, event: 0 });
    const said = outputs.length;
    await timeline.seek({ tick: 12, event: 2 });
    const before = hash();
    const titles: string[] = [];
    const done = await timeline.visit(4, (past) => {
      const [first] = past.record();
      titles.push(first.kind === 'statement' ? first.text : '?');
      return titles.length < 6;
    });
    assert.ok(done);
    assert.deepEqual(titles.slice(0, 3), [
      'print "faults {stats.faults.total}"',
      'read heap .. heap+16KiB step 4KiB',
      'read heap+0x1000 (2 of 4)',
    ]);
    assert.equal(hash(), before);
    assert.equal(outputs.length, said, 'nothing is said again');
  });

  it('gives the host its turn, finds everything in place then, and ends when the cursor moves', async () => {
    let now = 0;
    let turns = 0;
    const standing: string[] = [];
    const { timeline, hash } = await tapeOf(LONG, {
      now: () => (now += 1),
      yieldToHost: () => {
        // Now and then somebody asks for something.
        if (++turns % 40 === 0) standing.push(timeline.run.stateHash());
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
    await timeline.seek({ tick: 5000, event: 1 });
    const there = hash();
    standing.length = turns = 0;
    let seen = 0;
    const visiting = timeline.visit(10, (past) => {
      past.on(1, 0);
      return ++seen < 500;
    });
    assert.ok(await visiting);
    assert.ok(standing.length > 3);
    assert.ok(standing.every((each) => each === there));
    const interrupted = timeline.visit(10, (past) => past.on(1, 0) > 0);
    await timeline.stepIn(NO_STOPS);
    assert.equal(await interrupted, false);
  });
});
