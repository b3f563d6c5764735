/** `expect fails` over many accesses: the condition is asked at the tick that failed, however the run got there. */
import assert from 'node:assert/strict';
import type { Run } from '../../../src/scenario/run/run';
import { runOf } from './support';

const HOLE = ['process p', 'mmap heap 16KiB rw anon at 0x10_0000', 'munmap heap + 8192 for 4KiB'];
const RANGED = 'expect fails read heap step 4KiB';
/** Its second access crosses into the hole: the first page of it is there, the second is not. */
const CROSSING = 'expect fails read heap size 4 step 8190';

const MOVES: Readonly<Record<string, (run: Run) => unknown>> = {
  fast: (run) => run.fast(1000, null),
  'in bursts of two': (run) => run.fast(2, null),
  'up to boundaries': (run) => run.fast(1000, null, 'boundary'),
  'step by step': (run) => run.step(),
};

async function endOf(statement: string, move: (run: Run) => unknown): Promise<Run> {
  const run = await runOf(...HOLE, statement);
  for (let i = 0; run.end === null; i++) {
    assert.ok(i < 1000, 'the run does not end');
    move(run);
  }
  return run;
}

describe('a fatal fault that nobody expects', () => {
  it('says of memory that has run out who holds it', async () => {
    const run = await runOf(
      ...['machine {', '  memory 2MiB', '  swap 16KiB', '}'],
      ...['process small', 'mmap a 64KiB rw anon', 'write a step 4KiB'],
      ...['process large', 'mmap b 64MiB rw anon', 'write b step 4KiB'],
    );
    while (run.end === null) run.fast(1000, null);
    assert.ok(run.end.kind === 'fatal');
    assert.match(
      run.end.text,
      /^OOM at \S+ \(b\+0x\w+\): 0 frames are free; large \d+ pages, small 1\d pages, page tables \d+, swap 4 of 4 slots$/,
    );
  });
});

describe('expect fails over a ranged access', () => {
  for (const [statement, condition] of [
    [RANGED, 'tick == 8'],
    [RANGED, 'access.index == 3'],
    [RANGED, 'access.va == heap + 0x2000'],
    [RANGED, 'access.pa == none'],
    [RANGED, 'access.walk == none'],
    [RANGED, 'fault == SIGSEGV'],
    [CROSSING, 'access.walk.count == 1'],
    [CROSSING, 'access.va == heap + 8190'],
  ]) {
    it(`passes where it should: ${condition}`, async () => {
      const stepped = await endOf(`${statement} with ${condition}`, MOVES['step by step']);
      assert.deepEqual([stepped.passed, stepped.failed, stepped.end], [1, [], { kind: 'finished' }]);
      for (const [how, move] of Object.entries(MOVES)) {
        const run = await endOf(`${statement} with ${condition}`, move);
        assert.deepEqual([run.passed, run.failed, run.end], [1, [], { kind: 'finished' }], how);
        assert.deepEqual([run.tick, run.stateHash()], [stepped.tick, stepped.stateHash()], how);
      }
    });
  }

  for (const [condition, actual] of [
    ['tick == 6', '8 == 6 does not hold'],
    ['access.walk != none', 'none != none does not hold'],
  ]) {
    it(`says of a condition that fails what was true at that tick: ${condition}`, async () => {
      const stepped = await endOf(`${RANGED} with ${condition}`, MOVES['step by step']);
      for (const [how, move] of Object.entries(MOVES)) {
        const run = await endOf(`${RANGED} with ${condition}`, move);
        assert.deepEqual(
          run.failed.map((f) => f.actual),
          [actual],
          how,
        );
        assert.deepEqual([run.tick, run.stateHash()], [stepped.tick, stepped.stateHash()], how);
      }
    });
  }
});
