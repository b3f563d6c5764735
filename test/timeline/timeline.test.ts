import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseExpression } from '../../src/scenario/language/parser';
import { Signal } from '../../src/machine/core/probe';
import type { StopRules } from '../../src/timeline/stops';
import { NO_STOPS } from '../../src/timeline/stops';
import { atFaults } from './rules';
import { SMALL, tape, type Tape } from './tape';

/** Hash at every moment of a straight run, by `tick.event`. */
async function allMoments(source: string): Promise<{ places: string[]; hashes: Map<string, string> }> {
  const t = await tape(source);
  const places: string[] = [];
  const hashes = new Map<string, string>();
  for (;;) {
    places.push(t.place());
    hashes.set(t.place(), t.hash());
    if ((await t.timeline.stepIn(NO_STOPS)).kind === 'end') return { places, hashes };
  }
}

async function stopsForward(t: Tape, rules: StopRules): Promise<string[]> {
  const places: string[] = [];
  for (;;) {
    const arrival = await t.timeline.continue(rules);
    if (arrival.kind !== 'stop') return places;
    places.push(t.place());
  }
}

describe('the timeline', () => {
  it('reaches every moment backwards in the state it had forwards', async () => {
    const { places, hashes } = await allMoments(SMALL);
    assert.ok(places.length > 500, `only ${places.length} moments`);
    const t = await tape(SMALL);
    while ((await t.timeline.stepIn(NO_STOPS)).kind !== 'end');
    for (const place of [...places].reverse()) {
      await t.timeline.reverseStepIn();
      assert.equal(t.place(), place);
      assert.equal(t.hash(), hashes.get(place), `state at ${place}`);
    }
    assert.ok(t.timeline.atStart);
  }).timeout(60_000);

  it('is in the same state at a moment whatever path led there', async () => {
    const { places, hashes } = await allMoments(SMALL);
    const motion = fc.oneof(
      fc.constantFrom('in', 'over', 'out', 'back', 'reverseIn', 'reverseOut', 'continue', 'reverse' as const),
      fc.nat(places.length - 1),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(motion, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(1, 5, 64),
        async (motions, spacing) => {
          const t = await tape(SMALL, spacing);
          for (const m of motions) {
            const line = t.timeline;
            if (typeof m === 'number') {
              const [tick, event] = places[m].split('.').map(Number);
              await line.seek({ tick, event });
            } else if (m === 'in') await line.stepIn(atFaults);
            else if (m === 'over') await line.stepOver(atFaults);
            else if (m === 'out') await line.stepOut(NO_STOPS);
            else if (m === 'back') await line.stepBack();
            else if (m === 'reverseIn') await line.reverseStepIn();
            else if (m === 'reverseOut') await line.reverseStepOut();
            else if (m === 'continue') await line.continue(atFaults);
            else await line.reverseContinue(atFaults);
            if (!line.atEnd) assert.equal(t.hash(), hashes.get(t.place()), `at ${t.place()} after ${motions.join()}`);
          }
        },
      ),
      { numRuns: 40 },
    );
  }).timeout(120_000);

  it('hits the same stops backwards as forwards', async () => {
    const t = await tape(SMALL, 4);
    const forward = await stopsForward(t, atFaults);
    assert.ok(forward.length >= 5);
    const backward: string[] = [];
    while ((await t.timeline.reverseContinue(atFaults)).kind === 'stop') backward.push(t.place());
    assert.deepEqual(backward, [...forward].reverse());
    assert.ok(t.timeline.atStart);
  });

  it('has the events of the tick it stands in after every motion', async () => {
    const t = await tape(SMALL, 4);
    const titles = new Map<number, string>();
    const check = (): void => {
      const first = t.timeline.events[0];
      const title = first?.kind === 'statement' ? first.text : 'end';
      const { tick } = t.timeline.moment;
      assert.equal(titles.get(tick) ?? title, title, `tick ${tick}`);
      titles.set(tick, title);
    };
    for (let i = 0; i < 12; i++) {
      check();
      await t.timeline.stepOver(NO_STOPS);
    }
    for (let i = 0; i < 12; i++) {
      await t.timeline.stepBack();
      check();
    }
    assert.ok(t.timeline.atStart);
    await t.timeline.seek({ tick: 9, event: 0 });
    check();
    await t.timeline.reverseContinue(NO_STOPS);
    check();
  });

  it('returns with n steps over from n steps back, across functions and statements', async () => {
    const t = await tape(SMALL);
    await t.timeline.continue(atFaults);
    await t.timeline.stepIn(NO_STOPS);
    await t.timeline.stepIn(NO_STOPS);
    const place = t.place();
    const hash = t.hash();
    const visited = [];
    for (let i = 0; i < 11; i++) {
      await t.timeline.stepBack();
      visited.push(t.place());
    }
    assert.equal(new Set(visited).size, 11, 'every step back moves');
    for (let i = 0; i < 11; i++) await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.place(), place);
    assert.equal(t.hash(), hash);
  });

  it('steps over from a statement to the next, and through a ranged one access by access', async () => {
    const t = await tape(SMALL);
    const titles: string[] = [];
    for (let i = 0; i < 8; i++) {
      titles.push(t.timeline.standing.title);
      await t.timeline.stepOver(NO_STOPS);
    }
    assert.deepEqual(titles.slice(3), [
      'write heap',
      'print "faults {stats.faults.total}"',
      'read heap .. heap+16KiB step 4KiB',
      'read heap+0x1000 (2 of 4)',
      'read heap+0x2000 (3 of 4)',
    ]);
  });

  it('steps out of a ranged statement, and of a loop', async () => {
    const t = await tape(SMALL);
    for (let i = 0; i < 6; i++) await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.timeline.standing.title, 'read heap+0x1000 (2 of 4)');
    await t.timeline.stepOut(NO_STOPS);
    assert.equal(t.timeline.standing.title, 'write heap random 8 seed 7');
    await t.timeline.stepOut(NO_STOPS);
    assert.equal(t.timeline.standing.title, 'expect stats.faults.minor > 3');
    await t.timeline.reverseStepOut();
    assert.match(t.timeline.standing.title, /^write heap/);
  });

  it('steps over a range operation as one statement, and into each of its steps', async () => {
    const t = await tape(SMALL);
    while (t.timeline.standing.title !== 'munmap heap') await t.timeline.stepOver(NO_STOPS);
    const { tick } = t.timeline.moment;
    await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.timeline.standing.title, 'expect fails read heap');
    assert.ok(t.timeline.moment.tick > tick + 1, 'the operation took several ticks');
    await t.timeline.stepBack();
    assert.equal(t.timeline.moment.tick, tick);
  });

  it('says what a tick says once, however often the tick is run again', async () => {
    const t = await tape(SMALL);
    const end = (await stopsForward(t, atFaults)).length;
    assert.ok(end > 0);
    await t.timeline.seek({ tick: 0, event: 0 });
    await t.timeline.continue(NO_STOPS);
    const prints = t.outputs.filter((o) => o.kind === 'print').map((o) => (o.kind === 'print' ? o.text : ''));
    assert.deepEqual(prints, ['faults 1', 'end']);
  });

  it('pauses at a tick boundary and goes on from there', async () => {
    const t = await tape(SMALL.replace('repeat 3', 'repeat 20000'), 4096);
    const motion = t.timeline.continue(NO_STOPS);
    setTimeout(() => t.timeline.pause(), 30);
    assert.equal((await motion).kind, 'pause');
    const { tick, event } = t.timeline.moment;
    assert.ok(tick > 0 && event === 0);
    const hash = t.hash();
    await t.timeline.stepBack();
    await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.hash(), hash);
  });

  it('finds what an armed signal saw inside a long fast run', async () => {
    const t = await tape(
      'process p\nmmap a 64MiB rw anon\nread a for 4KiB step 8\nwrite a+32MiB\nread a for 4KiB step 8\n',
      64,
    );
    const rules: StopRules = { ...atFaults, armed: Signal.TlbMiss | 0x7f };
    await t.timeline.continue(rules);
    await t.timeline.continue(rules);
    assert.equal(t.timeline.standing.title, 'write a+32MiB');
    assert.equal(t.timeline.events[t.timeline.moment.event].kind, 'fault');
  });
});

