/** Long motions over the wire: whatever is asked is answered while they go on, and a pause ends them. */
import assert from 'node:assert/strict';
import { latenciesUntil, latencyOf, latencyText } from '../support/latency';
import { useFixture } from './support';

/** A warm-up that faults, then millions of accesses at random. */
const LONG = `process p
mmap a 32MiB rw anon
write a step 4KiB
read a random 4000000 seed 3
read a random 400000000 seed 4
`;
const ENOUGH = 30;
/** A condition that is asked at every TLB miss and never holds: the slowest way to search. */
const NEVER = { filters: [], filterOptions: [{ filterId: 'tlb.miss', condition: 'access.va == 1' }] };

describe('a session that is busy', function () {
  this.timeout(60_000);
  const fixture = useFixture();

  /** Asks while a motion goes on, then pauses it. */
  async function busyWith(command: string, args: object): Promise<void> {
    const { client } = fixture;
    const stops = client.stops.length;
    await client.ask(command, args);
    let asked = 0;
    const latencies = await latenciesUntil(client, () => asked++ >= ENOUGH || client.stops.length > stops);
    assert.equal(client.stops.length, stops, 'all were answered before the motion ended');
    assert.equal(latencies.length, ENOUGH);
    const began = performance.now();
    const stop = await client.stopAfter(() => client.ask('pause'));
    const paused = performance.now() - began;
    assert.equal(stop.reason, 'pause');
    assert.equal((await client.moment()).event, 0, 'it stands at the start of a tick');
    console.log(`        ${command}: ${latencyText(latencyOf(latencies))}; pause ${paused.toFixed(1)} ms`);
  }

  beforeEach(async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(LONG), { stopOnEntry: true });
    await client.begin();
  });

  it('runs, and searches, and goes to a tick', async () => {
    const { client } = fixture;
    await busyWith('continue', { threadId: 1 });
    await busyWith('ptscope/seek', { tick: 400_000_000, event: 0 });
    await client.ask('setExceptionBreakpoints', NEVER);
    await busyWith('continue', { threadId: 1 });
    await busyWith('reverseContinue', { threadId: 1 });
    await busyWith('ptscope/travel', { what: 'fault', direction: 'next', target: '0x1234000' });
  });

  it('answers an edit, a step and a look where the pause left it, exactly as a run that was not paused', async () => {
    const { client } = fixture;
    await client.ask('continue', { threadId: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await client.stopAfter(() => client.ask('pause'));
    const { tick, stateHash } = await client.moment();
    await client.move('ptscope/seek', { tick: 0, event: 0 });
    await client.move('ptscope/seek', { tick, event: 0 });
    assert.equal((await client.moment()).stateHash, stateHash);
    await client.move('next');
    assert.equal((await client.moment()).tick, tick + 1);
    await client.move('stepBack');
    assert.equal((await client.moment()).stateHash, stateHash);
  });
});
