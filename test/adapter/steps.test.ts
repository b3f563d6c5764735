/** How far a step goes, CPUs as threads, and looks into the past that are cut short. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client } from './client';
import { useFixture } from './support';

const LOOPS = `process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap step 4KiB
read heap step 4KiB
print "after"
`;

describe('a step', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  const line = async (): Promise<number> => (await client.frames())[0].line;

  it('goes from access to access, or from statement to statement, as the launch says', async () => {
    for (const [stepOver, lines] of [
      ['access', [3, 3, 3]],
      ['statement', [3, 4, 5]],
    ] as const) {
      const other = new Client();
      await other.open();
      await other.load(fixture.scenario(LOOPS), { stopOnEntry: true, stepOver });
      await other.begin();
      await other.move('next');
      const seen: number[] = [];
      while (seen.length < lines.length) {
        await other.move('next');
        seen.push((await other.frames())[0].line);
      }
      assert.deepEqual(seen, lines, stepOver);
      await other.close();
    }
    assert.match(await client.refusal('launch', { program: 'a.ptscen', stepOver: 'mile' }), /access and statement/);
  });

  it('goes as far as a person has chosen since, both ways, and over a restart', async () => {
    await client.load(fixture.scenario(LOOPS), { stopOnEntry: true });
    await client.begin();
    assert.deepEqual(await client.ask('ptscope/stepUnit', { stepOver: 'statement' }), { stepOver: 'statement' });
    await client.ask('ptscope/numberFormat', { hex: false });
    for (let i = 0; i < 4; i++) await client.move('next');
    assert.equal(await line(), 5);
    await client.move('stepBack');
    await client.move('stepBack');
    assert.equal(await line(), 3);
    assert.equal((await client.moment()).tick, 2, 'the first access of the statement');
    await client.move('restart');
    for (let i = 0; i < 4; i++) await client.move('next');
    assert.equal(await line(), 5);
    assert.equal(await client.value('stats.faults.total + 0x1000'), '4112', 'the number format, too');
  });
});

describe('the CPUs', () => {
  const fixture = useFixture();

  it('are threads, of which one runs', async () => {
    const { client } = fixture;
    const file = fixture.scenario(
      'machine {\n  cpus 2\n}\nprocess demo\nmmap heap 64KiB rw anon\non cpu 1\nwrite heap\nprint "here"\n',
    );
    await client.load(file);
    await fixture.breakAt(file, { line: 8 });
    assert.equal((await client.begin()).threadId, 2);
    const { threads } = await client.ask<DebugProtocol.ThreadsResponse['body']>('threads');
    assert.deepEqual(
      threads.map((t) => t.name),
      ['CPU 0 (waits)', 'CPU 1 (demo)'],
    );
    const [waiting] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    assert.equal(waiting.name, 'waits while CPU 1 runs');
    assert.deepEqual((await client.scopesRequest({ frameId: waiting.id })).body.scopes, []);
    assert.match((await client.stackTraceRequest({ threadId: 2 })).body.stackFrames[0].name, /print/);
  });
});

describe('a look into the past', () => {
  const fixture = useFixture();
  const LONG = 'process p\nmmap a 64MiB rw anon\nwrite a\nrepeat 400 {\n  read a random 1000\n}\nprint "end"\n';

  /** A reference to what wrote an entry a long time ago. */
  async function longAgo(client: Client): Promise<number | undefined> {
    const file = fixture.scenario(LONG);
    await client.load(file);
    await fixture.breakAt(file, { line: 7 });
    await client.begin();
    const body = await client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: 'pgd(a)' });
    return body.valueLocationReference;
  }

  it('can be cancelled, and the cursor is where it was', async () => {
    const { client } = fixture;
    const locationReference = await longAgo(client);
    const before = await client.moment();
    const looking = client.refusal('locations', { locationReference }).catch((error: Error) => error.message);
    // The client numbers its requests, and this was the last.
    const { sequence } = client as unknown as { sequence: number };
    await client.ask('cancel', { requestId: sequence - 1 });
    assert.match(await looking, /was cancelled|was not refused/);
    assert.deepEqual(await client.moment(), before);
  });

  it('does not keep a session from ending', async () => {
    const { client } = fixture;
    const locationReference = await longAgo(client);
    const looking = client.ask('locations', { locationReference }).catch(() => undefined);
    await client.ask('disconnect');
    await looking;
  });
});