describe('an edit at a moment', () => {
  const expression = (text: string) => parseExpression(text).expression;
  const edit = (t: Tape, text: string, value: bigint): string | undefined =>
    t.timeline.edit([{ target: expression(text), value, text }]);
  const beforeRead = async (): Promise<Tape> => {
    const t = await tape('process p\nmmap a 64KiB rw anon\nwrite a\nflush tlb\nread a\nread a\nprint "end"\n');
    while (t.timeline.standing.title !== 'read a') await t.timeline.stepOver(NO_STOPS);
    return t;
  };
  const faults = (t: Tape): number => t.timeline.events.filter((e) => e.kind === 'fault').length;

  it('changes what follows it', async () => {
    const t = await beforeRead();
    assert.equal(edit(t, 'pte(a).present', 0n), undefined);
    assert.equal(faults(t), 1, 'the read now faults');
  });

  it('is part of the tape: the same state is reached on every path over it that does not begin before it', async () => {
    const t = await beforeRead();
    edit(t, 'pte(a).user', 0n);
    const { tick } = t.timeline.moment;
    const here = t.hash();
    await t.timeline.stepOver(NO_STOPS);
    const after = t.hash();
    await t.timeline.continue(NO_STOPS);
    await t.timeline.seek({ tick: tick + 1, event: 0 });
    assert.equal(t.hash(), after);
    await t.timeline.stepBack();
    assert.equal(t.hash(), here, 'its own moment keeps it');
    await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.hash(), after);
    assert.deepEqual(t.undone, []);
  });

  it('is undone by going back before it, and a sentence says so', async () => {
    const t = await beforeRead();
    const hash = t.hash();
    const place = t.place();
    edit(t, 'pte(a).present', 0n);
    await t.timeline.stepBack();
    assert.equal(t.timeline.standing.title, 'flush tlb');
    assert.deepEqual(t.undone, [`the edit of pte(a).present at tick ${place.split('.')[0]} is undone`]);
    await t.timeline.stepOver(NO_STOPS);
    assert.equal(t.place(), place);
    assert.equal(t.hash(), hash);
    assert.equal(faults(t), 0);
  });

  it('inside a tick is undone by going back inside the tick', async () => {
    const t = await beforeRead();
    for (let i = 0; i < 3; i++) await t.timeline.stepIn(NO_STOPS);
    const events = t.timeline.events.length;
    const hash = t.hash();
    edit(t, 'pte(a).present', 0n);
    assert.notEqual(t.timeline.events.length, events);
    await t.timeline.reverseStepIn();
    assert.equal(t.undone.length, 1);
    assert.equal(t.timeline.events.length, events, 'the tick is as it was');
    await t.timeline.stepIn(NO_STOPS);
    assert.equal(t.hash(), hash);
  });

  it('stays when a search backwards stops behind it, and goes when it stops before it', async () => {
    const t = await beforeRead();
    edit(t, 'pte(a).present', 0n);
    await t.timeline.continue(NO_STOPS);
    assert.equal((await t.timeline.reverseContinue(atFaults)).kind, 'stop');
    assert.equal(t.timeline.standing.title, 'read a', 'the fault that the edit made');
    assert.deepEqual(t.undone, []);
    assert.equal((await t.timeline.reverseContinue(atFaults)).kind, 'stop');
    assert.equal(t.timeline.standing.title, 'write a');
    assert.equal(t.undone.length, 1);
  });

  it('stays when a jump that passed it comes back with nothing', async () => {
    const t = await beforeRead();
    edit(t, 'pte(a).present', 0n);
    const hash = t.hash();
    assert.equal((await t.timeline.jump(NO_STOPS, false)).kind, 'nowhere');
    assert.equal(t.hash(), hash);
    assert.deepEqual(t.undone, []);
  });

  it('makes what follows say what it has to say again, once', async () => {
    const t = await beforeRead();
    await t.timeline.continue(NO_STOPS);
    await t.timeline.seek({ tick: 4, event: 0 });
    edit(t, 'pte(a).accessed', 0n);
    await t.timeline.continue(NO_STOPS);
    await t.timeline.reverseContinue(NO_STOPS);
    await t.timeline.continue(NO_STOPS);
    assert.equal(
      t.outputs.filter((o) => o.kind === 'print').length,
      3,
      'the first time, after the edit, after its undo',
    );
  });

  it('that is refused changes nothing', async () => {
    const t = await beforeRead();
    const hash = t.hash();
    assert.match(edit(t, 'walk(a).refs', 0n) ?? '', /cannot be set/);
    assert.equal(t.hash(), hash);
  });
});
