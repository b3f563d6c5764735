import assert from 'node:assert/strict';
import type { HistoryResponse, HistoryRow, HistoryRowsResponse } from '../../src/protocol/history';
import { FIRST, SCENARIO, useFixture } from './support';

/** Faults in bursts, a long quiet stretch between them. */
const LONG = `machine {
  preset classroom
}
process p
mmap a 16MiB rw anon
write a step 4KiB
read a random 300000 seed 3
mmap b 256KiB rw anon
write b step 4KiB
write b step 4KiB
print "end"
`;
const LAST_LINE = 11;

describe('the history over the wire', () => {
  const fixture = useFixture();
  const overview = (): Promise<HistoryResponse> => fixture.client.ask('ptscope/history');
  const ask = (list: string, start: number, count: number): Promise<HistoryRowsResponse> =>
    fixture.client.ask('ptscope/historyRows', { list, start, count });
  /** As a view does: asks again until everything is there. */
  async function rows(list: string, start: number, count: number): Promise<HistoryRow[]> {
    for (;;) {
      const answer = await ask(list, start, count);
      if (answer.complete) return answer.rows.map((row) => row ?? assert.fail('a row is missing'));
    }
  }
  async function runTo(text: string, line: number): Promise<void> {
    const file = fixture.scenario(text);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line });
    await fixture.client.begin();
  }

  it('lists every tick with its words, its faults and what the TLBs said', async () => {
    await runTo(SCENARIO, 10);
    const { ticks, faults, moment, stops } = await overview();
    assert.deepEqual([ticks, faults, moment.tick], [16, 4, 15]);
    assert.deepEqual(
      stops.map(({ tick, event }) => [tick, event]),
      [[15, 0]],
    );
    const all = await rows('ticks', 0, 100);
    assert.deepEqual(all.map(({ title }) => title).slice(0, 5), [
      'process demo',
      'mmap heap 64KiB rw anon at 0x5555_5540_0000',
      'write heap',
      'read heap .. heap+16KiB step 4KiB',
      'read heap+0x1000 (2 of 4)',
    ]);
    assert.deepEqual(
      all.slice(2, 6).map(({ tlb, references, faults: [fault] }) => [tlb, references, fault?.kind, fault?.text]),
      [
        ['miss', 5, 'minor', 'anonymous'],
        ['hit', undefined, undefined, undefined],
        ['miss', 6, 'minor', 'anonymous'],
        ['miss', 6, 'minor', 'anonymous'],
      ],
    );
    assert.deepEqual(await rows('ticks', 3, 2), all.slice(3, 5), 'the same when asked for by parts');
  });

  it('lists faults by number; going to one lands inside its handler', async () => {
    await runTo(SCENARIO, 10);
    const faults = await rows('faults', 0, 10);
    assert.deepEqual(
      faults.map(({ tick, faults: [{ kind }] }) => [tick, kind]),
      [
        [2, 'minor'],
        [4, 'minor'],
        [5, 'minor'],
        [6, 'minor'],
      ],
    );
    const [{ event }] = faults[2].faults;
    await fixture.client.move('ptscope/seek', { tick: faults[2].tick, event });
    assert.equal((await fixture.client.frames())[0].name, 'tdb_find_tobj [radix]');
  });

  it('lists what was populated ahead of time as faults that are counted and stopped nobody', async () => {
    await runTo('process p\nmmap a 12KiB rw anon populate\nread a\nprint "x"\n', 4);
    assert.equal((await overview()).faults, 3);
    const faults = await rows('faults', 0, 3);
    assert.deepEqual(
      faults.map(({ tick, faults: [{ text }] }) => [tick, text]),
      [
        [2, 'anonymous, ahead of time'],
        [2, 'anonymous, ahead of time'],
        [2, 'anonymous, ahead of time'],
      ],
    );
    assert.deepEqual((await rows('ticks', 2, 1))[0].faults, [], 'it is no page fault');
  });

  it('knows the fault that it stands in, and what is later once it was there', async () => {
    await fixture.client.load(FIRST);
    await fixture.client.begin(['fault.minor']);
    const before = await overview();
    assert.equal(before.faults, 1);
    assert.equal(before.ticks, before.moment.tick + 1);
    await fixture.client.move('continue').catch(() => undefined);
  });

  it('finds faults far away, in dense and in empty stretches, without moving the cursor', async () => {
    await runTo(LONG, LAST_LINE);
    const hash = (await fixture.client.moment()).stateHash;
    const { faults, ticks } = await overview();
    assert.equal(faults, 4096 + 64);
    const quietEnds = 2 + 4096 + 300_000;
    assert.equal(ticks, quietEnds + 1 + 128 + 1);
    const [last, first] = await rows('faults', 4095, 2);
    assert.deepEqual([last.tick, first.tick], [2 + 4095, quietEnds + 1]);
    assert.equal(first.title, 'write b step 4KiB');
    const middle = await rows('faults', 2000, 100);
    assert.deepEqual(
      middle.map(({ tick }) => tick),
      Array.from({ length: 100 }, (_, i) => 2002 + i),
    );
    const [far] = await rows('ticks', 200_000, 1);
    assert.match(far.title, /^read a\+0x[0-9a-f]+ \(195903 of 300000\)$/);
    assert.equal((await fixture.client.moment()).stateHash, hash);
  });

  it('answers at once with what it knows, and ends a search when the cursor moves', async () => {
    await runTo(LONG, LAST_LINE);
    const began = performance.now();
    const answer = await ask('faults', 4000, 200);
    assert.ok(performance.now() - began < 1000);
    assert.equal(answer.rows.length, 160);
    await fixture.client.move('stepBack');
    assert.equal((await rows('faults', 4000, 1)).length, 1);
  });

  it('forgets what an edit drops', async () => {
    await runTo(SCENARIO, 10);
    const { generation } = await overview();
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    await fixture.client.value('set pte(heap).present = 0', 'repl');
    const after = await overview();
    assert.deepEqual([after.ticks, after.faults, after.stops], [4, 1, []]);
    assert.notEqual(after.generation, generation);
  });

  it('says what is wrong with a question', async () => {
    await runTo(SCENARIO, 10);
    assert.match(
      await fixture.client.refusal('ptscope/historyRows', { list: 'x', start: 0, count: 1 }),
      /ticks or faults/,
    );
    assert.match(await fixture.client.refusal('ptscope/historyRows', { list: 'ticks' }), /needs 'start'/);
    assert.deepEqual((await ask('ticks', 1e9, 10)).rows, []);
    assert.deepEqual((await ask('ticks', -5, 2)).rows.length, 2);
  });
});
