/** However a moment of the tape is reached, the machine is there in the state in which a straight run passes it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../src/machine/core/addresses';
import { Recorder, StopAtEvent } from '../../src/machine/core/probe';
import { parseExpression } from '../../src/scenario/language/parser';
import type { Run } from '../../src/scenario/run/run';
import type { Change, Moment } from '../../src/timeline/edits';
import { NO_STOPS, type StopRules } from '../../src/timeline/stops';
import type { Timeline, TimelineOptions } from '../../src/timeline/timeline';
import { type Fixture, fixtures, placeOf, timelineOf } from './programs';
import { atFaults, inFunction, onLine, usesOfPage, where } from './rules';

/** Runs straight to a moment, with edits on the way. The run is left there. */
function straightTo(run: Run, fixture: Fixture, moment: Moment, edits: readonly (Change & Moment)[]): void {
  run.load(fixture.start);
  const recordTick = (stopAt: number): void => {
    const here = edits.filter((e) => e.tick === run.tick);
    const apply = (index: number): void =>
      here.forEach((e) => e.event === index && assert.equal(run.assign(e.target, e.value), undefined));
    run.machine.probe.recorder = new Recorder(stopAt, apply);
    try {
      run.step();
    } catch (error) {
      if (!(error instanceof StopAtEvent)) throw error;
    } finally {
      run.machine.probe.recorder = null;
    }
  };
  for (const { tick } of edits) {
    if (tick >= moment.tick) break;
    if (run.tick > tick) continue;
    run.fast(tick - run.tick, null);
    recordTick(Infinity);
  }
  run.fast(moment.tick - run.tick, null);
  const atStart = edits.filter((e) => e.tick === moment.tick && e.event === 0);
  if (moment.event > 0) recordTick(moment.event);
  else for (const e of atStart) run.assign(e.target, e.value);
}

/** Hashes of every tick's start, run fast, and the same recorded. */
function straightHashes(fixture: Fixture, mode: 'fast' | 'recorded'): string[] {
  const { run } = fixture;
  run.load(fixture.start);
  const hashes: string[] = [];
  while (run.end === null) {
    hashes.push(run.stateHash());
    if (mode === 'fast') run.fast(1, null);
    else {
      run.machine.probe.recorder = new Recorder();
      run.step();
      run.machine.probe.recorder = null;
    }
  }
  return [...hashes, run.stateHash()];
}

/** Edits that mean something in some state or other; where they are refused, nothing happens. */
const EDITS = ['cr2', 'pte(access.va).accessed', 'pte(access.va).present', 'cr3', 'phys(0x101000)'];

