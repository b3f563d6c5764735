/** Searches for stops, both ways: against looking at every tick. */
import assert from 'node:assert/strict';
import { asVpn } from '../../src/machine/core/addresses';
import { Recorder, Signal } from '../../src/machine/core/probe';
import type { Run } from '../../src/scenario/run/run';
import { mayStopBetween, readingOf } from '../../src/timeline/reading';
import { hasBreaks } from '../../src/timeline/search';
import { NO_STOPS, type StopRules } from '../../src/timeline/stops';
import type { Timeline, TimelineOptions } from '../../src/timeline/timeline';
import { type Fixture, fixtures, placeOf, timelineOf } from './programs';
import * as rules from './rules';

async function forwards(timeline: Timeline, rule: StopRules): Promise<string[]> {
  const stops: string[] = [];
  let arrival = await timeline.begin(rule);
  while (arrival.kind === 'stop') {
    stops.push(placeOf(timeline));
    arrival = await timeline.continue(rule);
  }
  assert.equal(arrival.kind, 'end');
  return stops;
}

async function backwards(timeline: Timeline, rule: StopRules): Promise<string[]> {
  const stops: string[] = [];
  while ((await timeline.reverseContinue(rule)).kind === 'stop') stops.push(placeOf(timeline));
  assert.ok(timeline.atStart);
  return stops;
}

/** The address that most events of a kind are about, and the page that is touched most. */
function mostUsed(run: Run, kinds: readonly string[]): number {
  const counts = new Map<number, number>();
  while (run.end === null) {
    const recorder = new Recorder();
    run.machine.probe.recorder = recorder;
    run.step();
    run.machine.probe.recorder = null;
    for (const e of recorder.events) {
      let at: number | undefined;
      if (kinds.includes(e.kind)) {
        if (e.kind === 'translate') at = e.vpn;
        else if (e.kind === 'tableRead' || e.kind === 'entryWrite' || e.kind === 'hardwareWrite')
          at = e.table * 4096 + e.index * 8;
      }
      if (at !== undefined) counts.set(at, (counts.get(at) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  // Not the very hottest: that would stop in every tick.
  return sorted[Math.min(3, sorted.length - 1)][0];
}

const KINDS: Record<string, (fixture: Fixture) => StopRules> = {
  'page faults': () => rules.atFaults,
  'TLB misses': () => rules.atMisses,
  'a kernel function': () => rules.inFunction('handle_mm_fault'),
  'an EMT function': () => rules.inFunction('tdb_find_tobj'),
  'a line of many ticks': ({ run, line }) => rules.onLine(run, line),
  'reads of a table entry': ({ run }) => rules.readsOf(mostUsed(run, ['tableRead'])),
  'writes of a table entry': ({ run }) => rules.writesOf(mostUsed(run, ['entryWrite', 'hardwareWrite'])),
  'uses of a page': ({ run }) => rules.usesOfPage(asVpn(mostUsed(run, ['translate']))),
  'loads of CR2': () => rules.loadsOfCr2,
  'faults under a condition': () => rules.where(rules.atFaults, (at) => at.machine.probe.counters[0] % 2 === 0),
};

const SPACINGS: readonly Partial<TimelineOptions>[] = [
  { checkpointTicks: 20 },
  { checkpointTicks: 3, checkpointBytes: 300_000 },
];

describe('a search on the tape', function () {
  this.timeout(60_000);
  let programs: Fixture[];
  before(async () => {
    programs = await fixtures();
  });

  for (const [n, [kind, make]] of Object.entries(KINDS).entries())
    it(`hits the same stops backwards as forwards: ${kind}`, async () => {
      for (const [i, fixture] of programs.entries()) {
        fixture.run.load(fixture.start);
        const rule = make(fixture);
        fixture.run.load(fixture.start);
        const every = kind.endsWith('condition') ? undefined : rules.everyStop(fixture.run, rule);
        const timeline = timelineOf(fixture, SPACINGS[(i + n) % SPACINGS.length]);
        const forward = await forwards(timeline, rule);
        if (every !== undefined) assert.deepEqual(forward, every, fixture.name);
        assert.deepEqual(await backwards(timeline, rule), [...forward].reverse(), fixture.name);
        assert.deepEqual(await forwards(timeline, rule), forward, 'again, over known ground');
      }
    });

  it('passes over no stretch in which something armed is signalled', () => {
    const functions = [rules.inFunction('find_vma').functions[0], rules.inFunction('tdb_update_tobj').functions[0]];
    for (const { run, start } of programs) {
      run.load(start);
      const breaks = hasBreaks(run);
      let passed = 0;
      while (run.end === null) {
        const before = readingOf(run);
        const all = 0x7f | Signal.TlbMiss | Signal.Function | Signal.FailedExpect | Signal.Break;
        run.machine.probe.armed = all;
        for (const f of functions) run.machine.probe.armedFunctions[f] = 1;
        run.fast(1, null);
        run.machine.probe.armed = 0;
        for (const f of functions) run.machine.probe.armedFunctions[f] = 0;
        const { fired } = run.machine.probe;
        const after = readingOf(run);
        for (let bit = 1; bit <= Signal.Break; bit <<= 1) {
          const rule = { ...NO_STOPS, armed: bit, functions: bit === Signal.Function ? functions : [] };
          const may = mayStopBetween(rule, before, after, breaks);
          assert.ok(may || (fired & bit) === 0, `signal ${bit} in tick ${before.tick}`);
          if (!may) passed++;
        }
      }
      assert.ok(passed > 1000);
    }
  });

  it('goes to the start at once where nothing is armed, and forward again without running', async () => {
    for (const fixture of programs) {
      const timeline = timelineOf(fixture, { checkpointTicks: 20 });
      assert.equal((await timeline.continue(NO_STOPS)).kind, 'end');
      const end = timeline.moment.tick;
      const ran = countTicks(fixture.run);
      assert.equal((await timeline.reverseContinue(NO_STOPS)).kind, 'start');
      assert.equal(ran(), 0, 'no tick is run to get to the start');
      assert.equal((await timeline.continue(NO_STOPS)).kind, 'end');
      assert.equal(timeline.moment.tick, end);
      assert.ok(ran() < 45, `${ran()} ticks run again`);
    }
  });

  it('reverses over no more ticks than it looks at', async () => {
    const [, , gups] = programs;
    const timeline = timelineOf(gups, { checkpointTicks: 50 });
    await timeline.continue(NO_STOPS);
    const end = timeline.moment.tick;
    const ran = countTicks(gups.run);
    // The second pattern touches the pages of the first again: the last fault is far back.
    assert.equal((await timeline.reverseContinue(rules.atFaults)).kind, 'stop');
    assert.ok(end - timeline.moment.tick > 200);
    assert.ok(ran() < 200, `${ran()} ticks run`);
  });
});

/** Ticks that fast runs make from now on. */
function countTicks(run: Run): () => number {
  let count = 0;
  const fast = run.fast.bind(run);
  run.fast = (...args) => {
    const ran = fast(...args);
    count += ran;
    return ran;
  };
  return () => count;
}
