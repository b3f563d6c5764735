import assert from 'node:assert/strict';
import type { TreeNode, TreeResponse, WalkResponse } from '../../src/protocol/requests';
import type { Plot, StatisticsResponse } from '../../src/protocol/statistics';
import { SCENARIO, useFixture } from './support';

describe('statistics over the wire', () => {
  const fixture = useFixture();
  const ask = (args: object = {}): Promise<StatisticsResponse> => fixture.client.ask('ptscope/statistics', args);
  const plot = ({ plots }: StatisticsResponse, id: string): Plot =>
    plots?.plots.find((each) => each.id === id) ?? assert.fail(`no plot ${id}`);
  const curve = (of: Plot, name: string): (number | null)[] =>
    of.series.find((each) => each.name === name)?.values ?? assert.fail(`no curve ${name}`);
  const counter = ({ counters }: StatisticsResponse, path: string) =>
    counters.flatMap(({ rows }) => rows).find((row) => row.path === path);

  async function runTo(text: string, line: number): Promise<void> {
    const file = fixture.scenario(text);
    await fixture.client.load(file);
    await fixture.breakAt(file, { line });
    await fixture.client.begin();
  }

  it('plots what the counters were at every tick', async () => {
    await runTo(SCENARIO, 10);
    const answer = await ask();
    assert.deepEqual([answer.moment.tick, answer.ticks, answer.scheme], [15, 16, 'radix']);
    assert.deepEqual(
      answer.plots?.ticks,
      Array.from({ length: 17 }, (_, i) => i),
    );
    assert.deepEqual(curve(plot(answer, 'faults'), 'minor').slice(0, 9), [0, 0, 0, 1, 1, 2, 3, 4, 4]);
    const tables = plot(answer, 'tables');
    assert.deepEqual([tables.unit, tables.shape], ['bytes', 'stack']);
    assert.deepEqual(
      tables.series.map(({ name, values }) => [name, values[0], values[3]]),
      [
        ['PGD', 0, 4096],
        ['PUD', 0, 4096],
        ['PMD', 0, 4096],
        ['PTE', 0, 4096],
      ],
    );
    const misses = curve(plot(answer, 'misses'), 'L1D TLB');
    assert.deepEqual([misses[0], misses[2], misses[3]], [null, null, 1]);
    assert.ok(misses.every((value) => value === null || (value >= 0 && value <= 1)));
  });

  it('has the counters of the cursor’s very event, by the names of expressions', async () => {
    await runTo(SCENARIO, 10);
    await fixture.client.move('ptscope/seek', { tick: 2, event: 0 });
    assert.equal(counter(await ask(), 'stats.faults.minor')?.now, 0);
    await fixture.client.move('ptscope/seek', { tick: 2, event: 1000 });
    const { counters } = await ask();
    for (const { path, now } of counters.flatMap(({ rows }) => rows)) {
      if (path === 'stats.instructionsPerCycle') continue;
      assert.equal(await fixture.client.value(path).then(Number), Math.round(now), path);
    }
  });

  it('leaves the plots out where the client has them', async () => {
    await runTo(SCENARIO, 10);
    const { version } = await ask();
    await fixture.client.move('stepBack');
    const again = await ask({ known: version });
    assert.equal(again.version, version);
    assert.equal(again.plots, undefined);
    assert.ok((await ask({ known: version - 1 })).plots);
  });

  it('compares with a pinned moment, until that is let go of or no longer on the tape', async () => {
    await runTo(SCENARIO, 10);
    await fixture.client.move('ptscope/seek', { tick: 2, event: 0 });
    const pinned = await fixture.client.ask('ptscope/pin', { pin: 'here' });
    assert.deepEqual(pinned, { pin: { tick: 2, event: 0, title: 'write heap' } });
    await fixture.client.move('ptscope/seek', { tick: 7, event: 0 });
    const answer = await ask();
    assert.deepEqual(counter(answer, 'stats.faults.minor'), { path: 'stats.faults.minor', now: 4, then: 0 });
    assert.equal(
      answer.kernelWork.value,
      answer.kernelWork.children.reduce((sum, { value }) => sum + value, 0),
    );
    assert.ok(answer.kernelWork.value > (answer.kernelWork.then ?? Infinity));
    await fixture.client.move('ptscope/seek', { tick: 1, event: 0 });
    assert.ok((await ask()).pin, 'going back keeps it');
    await fixture.client.value('set cr2 = 1', 'repl');
    assert.equal((await ask()).pin, undefined, 'an edit before it takes it from the tape');
    await fixture.client.ask('ptscope/pin', { pin: 'here' });
    assert.deepEqual(await fixture.client.ask('ptscope/pin', { pin: 'none' }), {});
    assert.match(await fixture.client.refusal('ptscope/pin', { pin: 'there' }), /here or none/);
  });

  it('has few points however long the tape is', async () => {
    await runTo('process p\nmmap a 4MiB rw anon\nread a random 200000 seed 3\nprint "x"\n', 4);
    const { plots } = await ask();
    assert.ok(plots !== undefined && plots.ticks.length > 128 && plots.ticks.length <= 257, `${plots?.ticks.length}`);
    assert.equal(plots.ticks.at(-1), 200_003);
  });

  for (const scheme of ['fpt L3L2', 'ecpt', 'radix 32'])
    it(`knows the tables of ${scheme}`, async () => {
      await fixture.client.load(fixture.scenario(SCENARIO.replace('0x5555_5540_0000', '0x1540_0000')), {
        scheme,
        stopOnEntry: true,
      });
      await fixture.client.begin();
      await fixture.client.move('ptscope/seek', { tick: 10, event: 0 });
      const answer = await ask();
      const bytes = plot(answer, 'tables').series.reduce((sum, { values }) => sum + (values[10] ?? 0), 0);
      assert.equal(bytes, counter(answer, 'stats.tables.bytes')?.now);
      assert.ok(bytes > 0);
    });
});

