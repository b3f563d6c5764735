import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { useFixture } from './support';

const STORY = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
read heap
write heap
write heap+0x3000
munmap heap+0x3000 for 4KiB
read heap
print "end"
`;
const END = 11;

describe('journeys over the wire', () => {
  const fixture = useFixture();
  type Stop = DebugProtocol.StoppedEvent['body'];

  const travel = (what: string, direction: string, target: string): Promise<Stop> =>
    fixture.client.move('ptscope/travel', { what, direction, target });
  const texts = async (times: number, ...journey: [string, string, string]): Promise<string[]> => {
    const found: string[] = [];
    for (let i = 0; i < times; i++) found.push((await travel(...journey)).text ?? '');
    return found;
  };

  beforeEach(async () => {
    const file = fixture.scenario(STORY);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line: END });
    await fixture.client.begin();
  });

  it('go back and forth over the changes of an entry', async () => {
    const back = await texts(3, 'change', 'previous', 'pte(heap)');
    assert.deepEqual(
      back.map((t) => t.replace(/^data breakpoint: PTE of heap\+0x0:? /, '')),
      [
        'D set by the hardware: now 0x8000000000101067',
        'written by tdb_update_tobj: 0x0 → 0x8000000000101027',
        'its frame 0x104 is allocated (PTE table), its bytes are gone',
      ],
    );
    const forth = await texts(2, 'change', 'next', 'entry:pa:0x104000');
    assert.deepEqual(forth, back.slice(0, 2).reverse());
  });

  it('are about the entry at the cursor where none is named, or the page of the access', async () => {
    const { client } = fixture;
    const { content } = await (async () => {
      await client.move('ptscope/seek', { tick: 2, event: 0 });
      return client.ask<{ content: string }>('source', { sourceReference: (await client.moment()).listing });
    })();
    const lines = content.split('\n');
    const sought = async (event: number, what: string): Promise<string> => {
      await client.move('ptscope/seek', { tick: 2, event });
      let answer = { sought: '' };
      await client.stopAfter(async () => {
        answer = await client.ask('ptscope/travel', { what, direction: 'next' });
      });
      return answer.sought;
    };
    assert.equal(await sought(0, 'fault'), 'the next page fault at the page heap+0x0');
    // Its walk ends there as yet.
    assert.equal(await sought(0, 'change'), 'the next change of PGD of 0x5500_0000_0000');
    const read = lines.findIndex((line) => /read PGD/.test(line));
    assert.equal(await sought(read, 'change'), 'the next change of PGD of 0x5500_0000_0000');
    await client.move('ptscope/seek', { tick: 1, event: 0 });
    const refused = await client.refusal('ptscope/travel', { what: 'change', direction: 'next' });
    assert.match(refused, /choose an entry in Page Tables/);
  });

  it('take an address for the entry that maps it', async () => {
    let answer = {};
    const args = { what: 'change', direction: 'previous', target: 'heap+0x3010' };
    const stop = await fixture.client.stopAfter(async () => {
      answer = await fixture.client.ask('ptscope/travel', args);
    });
    assert.deepEqual(answer, { sought: 'the previous change of PTE of heap+0x3000' });
    assert.match(stop.text ?? '', /written by addr_range_remove/);
  });

  it('go back and forth over the faults at an address, of whatever kind', async () => {
    const [first] = await texts(1, 'fault', 'previous', 'heap+0x3123');
    assert.equal(first, 'page fault: minor, anonymous, write to 0x5555_5540_3000 (heap+0x3000)');
    assert.equal((await fixture.client.frames())[0].name, 'tdb_find_tobj [radix]');
    const info = await fixture.client.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
      threadId: 1,
    });
    assert.equal(info.exceptionId, 'page fault');
    const all = await texts(1, 'fault', 'previous', 'pmd(heap)');
    assert.match(all[0], /read to 0x5555_5540_0000/);
    assert.match((await texts(1, 'fault', 'next', 'va:1:0x555555400000+0x10000'))[0], /heap\+0x3000/);
  });

  for (const [what, direction, target, message] of [
    ['change', 'next', 'pte(heap)', 'There is no later change of PTE of heap+0x0'],
    ['fault', 'next', 'heap', 'There is no later page fault at 16 pages from heap+0x0'],
    ['fault', 'previous', '0x1234000', 'There is no earlier page fault at the page 0x123_4000'],
  ])
    it(`stay where they are and say so: ${message}`, async () => {
      const before = await fixture.client.moment();
      const stop = await travel(what, direction, target);
      assert.equal(stop.reason, 'goto');
      assert.deepEqual(await fixture.client.moment(), before);
      assert.ok(fixture.client.output.some((o) => o.category === 'important' && o.output === `${message}.\n`));
    });

  it('say what is wrong with what they are to look for', async () => {
    const why = (target: string, what = 'change'): Promise<string> =>
      fixture.client.refusal('ptscope/travel', { what, direction: 'next', target });
    assert.match(await why('nosuch'), /'nosuch' is not known/);
    assert.match(await why('entry:pa:0x500000', 'fault'), /maps no addresses/);
    assert.match(await why('heap', 'sideways'), /change or fault/);
  });

  it('go to a tick, by request and from the console, and not beyond the end', async () => {
    assert.equal(await fixture.client.value('at', 'repl'), 'tick 10, event 0 of 1');
    const stop = await fixture.client.stopAfter(async () =>
      assert.equal(await fixture.client.value('goto 2 5', 'repl'), 'going to tick 2, event 5'),
    );
    assert.equal(stop.reason, 'step');
    const { tick, event } = await fixture.client.moment();
    assert.deepEqual([tick, event], [2, 5]);
    const end = await fixture.client.move('ptscope/seek', { tick: 1e6, event: 0 });
    assert.match(end.text ?? '', /the run ends before tick 1000000/);
    assert.equal((await fixture.client.moment()).tick, 2);
    assert.match(
      await fixture.client.refusal('evaluate', { expression: 'goto', context: 'repl' }),
      /goto takes a tick/,
    );
  });

  it('step by an event where the client asks for instructions', async () => {
    await fixture.client.move('ptscope/seek', { tick: 2, event: 5 });
    const at = async (): Promise<number> => (await fixture.client.moment()).event;
    await fixture.client.move('next', { threadId: 1, granularity: 'instruction' });
    assert.equal(await at(), 6);
    await fixture.client.move('stepBack', { threadId: 1, granularity: 'instruction' });
    assert.equal(await at(), 5);
    await fixture.client.move('stepBack', { threadId: 1, granularity: 'line' });
    assert.ok((await at()) < 5);
  });
});

describe('a long journey', () => {
  const fixture = useFixture();
  const LONG = 'process p\nmmap a 4MiB rw anon\nrepeat 1000000 {\n  read a random 1000\n}\n';

  it('says what it looks for, can be cancelled, and is the only one', async () => {
    const { client } = fixture;
    const file = fixture.scenario(LONG);
    await client.load(file);
    await fixture.breakAt(file, { line: 4 });
    await client.begin();
    await fixture.breakAt(file);
    const shown = client.waitForEvent('progressStart');
    const stop = await client.stopAfter(async () => {
      const args = { what: 'fault', direction: 'next', target: '0x1234000' };
      await client.ask('ptscope/travel', args);
      const { body } = (await shown) as { body: { progressId: string; title: string } };
      assert.equal(body.title, 'Looking for the next page fault at the page 0x123_4000');
      assert.match(await client.refusal('ptscope/travel', args), /running/);
      await client.ask('cancel', { progressId: body.progressId });
    });
    assert.equal(stop.reason, 'pause');
  });
});
