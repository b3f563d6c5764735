/** Where values and names come from, and the end of a run as a place to stand. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client } from './client';
import { useFixture } from './support';

type Location = DebugProtocol.LocationsResponse['body'] & object;

const WRITTEN = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
read heap+4KiB
print "look"
munmap heap
print "after"
`;

describe('a place that a value leads to', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  const locate = (locationReference: number | undefined): Promise<Location> =>
    client.ask<Location>('locations', { locationReference });
  const evaluate = (expression: string) =>
    client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, context: 'watch' });

  /** Stops at the start of a line of `WRITTEN`. */
  async function stopAt(line: number): Promise<string> {
    const file = fixture.scenario(WRITTEN);
    await client.load(file);
    await fixture.breakAt(file, { line });
    await client.begin();
    return file;
  }

  it('is the statement that last wrote the entry', async () => {
    const file = await stopAt(8);
    const before = await client.moment();
    for (const [expression, line] of [
      ['pte(heap)', 6],
      ['pte(heap + 0x1000)', 7],
      ['pgd(heap)', 6],
    ] as const) {
      const { valueLocationReference } = await evaluate(expression);
      const { source, line: found } = await locate(valueLocationReference);
      assert.deepEqual([source?.path, found], [file, line], expression);
    }
    assert.deepEqual(await client.moment(), before, 'and the cursor has not moved');
  });

  it('is asked for while other requests wait, and none of them sees the past', async () => {
    await stopAt(8);
    const { valueLocationReference } = await evaluate('pte(heap)');
    const answers = (await client.atOnce(() => [
      locate(valueLocationReference),
      client.moment(),
      client.value('stats.faults.total'),
    ])) as [Location, { tick: number }, string];
    assert.equal(answers[0].line, 6);
    assert.equal(answers[1].tick, 4);
    assert.equal(answers[2], '2');
  });

  it('is in the rows of the Page Tables and of the walk, too', async () => {
    await stopAt(8);
    const [root] = await client.variables('Page Tables');
    const [entry] = await client.children(root.variablesReference);
    assert.equal((await locate(entry.valueLocationReference)).line, 6);
  });

  it('is what gave the table its frame, where nothing has written the entry since', async () => {
    const file = fixture.scenario(WRITTEN);
    await client.load(file, { stopOnEntry: true });
    await client.begin();
    for (let i = 0; i < 2; i++) await client.move('next');
    const { valueLocationReference } = await evaluate('pgd(heap)');
    assert.equal((await locate(valueLocationReference)).line, 4);
  });

  it('is the mmap that bound it, for a name', async () => {
    const file = await stopAt(8);
    const [heap] = await client.variables('Names');
    const { source, line, column } = await locate(heap.declarationLocationReference);
    assert.deepEqual([heap.name, source?.path, line, column], ['heap', file, 5, 6]);
  });

  it('is refused once the machine has moved', async () => {
    await stopAt(8);
    const { valueLocationReference } = await evaluate('pte(heap)');
    await client.move('next');
    assert.match(await client.refusal('locations', { locationReference: valueLocationReference }), /earlier stop/);
  });
});

describe('the end of a run', () => {
  const fixture = useFixture();

  it('is a place to stand, to look around, and to go back from', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(WRITTEN), { stopAtEnd: true });
    const { reason, description } = await client.begin();
    assert.deepEqual([reason, description], ['end', 'Paused on the end of the run']);
    const [frame] = await client.frames();
    assert.deepEqual([frame.name, frame.line], ['end of the run', 10]);
    assert.equal(await client.value('stats.faults.total'), '2');
    for (const { variablesReference } of (await client.scopesRequest({ frameId: 1 })).body.scopes)
      await client.children(variablesReference);
    const { running, canStepBack } = await client.moment();
    assert.deepEqual([running, canStepBack], [false, true]);
    await client.move('stepBack');
    assert.equal((await client.frames())[0].name, 'print "after"');
    await client.move('continue');
    await client.setExceptionBreakpointsRequest({ filters: ['fault.minor'] });
    assert.equal((await client.move('reverseContinue')).reason, 'exception');
  });

  it('is left by going on, with the exit code of the run', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario('process p\nexpect 1 == 2\n'), { stopAtEnd: true });
    const { description } = await client.begin();
    assert.equal(description, 'Paused on the end of the run: 1 expect failed');
    const exited = client.waitForEvent('exited');
    await client.ask('next', { threadId: 1 });
    assert.equal(((await exited) as DebugProtocol.ExitedEvent).body.exitCode, 1);
  });

  it('ends the session where nobody asked to stay, and without a debugger', async () => {
    for (const options of [{}, { stopAtEnd: true, noDebug: true }]) {
      const other = new Client();
      await other.open();
      const ended = other.waitForEvent('terminated');
      await other.load(fixture.scenario(WRITTEN), options);
      await other.configurationDoneRequest();
      await ended;
      await other.close();
    }
  });
});

describe('a breakpoint on a line of the listing', () => {
  const fixture = useFixture();

  it('waits for what happens there, wherever it happens again', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(), {});
    await client.begin(['fault.minor']);
    const { listing } = await client.moment();
    const { content } = await client.ask<{ content: string }>('source', { sourceReference: listing });
    const lines = content.split('\n');
    const line = lines.findIndex((text) => /tdb_update_tobj/.test(text)) + 1;
    const nowhere = lines.findIndex((text) => /^\s*STLB/.test(text)) + 1;
    const { breakpoints } = await client.ask<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
      source: { name: 'tick 2.ptlisting', path: 'tick 2.ptlisting', sourceReference: listing },
      breakpoints: [{ line }, { line: nowhere }],
    });
    assert.deepEqual(
      breakpoints.map((b) => b.verified),
      [true, false],
    );
    assert.match(breakpoints[0].message ?? '', /tdb_update_tobj/);
    assert.match(breakpoints[1].message ?? '', /nothing can be waited for/);
    await client.setExceptionBreakpointsRequest({ filters: [] });
    const first = await client.move('continue');
    assert.deepEqual(first.hitBreakpointIds, [breakpoints[0].id]);
    await client.move('continue');
    const { tick } = await client.moment();
    assert.ok(tick > 2, `tick ${tick}`);
    await client.move('reverseContinue');
    assert.equal((await client.moment()).tick, 2);
  });
});