describe('what has changed since the pinned moment', () => {
  const fixture = useFixture();

  it('is marked in the tree, from the entry up, and in the walk', async () => {
    const { client } = fixture;
    const file = fixture.scenario();
    await client.load(file);
    await fixture.breakAt(file, { line: 7 });
    await client.begin();
    await client.ask('ptscope/pin', { pin: 'here' });
    const rows = async (parent?: string): Promise<TreeNode[]> =>
      (await client.ask<TreeResponse>('ptscope/tree', { tree: 'pageTables', parent })).nodes;
    async function leaves(): Promise<TreeNode[]> {
      let [row] = await rows();
      for (;;) {
        const below = await rows(row.id);
        if (below.length !== 1 || !below[0].hasChildren) return [row, ...below];
        [row] = below;
      }
    }
    assert.ok(
      (await leaves()).every(({ changedSincePin }) => !changedSincePin),
      'nothing yet',
    );
    await client.move('ptscope/seek', { tick: 5, event: 0 });
    const [table, first, second] = await leaves();
    assert.deepEqual(
      [table, first, second].map(({ label, changedSincePin }) => [label, changedSincePin]),
      [
        ['PMD[170]', true],
        ['PTE[0]', false],
        ['PTE[1]', true],
      ],
    );
    await client.move('ptscope/seek', { tick: 4, event: 1000 });
    const { picture } = await client.ask<WalkResponse>('ptscope/walk');
    const read = picture?.walks
      .at(-1)
      ?.levels.flatMap(({ name, entry }) => (entry ? [[name, entry.changedSincePin]] : []));
    assert.deepEqual(read?.at(-1), ['PTE', true]);
    await client.ask('ptscope/pin', { pin: 'none' });
    assert.ok((await leaves()).every(({ changedSincePin }) => !changedSincePin));
  });
});
