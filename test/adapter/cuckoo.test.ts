/** Cuckoo tables over the wire: the exception filters, either way along the tape, and the thread that resizes, run by hand. */
import assert from 'node:assert/strict';
import { filterDescriptors } from '../../src/adapter/filters';
import type { KickChain, WalkPicture } from '../../src/protocol/walk';
import { useFixture } from './support';

const HEAD = `machine {
  preset classroom
  scheme ecpt
  ecpt   entries 64
`;
const KICKS = `${HEAD}  ecpt   resize 0.95
}
process p
mmap heap 64MiB rw anon at 0x5555_5540_0000
write heap for 150 * 32KiB step 32KiB
print "end"
`;
const RESIZE = `${HEAD}}
process p
mmap heap 64MiB rw anon at 0x5555_5540_0000
write heap for 160 * 32KiB step 32KiB
read heap for 160 * 32KiB step 32KiB
print "end"
`;
const COPY = `machine {
  preset classroom
  scheme ecpt
}
process p
demote 0xffff_8880_0000_0000 for 2MiB as kernel
promote 0xffff_8880_0000_0000 for 2MiB as kernel
print "end"
`;
const FALLBACK = `machine {
  preset classroom
  scheme fpt L4L3+L2L1
  memory 64MiB
}
process p
mmap heap 64MiB rw anon at 0x40_0000_0000
fragment order 9 free 0
write heap
print "end"
`;

