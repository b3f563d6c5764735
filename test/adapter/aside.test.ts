/** What the Walk view shows where the cursor's tick makes no access. */
import assert from 'node:assert/strict';
import type { WalkResponse } from '../../src/protocol/requests';
import { useFixture } from './support';

const PROGRAM = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap .. heap+12KiB step 4KiB
repeat 100 {
  print "nothing"
}
munmap heap
print "end"
`;
const TICKS = { process: 0, mmap: 1, lastWrite: 4, print: 5, munmap: 105, unmapping: 106 };

describe('the Walk view where the tick makes no access', () => {
  const fixture = useFixture();

  async function at(tick: number, event = 0): Promise<WalkResponse> {
    await fixture.client.move('ptscope/seek', { tick, event });
    return fixture.client.ask<WalkResponse>('ptscope/walk');
  }

  async function start(text = PROGRAM): Promise<void> {
    await fixture.client.load(fixture.scenario(text), { stopOnEntry: true, stopAtEnd: true });
    await fixture.client.begin();
  }

  /** The number of the first event of the cursor's tick whose line of the listing fits. */
  async function eventOf(tick: number, line: RegExp): Promise<number> {
    await at(tick);
    const { listing } = await fixture.client.moment();
    const { content } = await fixture.client.ask<{ content: string }>('source', { sourceReference: listing });
    return content.split('\n').findIndex((each) => line.test(each));
  }

  it('says what the statement does, and what there is to translate with, before the first access', async () => {
    await start();
    assert.deepEqual(await at(TICKS.process), { place: { statement: 'process demo', scheme: 'radix' } });
    const { picture, place } = await at(TICKS.mmap);
    assert.equal(picture, undefined);
    assert.match(place?.statement ?? '', /^mmap heap/);
    assert.equal(place?.process, 'demo');
    assert.equal(place?.root, 'PGD table at 0x100000');
  });

  for (const [how, tick, ago] of [
    ['at the next statement', TICKS.print, 1],
    ['a long way on', TICKS.munmap, 101],
  ] as const)
    it(`shows the last access as it was, all of it behind the cursor, ${how}`, async () => {
      await start();
      const { picture } = await at(tick);
      assert.equal(picture?.access.title, 'write heap+0x2000 (3 of 3)');
      assert.equal(picture.aside?.kind, 'lastAccess');
      assert.equal(picture.aside.ticksAgo, ago);
      assert.match(picture.aside.statement, tick === TICKS.print ? /^print/ : /^munmap/);
      assert.equal(picture.cursor.tick, TICKS.lastWrite);
      assert.ok((picture.result?.event ?? Infinity) < picture.cursor.event);
      assert.equal((await fixture.client.moment()).tick, tick);
    });

  it('shows it at the end of the run, though its page is gone by then', async () => {
    await start();
    await fixture.client.move('continue');
    const { picture } = await fixture.client.ask<WalkResponse>('ptscope/walk');
    assert.equal((await fixture.client.moment()).running, false);
    assert.equal(picture?.aside?.kind, 'lastAccess');
    assert.equal(picture.walks.at(-1)?.outcome, 'mapped');
  });

  it('follows kernel work from page to page, through the tables as they are by then', async () => {
    await start();
    const second = await eventOf(TICKS.unmapping, /write PTE\[1\]/);
    const { picture } = await at(TICKS.unmapping, second);
    assert.equal(picture?.aside?.kind, 'work');
    assert.equal(picture.aside.doing, 'addr_range_remove [radix]');
    assert.equal(BigInt(picture.access.address), 0x5555_5540_1000n);
    assert.equal(picture.walks[0].outcome, 'fault');
    const before = await at(TICKS.unmapping, second - 1);
    assert.equal(BigInt(before.picture?.access.address ?? 0), 0x5555_5540_0000n);
  });

  it('has the page of the last access where that is too far back to be run again', async () => {
    await start(PROGRAM.replace('repeat 100 ', 'repeat 60000 '));
    const { picture } = await at(60_005);
    assert.equal(picture?.aside?.kind, 'lastPage');
    assert.equal(BigInt(picture.access.address), 0x5555_5540_2000n);
  });

  for (const scheme of ['fpt:L4L3+L2L1', 'ecpt'])
    it(`does so on ${scheme}, too`, async () => {
      await fixture.client.load(fixture.scenario(PROGRAM), { stopOnEntry: true, scheme });
      await fixture.client.begin();
      assert.equal((await at(TICKS.print)).picture?.aside?.ticksAgo, 1);
      assert.ok((await at(TICKS.mmap)).place?.root);
    });
});
