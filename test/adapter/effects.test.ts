import assert from 'node:assert/strict';
import type { EffectsResponse } from '../../src/protocol/requests';
import { useFixture } from './support';

const SCENARIO = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
write heap
read heap step 4KiB
munmap heap
print "{stats.faults.minor}"
expect tick == 0
`;

describe('what statements did', () => {
  const fixture = useFixture();
  const effects = async (): Promise<string[]> => {
    const { effects: found } = await fixture.client.ask<EffectsResponse>('ptscope/effects');
    return found.map(({ line, text }) => `${line + 1}: ${text}`);
  };
  const to = (tick: number, event = 0): Promise<unknown> => fixture.client.move('ptscope/seek', { tick, event });

  beforeEach(async () => {
    await fixture.client.load(fixture.scenario(SCENARIO), { stopOnEntry: true });
    await fixture.client.begin();
  });

  it('is said behind them, of all accesses of a range together', async () => {
    assert.deepEqual(await effects(), []);
    await to(2);
    assert.deepEqual(await effects(), []);
    await to(3);
    assert.deepEqual(await effects(), ['6: minor fault, 4 refs, +3 tables']);
    await to(4);
    assert.deepEqual(await effects(), ['7: TLB hit']);
    await to(20);
    const [range] = await effects();
    assert.match(range, /^8: 15 minor faults, \d+ walks, \d+ refs$/);
    await to(12);
    assert.match((await effects())[0], /^8: 7 minor faults/);
  });

  it('is said of the tick in which the cursor is, up to there', async () => {
    await to(2, 1000);
    assert.deepEqual(await effects(), ['6: minor fault, 4 refs, +3 tables']);
    await to(2, 3);
    assert.deepEqual(await effects(), []);
  });

  it('moves nothing and prints nothing again', async () => {
    await to(22);
    const { client } = fixture;
    const before = await client.moment();
    const said = client.output.length;
    await effects();
    assert.deepEqual(await client.moment(), before);
    assert.equal(client.output.length, said);
  });
});