describe('cuckoo tables over the wire', function () {
  this.timeout(120_000);
  const fixture = useFixture();

  /** Where the machine stops at a filter, forwards to the last line and then all the way back: moments and words. */
  async function stopsAt(text: string, filter: string): Promise<[forward: string[], back: string[]]> {
    const { client } = fixture;
    const file = fixture.scenario(text);
    await client.load(file);
    await fixture.breakAt(file, { line: text.trimEnd().split('\n').length });
    const said = async (words = ''): Promise<string> => {
      const { tick, event } = await client.moment();
      return `${tick}.${event}: ${words}`;
    };
    const forward: string[] = [];
    let stop = await client.begin([filter]);
    for (; stop.reason === 'exception'; stop = await client.move('continue')) forward.push(await said(stop.text));
    const back: string[] = [];
    stop = await client.move('reverseContinue');
    for (; stop.reason === 'exception'; stop = await client.move('reverseContinue'))
      back.unshift(await said(stop.text));
    return [forward, back];
  }

  for (const [name, text, filter, words, least] of [
    ['a cuckoo kick', KICKS, 'ecpt.kick', /^cuckoo kick 1: cluster 0x[\da-f]+ takes way \d, slot \d+/, 3],
    ['the start of a resize', RESIZE, 'ecpt.resizeStart', /^resize starts: way \d is resized from 64 to 256/, 1],
    ['the end of a resize', RESIZE, 'ecpt.resizeEnd', /^resize ends: way \d has 256 entries now/, 1],
    ['a duplicate', COPY, 'ecpt.duplicate', /^duplicate entry: a duplicate: another way has the page too/, 1],
    ['an order-9 fallback', FALLBACK, 'fpt.fallback', /^order-9 fallback: no block of 2 MiB/, 1],
  ] as const)
    it(`stops at ${name}, and at the same moments backwards`, async () => {
      const [forward, back] = await stopsAt(text, filter);
      assert.ok(forward.length >= least, `${forward.length} stops`);
      assert.match(forward[0].replace(/^[^:]*: /, ''), words);
      assert.deepEqual(back, forward);
    });

  it('leaves the filters unticked', () => {
    const ours = filterDescriptors().filter(({ filter }) => /^ecpt|^fpt/.test(filter));
    assert.equal(ours.length, 5);
    assert.ok(ours.every((f) => f.default === false && f.supportsCondition === true));
  });

  it('takes conditions on them', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(KICKS));
    await client.ask('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'ecpt.kick', condition: 'stats.ecpt.kicks == 3' }],
    });
    await client.stopAfter(() => client.configurationDoneRequest());
    assert.equal(await client.value('stats.ecpt.kicks'), '3');
  });

  it('runs the thread that resizes batch by batch, as a part of the tape', async () => {
    const { client } = fixture;
    const text = RESIZE.replace('entries 64', 'entries 64\n  ecpt   thread alone');
    const file = fixture.scenario(text);
    await client.load(file);
    await fixture.breakAt(file, { line: 10 });
    await client.begin();
    assert.equal(await client.value('ecpt.resizes > 0'), 'true');
    assert.equal(await client.value('ecpt.batches'), '0');
    const pointer = async (): Promise<number> =>
      Number(await client.value('ecpt.way(4KiB, 0).pointer + ecpt.way(4KiB, 1).pointer + ecpt.way(4KiB, 2).pointer'));
    for (const expected of [16, 32, 48]) {
      await client.value('rehash', 'repl');
      assert.equal(await pointer(), expected);
    }
    await client.value('rehash 1000', 'repl');
    assert.equal(await client.value('ecpt.resizes'), '0');
    assert.equal(await client.value('stats.ecpt.resized == stats.ecpt.resizes'), 'true');
    // Going back undoes it, as any edit.
    await client.move('stepBack');
    assert.equal(await client.value('ecpt.batches'), '0');
  });

  it('shows the hints that the walk caches hold, of a machine without ways for 1 GiB', async () => {
    const { client } = fixture;
    const text =
      'machine {\n  preset classroom\n  scheme ecpt\n}\nprocess p\nmmap heap 4MiB rw anon\nwrite heap\nread heap\n';
    await client.load(fixture.scenario(text), { stopOnEntry: true });
    await client.begin();
    await client.move('ptscope/seek', { tick: 3, event: 0 });
    for (const cache of ['CWC PUD', 'CWC PMD']) {
      const { nodes } = await client.ask<{ nodes: { description: string }[] }>('ptscope/tree', {
        tree: 'caches',
        parent: `cache:${cache}`,
      });
      assert.match(nodes[0].description, /^\d+ of 64 sections/, cache);
    }
  });

  for (const [kick, steps] of [
    ['swap', 'in the order of their events'],
    ['copy', 'against it, as the end of the path is written first'],
  ] as const)
    it(`draws a chain of kicks (${kick}) as the path that it took, ${steps}`, async () => {
      const { client } = fixture;
      await client.load(fixture.scenario(KICKS.replace('entries 64', `entries 64\n  ecpt   kick ${kick}`)));
      let chain: KickChain | undefined;
      for (
        let stop = await client.begin(['ecpt.kick']);
        stop.reason === 'exception' && chain === undefined;
        stop = await client.move('continue')
      ) {
        const { picture } = await client.ask<{ picture: WalkPicture }>('ptscope/walk');
        chain = picture.kicks?.find((k) => k.steps.length > 2);
      }
      assert.ok(chain !== undefined && chain.ended);
      // Each one that had to go is the next one that comes, and only the last finds an empty slot.
      chain.steps.forEach((step, i) => assert.equal(step.victim, chain.steps[i + 1]?.cluster));
      const events = chain.steps.map(({ event }) => event);
      assert.deepEqual(
        events,
        [...events].sort((a, b) => (kick === 'swap' ? a - b : b - a)),
      );
      assert.ok(chain.steps.every(({ lane, slot }) => lane < chain.lanes.length && slot < 64));
    });

  for (const [name, text, words] of [
    [
      'whose kernel unmapped the memory of its own table',
      'process p\ndemote 0xffff_8880_0000_0000 for 2MiB as kernel\n',
      /RESET, the kernel cannot reach 0x[\da-f_]+: the entry of the huge page at 0xffff_8880_0000_0000 is in no table/,
    ],
    [
      'whose switch of register sets was torn',
      'process p\nmmap heap 1MiB rw anon\nwrite heap step 4KiB\n',
      /RESET, an interrupt cannot reach .* The whole table has the page in way \d, the minimal one in way \d/,
    ],
  ] as const)
    it(`stops where a machine dies ${name}, and says why; going back revives it`, async () => {
      const { client } = fixture;
      const keys = '  ecpt   move remove-first\n  ecpt   switch torn\n  kpti   on\n  seed   4\n';
      const machine = name.includes('torn')
        ? HEAD + keys
        : `${HEAD.replace('  ecpt   entries 64\n', '')}  ecpt   move remove-first\n`;
      await client.load(fixture.scenario(`${machine}}\n${text}`));
      const stop = await client.begin(['fault.fatal']);
      assert.equal(stop.reason, 'exception');
      assert.match(stop.text ?? '', words);
      const { tick } = await client.moment();
      await client.move('stepBack');
      assert.equal(await client.value('stats.faults.fatal'), '0');
      const again = await client.move('continue');
      assert.equal(again.text, stop.text);
      assert.equal((await client.moment()).tick, tick);
    });
});