const command = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('in', 'over', 'out', 'back', 'reverseIn', 'reverseOut', 'overback') },
  { weight: 6, arbitrary: fc.record({ go: fc.constantFrom('continue', 'reverse'), rules: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), event: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ pauseAfter: fc.nat(4), go: fc.constantFrom('continue', 'reverse'), rules: fc.nat(5) }),
  },
  { weight: 2, arbitrary: fc.record({ edit: fc.nat(EDITS.length - 1), value: fc.nat(3) }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

const OPTIONS: readonly Partial<TimelineOptions>[] = [
  { checkpointTicks: 1 },
  { checkpointTicks: 7 },
  { checkpointTicks: 100 },
  { checkpointTicks: 5, checkpointBytes: 20_000 },
  {},
];

function rulesOf(fixture: Fixture): StopRules[] {
  const { run, start } = fixture;
  run.load(start);
  run.fast(400, null);
  const page = asVpn(run.machine.last[1]);
  return [
    NO_STOPS,
    atFaults,
    inFunction('tdb_update_tobj'),
    usesOfPage(page),
    onLine(run, fixture.line),
    where(atFaults, (at) => at.machine.probe.counters[0] % 3 === 0),
  ];
}

class Session {
  readonly timeline: Timeline;
  readonly edits: (Change & Moment)[] = [];
  readonly undone: string[] = [];
  pauseAfter = Infinity;
  #time = 0;

  constructor(
    readonly fixture: Fixture,
    readonly rules: readonly StopRules[],
    readonly ticks: number,
    options: Partial<TimelineOptions>,
  ) {
    this.timeline = timelineOf(fixture, {
      ...options,
      // Time flies: every burst is as short as can be, and the host gets a turn after each.
      now: () => (this.#time += 5),
      yieldToHost: () => {
        if (--this.pauseAfter < 0) this.timeline.pause();
        return Promise.resolve();
      },
      onUndo: (text) => this.undone.push(text),
    });
  }

  async do(c: Command): Promise<void> {
    const { timeline: t } = this;
    this.pauseAfter = typeof c === 'object' && 'pauseAfter' in c ? c.pauseAfter : Infinity;
    const before = this.undone.length;
    if (c === 'in') await t.stepIn(NO_STOPS);
    else if (c === 'over') await t.stepOver(this.rules[1]);
    else if (c === 'out') await t.stepOut(NO_STOPS);
    else if (c === 'back') await t.stepBack();
    else if (c === 'reverseIn') await t.reverseStepIn();
    else if (c === 'reverseOut') await t.reverseStepOut();
    else if (c === 'overback') {
      const { moment } = t;
      const edits = this.edits.length;
      await t.stepBack();
      const moved = placeOf(t) !== `${moment.tick}.${moment.event}`;
      if (moved && this.undone.length === before && edits === this.edits.length) {
        await t.stepOver(NO_STOPS);
        assert.deepEqual(t.moment, moment, 'a step back and a step over cancel');
      }
    } else if ('go' in c)
      await (c.go === 'continue' ? t.continue(this.rules[c.rules]) : t.reverseContinue(this.rules[c.rules]));
    else if ('share' in c) await t.seek({ tick: Math.floor(c.share * this.ticks), event: c.event });
    else this.#edit(EDITS[c.edit], BigInt(c.value));
    this.#dropUndone(this.undone.length - before);
  }

  #edit(text: string, value: bigint): void {
    const { expression: target } = parseExpression(text);
    if (this.timeline.atEnd || this.timeline.edit([{ target, value, text }]) !== undefined) return;
    this.edits.push({ ...this.timeline.moment, target, value });
  }

  #dropUndone(count: number): void {
    const { tick, event } = this.timeline.moment;
    const later = this.edits.filter((e) => e.tick > tick || (e.tick === tick && e.event > event));
    assert.equal(count, later.length, 'exactly the edits behind the cursor are undone');
    for (const e of later) this.edits.splice(this.edits.indexOf(e), 1);
  }
}

describe('determinism', function () {
  this.timeout(120_000);
  let programs: Fixture[];
  let references: Fixture[];
  before(async () => {
    programs = await fixtures();
    references = await fixtures();
  });

  it('a recorded run goes through the states of a fast one, tick by tick', () => {
    for (const fixture of programs) {
      const fast = straightHashes(fixture, 'fast');
      assert.ok(fast.length > 250, `${fixture.name} has ${fast.length} ticks`);
      assert.deepEqual(straightHashes(fixture, 'recorded'), fast);
    }
  });

  it('any sequence of debugger commands arrives in the state of a straight run, edits and their undo included', async () => {
    const hashes = programs.map((fixture) => straightHashes(fixture, 'fast'));
    const rules = programs.map(rulesOf);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.constantFrom(...OPTIONS),
        fc.array(command, { minLength: 1, maxLength: 9 }),
        async (program, options, commands) => {
          const session = new Session(programs[program], rules[program], hashes[program].length, options);
          const reference = references[program];
          for (const c of commands) {
            await session.do(c);
            const { moment, run, atEnd } = session.timeline;
            if (session.edits.length === 0 && (moment.event === 0 || atEnd))
              assert.equal(
                run.stateHash(),
                hashes[program][moment.tick],
                `at ${moment.tick} after ${JSON.stringify(c)}`,
              );
            else {
              straightTo(reference.run, reference, moment, session.edits);
              assert.equal(
                run.stateHash(),
                reference.run.stateHash(),
                `at ${placeOf(session.timeline)} after ${JSON.stringify(c)}`,
              );
            }
            compared++;
          }
        },
      ),
      { numRuns: 520 },
    );
    assert.ok(compared > 1500, `${compared} states were compared`);
  });
});
