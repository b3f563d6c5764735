/** The Compare view's requests, over the wire. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CompareProgress, CompareResponse } from '../../src/protocol/compare';
import { runJson } from '../cli/support';
import { snapshotFile } from '../snapshot/support';
import { traceFixture } from '../cli/support';
import { useFixture } from './support';

const SCENARIO = `process demo
mmap heap 4MiB rw anon at 0x5555_5540_0000
mmap other 2MiB rw anon
write heap step 4KiB
write other step 4KiB
munmap other
repeat 3 {
  read heap .. heap+64KiB step 4KiB
}
write heap+4KiB
mark "end"
`;

describe('the comparison of schemes over the wire', () => {
  const fixture = useFixture();

  async function launch(text = SCENARIO, more: object = {}): Promise<string> {
    const file = fixture.scenario(text);
    await fixture.client.load(file, { stopOnEntry: true, ...more });
    await fixture.client.begin();
    return file;
  }

  const compare = (schemes?: string[]): Promise<CompareResponse> =>
    fixture.client.ask('ptscope/compare', schemes === undefined ? {} : { schemes });
  const value = ({ rows }: CompareResponse, id: string): (number | null)[] =>
    rows.find((row) => row.id === id)?.values ?? [];

  it('has the schemes of the launch, the session’s own first, and the usual ones where none are named', async () => {
    await launch(SCENARIO, { compareWith: ['ecpt', 'fpt:L3L2', 'radix'] });
    assert.deepEqual(
      (await compare()).columns.map(({ scheme }) => scheme),
      ['radix', 'ecpt', 'fpt L3L2'],
    );
    assert.deepEqual(
      (await compare(['radix:5'])).columns.map(({ scheme }) => scheme),
      ['radix', 'radix 5'],
    );
    await fixture.client.load(fixture.scenario(SCENARIO));
  });

  it('refuses what is no scheme, at launch and later', async () => {
    const file = fixture.scenario(SCENARIO);
    assert.match(
      await fixture.client.refusal('launch', { program: file, compareWith: ['frob'] }),
      /'compareWith' .*frob: `frob` is not a scheme/,
    );
    assert.match(await fixture.client.refusal('launch', { program: file, compareWith: 'ecpt' }), /must be a list/);
    await launch();
    assert.match(await fixture.client.refusal('ptscope/compare', { schemes: ['frob'] }), /frob/);
    assert.match(await fixture.client.refusal('ptscope/compare', { schemes: 'ecpt' }), /list of schemes/);
  });

  it('follows the cursor: each scheme behind the same place of the program, with its numbers and its picture', async () => {
    const file = await launch(SCENARIO, { compareWith: ['fpt L4L3+L2L1', 'ecpt'] });
    await fixture.breakAt(file, { line: 4 });
    await fixture.client.move('continue');
    const first = await compare();
    assert.equal(first.outcome, 'complete');
    assert.deepEqual(value(first, 'accesses.total'), [1, 1, 1]);
    assert.deepEqual(value(first, 'faults.minor'), [1, 1, 1]);
    assert.deepEqual(
      first.columns.map(({ state, access }) => [state, access?.faults, access?.pageSize]),
      [
        ['here', ['minor'], '4K'],
        ['here', ['minor'], '4K'],
        ['here', ['minor'], '4K'],
      ],
    );
    assert.deepEqual(
      first.columns.map(({ picture }) => picture?.walks.at(-1)?.levels.filter((l) => l.status === 'read').length),
      [4, 2, 3],
    );
    assert.ok(first.columns.every(({ picture }) => picture?.cursor.event === -1));
    assert.deepEqual(first.disagreements, []);
    assert.equal(
      value(first, 'walks.references').every((n) => (n ?? 0) > 0),
      true,
    );
  });

  it('stands at the same access even where kernel calls took other numbers of ticks, forwards and backwards', async () => {
    const text = SCENARIO.replace('munmap other', 'munmap other\nmadvise heap cold');
    const file = await launch(text, { compareWith: ['fpt L3L2', 'ecpt', 'hashed'] });
    await fixture.breakAt(file, { line: 9 }, { line: 11 });
    for (const expected of [1025 - 512 + 1024, undefined]) {
      await fixture.client.move('continue');
      const answer = await compare();
      const { tick } = await fixture.client.moment();
      assert.equal(answer.tick, tick);
      assert.deepEqual(
        answer.columns.map(({ state }) => state),
        ['here', 'here', 'here', 'here'],
        JSON.stringify(answer.disagreements),
      );
      assert.equal(new Set(value(answer, 'accesses.total')).size, 1);
      if (expected !== undefined) assert.equal(value(answer, 'accesses.total')[0], 1537);
    }
    await fixture.client.move('ptscope/seek', { tick: 700, event: 0 });
    const back = await compare();
    assert.deepEqual(
      back.columns.map(({ state }) => state),
      ['here', 'here', 'here', 'here'],
    );
    assert.deepEqual(new Set(value(back, 'accesses.total')).size, 1);
  });

  it('has at the end what a run of each scheme alone has', async () => {
    const file = await launch(SCENARIO, { compareWith: ['fpt L3L2', 'ecpt'] });
    await fixture.breakAt(file, { line: 11 });
    await fixture.client.move('continue');
    const answer = await compare();
    for (const [i, scheme] of ['radix', 'fpt L3L2', 'ecpt'].entries()) {
      const { walks, tables, kernel } = await runJson(file, '--scheme', scheme);
      assert.equal(value(answer, 'walks.references')[i], walks.references);
      assert.equal(value(answer, 'tables.bytes')[i], tables.bytes);
      assert.equal(value(answer, 'kernel.instructions')[i], kernel.instructions);
    }
  });

  it('says of a scheme that cannot run the program why', async () => {
    const text = 'machine {\n  pcid on\n}\nprocess p\nmmap heap 1MiB rw anon\nwrite heap\nmark "end"\n';
    const file = await launch(text, { compareWith: ['ecpt', 'radix 5'] });
    await fixture.breakAt(file, { line: 7 });
    await fixture.client.move('continue');
    const { columns, rows } = await compare();
    assert.deepEqual(
      columns.map(({ state }) => state),
      ['here', 'refused', 'here'],
    );
    assert.match(columns[1].reason ?? '', /PCID/i);
    assert.deepEqual(rows.find(({ id }) => id === 'accesses.total')?.values, [1, null, 1]);
  });

  it('says of a scheme that does not come to the place where it is', async () => {
    const text =
      'process p\nmmap heap 1MiB rw anon\nwrite heap\nrepeat mm.tables {\n  write heap+4KiB\n}\nmark "end"\n';
    const file = await launch(text, { compareWith: ['fpt L4L3+L2L1'] });
    await fixture.breakAt(file, { line: 5 });
    for (let n = 0; n < 4; n++) await fixture.client.move('continue');
    const { columns, disagreements } = await compare();
    assert.deepEqual(
      columns.map(({ state }) => state),
      ['here', 'elsewhere'],
    );
    assert.match(disagreements[0], /fpt L4L3\+L2L1 is elsewhere: it does not come to this place/);
  });

  it('says where schemes disagree: one maps a huge page, another has none', async () => {
    const file = await launch(
      'machine {\n  thp always\n}\nprocess p\nmmap heap 4MiB rw anon at 0x5555_5540_0000\nwrite heap+2MiB\nmark "end"\n',
      { compareWith: ['hashed'] },
    );
    await fixture.breakAt(file, { line: 6 });
    await fixture.client.move('continue');
    const { disagreements, rows } = await compare();
    assert.match(disagreements.join('\n'), /different faults: radix thp; hashed minor/);
    assert.match(disagreements.join('\n'), /mapped differently: radix as 2M; hashed as 4K/);
    assert.equal(rows.find(({ id }) => id === 'faults.thp')?.disagrees, true);
  });

  const LONG = 'process p\nmmap heap 96MiB rw anon\nrepeat 3 {\n  write heap step 4KiB\n}\nmark "end"\n';

  it('answers the last of several questions, and ends the others', async () => {
    const file = await launch(LONG, { compareWith: ['ecpt'] });
    await fixture.breakAt(file, { line: 6 });
    await fixture.client.move('continue');
    const answers = (await fixture.client.atOnce(() => [compare(), compare(), compare()])) as CompareResponse[];
    assert.deepEqual(
      answers.map(({ outcome }) => outcome),
      ['superseded', 'superseded', 'complete'],
    );
  }).timeout(60_000);

  it('can be cancelled while it runs, tells how far it is, and goes on when asked again', async () => {
    const progress: CompareProgress[] = [];
    fixture.client.on('ptscope/compareProgress', (e: DebugProtocol.Event) => progress.push(e.body as CompareProgress));
    const file = await launch(LONG, { compareWith: ['fpt L3L2'] });
    await fixture.breakAt(file, { line: 6 });
    await fixture.client.move('continue');
    const asked = compare();
    setTimeout(() => void fixture.client.ask('ptscope/cancelCompare'), 60);
    const answer = await asked;
    assert.equal(answer.outcome, 'cancelled');
    assert.ok(answer.columns.some(({ state }) => state === 'waiting'));
    assert.ok(progress.length > 0);
    assert.equal((await compare()).outcome, 'complete');
  }).timeout(60_000);

  it('replays a trace on each', async () => {
    await fixture.client.load(traceFixture('python-200k.lackey.gz'), { stopOnEntry: true, compareWith: ['ecpt'] });
    await fixture.client.begin();
    await fixture.client.move('ptscope/seek', { tick: 50_000, event: 0 });
    const answer = await compare();
    assert.deepEqual(
      answer.columns.map(({ state }) => state),
      ['here', 'here'],
    );
    assert.equal(new Set(value(answer, 'accesses.total')).size, 1);
  });

  it('does not move the session, nor let its edits reach the comparison', async () => {
    const file = await launch(SCENARIO, { compareWith: ['ecpt'] });
    await fixture.breakAt(file, { line: 8 });
    await fixture.client.move('continue');
    await fixture.client.value('set pte(heap).rw = 0', 'repl');
    const before = await fixture.client.moment();
    const answer = await compare();
    assert.equal(answer.edited, true);
    assert.equal(answer.disagreements.length, 0);
    const after = await fixture.client.moment();
    assert.deepEqual(after, before);
  });

  it('is refused in words where there is nothing to compare', async () => {
    await fixture.client.load(snapshotFile('l4-max-parent'));
    await fixture.client.begin();
    assert.match(await fixture.client.refusal('ptscope/compare'), /snapshot/i);
  });

  it('says why a scheme has not come here: a machine too small for the first tables of hashed ways', async () => {
    const program = `machine {\n  preset classroom\n  memory 4MiB\n}\nprocess p\nmmap heap 64KiB rw anon\nwrite heap\nread heap\n`;
    await launch(program, { compareWith: ['ecpt'] });
    await fixture.client.move('ptscope/seek', { tick: 3, event: 0 });
    const { columns } = await compare();
    assert.equal(columns[1].state, 'elsewhere');
    assert.match(
      columns[1].reason ?? '',
      /it ended before: .*first tables of ecpt.* MiB are free; give the machine more/,
    );
  });
});
