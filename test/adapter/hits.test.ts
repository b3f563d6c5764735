import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hitCondition, Hits } from '../../src/adapter/breakpoints/hits';
import { useFixture } from './support';

const TOUCHES = `process demo
mmap heap 4MiB rw anon at 0x5555_5540_0000
write heap step 4KiB
mmap stack 64KiB rw anon
write stack
print "end"
`;

describe('hits', () => {
  it('are numbered by their place on the tape, whatever the order in which they were met', () => {
    const hits = new Hits();
    const met = [10, 30, 20, 10, 40].map((tick) => hits.numberOf(tick, 0));
    assert.deepEqual(met, [1, 2, 2, 1, 4]);
    assert.deepEqual([hits.numberOf(30, 5), hits.numberOf(30, 2), hits.numberOf(40, 0)], [4, 4, 6]);
    hits.forgetAfter(30, 2);
    assert.equal(hits.numberOf(50, 0), 5);
  });

  it('cost no more when there are many', () => {
    const hits = new Hits();
    const began = performance.now();
    for (let tick = 0; tick < 200_000; tick++) hits.numberOf(tick, 3);
    assert.equal(hits.numberOf(100_000, 3), 100_001);
    assert.ok(performance.now() - began < 1000);
  });

  it('are asked for as numbers with an operator', () => {
    assert.deepEqual(hitCondition('10_000'), { operator: '==', count: 10_000 });
    assert.deepEqual(hitCondition(' >= 10000 '), { operator: '>=', count: 10_000 });
    assert.deepEqual(hitCondition('% 100'), { operator: '%', count: 100 });
    for (const text of ['often', '% 0', '', '1 + 1', 'access.va == 3'])
      assert.equal(hitCondition(text), undefined, text);
  });
});

describe('hit counts and conditions over the wire', () => {
  const fixture = useFixture();
  const filter = (condition?: string): Promise<DebugProtocol.SetExceptionBreakpointsResponse['body']> =>
    fixture.client.ask('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'fault.minor', condition }],
    });
  const functions = (...breakpoints: object[]): Promise<{ breakpoints: DebugProtocol.Breakpoint[] }> =>
    fixture.client.ask('setFunctionBreakpoints', { breakpoints });
  const start = (): Promise<DebugProtocol.StoppedEvent['body']> =>
    fixture.client.stopAfter(() => fixture.client.configurationDoneRequest());
  const ticks = async (command: string, times: number): Promise<number[]> => {
    const found: number[] = [];
    for (let i = 0; i < times; i++) {
      await fixture.client.move(command);
      found.push((await fixture.client.moment()).tick);
    }
    return found;
  };

  beforeEach(() => fixture.client.load(fixture.scenario(TOUCHES)));

  it('stop at the n-th page fault, by its filter or by its function', async () => {
    await filter('300');
    assert.match((await start()).text ?? '', /heap\+0x12b000/);
    assert.equal(await fixture.client.value('stats.faults.minor'), '299');
    await filter('>= 400');
    assert.deepEqual(await ticks('continue', 2), [401, 402]);
    await filter('% 100');
    assert.deepEqual(await ticks('reverseContinue', 2), [401, 301]);
  });

  it('stop at the n-th call of a function', async () => {
    await functions({ name: 'exc_page_fault', hitCondition: '100' });
    assert.equal((await start()).reason, 'function breakpoint');
    assert.equal((await fixture.client.moment()).tick, 101);
    const answer = await functions({ name: 'exc_page_fault', hitCondition: 'sometimes' });
    assert.match(answer.breakpoints[0].message ?? '', /is no hit count/);
  });

  it('are the same on every path', async () => {
    await functions({ name: 'clear_page', hitCondition: '% 10' });
    await start();
    const forward = [(await fixture.client.moment()).tick, ...(await ticks('continue', 3))];
    const backward = await ticks('reverseContinue', 3);
    const again = await ticks('continue', 3);
    assert.deepEqual(backward, forward.slice(0, -1).reverse());
    assert.deepEqual(again, forward.slice(1));
  });

  it('count a hit that the cursor came to by a step', async () => {
    await fixture.breakAt(fixture.scenario(TOUCHES), { line: 3 });
    await start();
    await fixture.breakAt(fixture.scenario(TOUCHES));
    await functions({ name: 'exc_page_fault', hitCondition: '3' });
    for (let i = 0; i < 40; i++) await fixture.client.move('stepIn');
    await fixture.client.move('continue');
    assert.equal((await fixture.client.moment()).tick, 4);
  });

  it('go on when the client sends its breakpoints again', async () => {
    await functions({ name: 'exc_page_fault', hitCondition: '5' });
    await start();
    await functions({ name: 'exc_page_fault', hitCondition: '8' }, { name: 'tsvc_init' });
    assert.deepEqual(await ticks('continue', 1), [9]);
  });

  it('of a filter are told from its condition', async () => {
    await filter('access.va in heap && stats.faults.minor == 7');
    await start();
    assert.equal(await fixture.client.value('stats.faults.minor'), '7');
    assert.deepEqual(
      (await filter('nosuch'))?.breakpoints?.map((b) => b.message),
      ['`nosuch` is not known here.'],
    );
  });

  it('are checked when they are set, each with its own names in scope', async () => {
    const file = fixture.scenario(TOUCHES);
    const { breakpoints } = (
      await fixture.breakAt(
        file,
        { line: 5, condition: 'access.va in stak' },
        { line: 3, condition: 'access.va in stack' },
        { line: 5, logMessage: 'at {stats.faults.minr}' },
        { line: 5, condition: 'access.va in stack', logMessage: 'at {access.va}' },
      )
    ).body;
    assert.deepEqual(
      breakpoints.map((b) => b.verified),
      [false, false, false, true],
    );
    assert.match(breakpoints[0].message ?? '', /`stak` is not known here. Did you mean/);
    assert.match(breakpoints[2].message ?? '', /no `\.minr`/);
  });

  it('name the breakpoint whose condition cannot be evaluated, and stop there', async () => {
    await functions({ name: 'clear_page', condition: '1 / stats.faults.minor == 1' });
    await start();
    const said = fixture.client.output.find((o) => o.category === 'important');
    assert.equal(
      said?.output,
      'The condition of the breakpoint on clear_page cannot be evaluated: division by zero.\n',
    );
  });

  it('do not hold before the scenario has bound their names', async () => {
    await filter('access.va in stack');
    assert.match((await start()).text ?? '', /\(stack\+0x0\)/);
    assert.deepEqual(
      fixture.client.output.filter((o) => o.category === 'important'),
      [],
    );
  });

  it('names every breakpoint that is met at one event', async () => {
    const { breakpoints } = await functions({ name: 'exc_page_fault' }, { name: 'exc_*', hitCondition: '1' });
    assert.deepEqual(
      (await start()).hitBreakpointIds,
      breakpoints.map((b) => b.id),
    );
  });

  it('announce what the condition box takes', async () => {
    const { body } = await fixture.client.initializeRequest();
    for (const row of body?.exceptionBreakpointFilters ?? []) assert.match(row.conditionDescription ?? '', /hit count/);
    assert.deepEqual(
      (body?.breakpointModes ?? []).map((m) => m.mode),
      ['any', 'hardware', 'kernel', 'exec', 'virtual', 'physical', 'entry'],
    );
  });
});
