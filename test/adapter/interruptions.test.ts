/** What a person does in the middle of something long: pause, cancel, restart, stop, another breakpoint. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from '../../src/adapter/session';
import { nodeAdapterHost } from '../../src/hosts/dapServer';
import { Client } from './client';
import { useFixture } from './support';

const ENDLESS = 'process p\nmmap a 64MiB rw anon\nrepeat 1000000 {\n  read a random 1000\n}\n';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** True while a motion goes on. */
const isRunning = async (client: Client): Promise<boolean> =>
  client.ask('stackTrace', { threadId: 1 }).then(
    () => false,
    (error: Error) => /running/.test(error.message),
  );

describe('in the middle of a long run', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(async () => {
    ({ client } = fixture);
    const file = fixture.scenario(ENDLESS);
    await client.load(file, { stopOnEntry: true });
    await client.begin();
    client.stops.length = 0;
  });

  for (const [command, args] of [
    ['continue', { threadId: 1 }],
    ['ptscope/seek', { tick: 1e9, event: 0 }],
  ] as const)
    it(`a pause that comes right behind ${command} is not lost`, async () => {
      const stop = await client.stopAfter(() => client.atOnce(() => [client.ask(command, args), client.ask('pause')]));
      assert.equal(stop.reason, 'pause');
    });

  it('cancelling something else does not stop it', async () => {
    const shown = client.waitForEvent('progressStart');
    await client.ask('continue', { threadId: 1 });
    await client.ask('cancel', { requestId: 1 });
    await client.ask('cancel', { progressId: 'ptscope-0' });
    const { body } = (await shown) as { body: { progressId: string } };
    assert.ok(await isRunning(client));
    const stop = await client.stopAfter(() => client.ask('cancel', { progressId: body.progressId }));
    assert.equal(stop.reason, 'pause');
    await client.ask('continue', { threadId: 1 });
    await client.ask('cancel', { progressId: body.progressId });
    await sleep(100);
    assert.ok(await isRunning(client), 'a progress that is over is not this one');
  });

  it('a pause says where it stopped', async () => {
    await client.ask('continue', { threadId: 1 });
    await sleep(50);
    const stop = await client.stopAfter(() => client.ask('pause'));
    const { tick } = await client.moment();
    assert.equal(stop.description?.replaceAll(',', ''), `Paused at tick ${tick}`);
  });

  it('a restart begins anew, and nothing is heard of the run that it ended', async () => {
    await client.ask('continue', { threadId: 1 });
    await sleep(50);
    await client.stopAfter(() => client.ask('restart'));
    assert.deepEqual(
      client.stops.map(({ reason }) => reason),
      ['entry'],
    );
    assert.equal((await client.moment()).tick, 0);
  });

  it('terminate ends it, with no more stops', async () => {
    await client.ask('continue', { threadId: 1 });
    await sleep(50);
    const terminated = client.waitForEvent('terminated');
    await client.ask('terminate');
    await terminated;
    await sleep(100);
    assert.deepEqual(client.stops, []);
  });

  it('a breakpoint that is set stops it', async () => {
    await client.ask('continue', { threadId: 1 });
    await sleep(50);
    const args = { filters: [], filterOptions: [{ filterId: 'tlb.miss' }] };
    const stop = await client.stopAfter(() => client.ask('setExceptionBreakpoints', args));
    assert.match(stop.text ?? '', /^TLB miss/);
    const name = await client.stopAfter(async () => {
      await client.ask('setExceptionBreakpoints', { filters: [] });
      await client.ask('continue', { threadId: 1 });
      await sleep(50);
      await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'read a' }] });
    });
    assert.match(name.text ?? '', /^data breakpoint: 16384 pages from a/);
  });

  it('one that is taken away does not', async () => {
    await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'exc_page_fault', hitCondition: '100_000' }] });
    await client.ask('continue', { threadId: 1 });
    await client.ask('setFunctionBreakpoints', { breakpoints: [] });
    await sleep(200);
    assert.ok(await isRunning(client));
    assert.equal((await client.stopAfter(() => client.ask('pause'))).reason, 'pause');
  });
});

const PIECES = 300;

describe('a client that is gone without a word', () => {
  it('takes the run with it', async () => {
    let turns = 0;
    const yieldToHost = (): Promise<void> => {
      turns++;
      return nodeAdapterHost.yieldToHost();
    };
    const readText = (): Promise<string> => Promise.resolve(ENDLESS);
    const client = new Client({ ...nodeAdapterHost, yieldToHost, files: { ...nodeAdapterHost.files, readText } });
    await client.open();
    await client.load('/endless.ptscen');
    await client.ask('configurationDone');
    await sleep(100);
    assert.ok(turns > 0);
    await client.vanish();
    await sleep(50);
    const before = turns;
    await sleep(200);
    assert.equal(turns, before);
  });
});

/** A trace that takes its time: a piece every few milliseconds. */
function slowHost(): AdapterHost & { read: number } {
  const piece = Buffer.from(' L 10001000,8\n'.repeat(1000));
  const host = {
    ...nodeAdapterHost,
    read: 0,
    files: {
      ...nodeAdapterHost.files,
      openTrace: (name: string) => {
        async function* stream(): AsyncIterable<Uint8Array> {
          for (host.read = 0; host.read < PIECES; host.read++) {
            await sleep(5);
            yield piece;
          }
        }
        return Promise.resolve({ name, sizeBytes: PIECES * piece.length, stream: stream() });
      },
    },
  };
  return host;
}

describe('in the middle of reading a trace', () => {
  let client: Client;
  let host: ReturnType<typeof slowHost>;
  let launched: Promise<DebugProtocol.Response | Error>;
  let shown: Promise<DebugProtocol.Event>;
  const failure = async (): Promise<string> => {
    const answer = await launched;
    assert.ok(answer instanceof Error, 'the launch was not refused');
    return answer.message;
  };

  beforeEach(async () => {
    host = slowHost();
    client = new Client(host);
    await client.open();
    shown = client.waitForEvent('progressStart');
    launched = client.customRequest('launch', { program: '/slow.lackey', stopOnEntry: true }).catch((e: Error) => e);
  });
  afterEach(() => client.close());

  const isHalfRead = (): boolean => host.read < 0.9 * PIECES;

  it('requests are answered, and those that need a machine refused', async () => {
    await client.ask('threads');
    for (const command of ['continue', 'stackTrace', 'evaluate'])
      assert.match(await client.refusal(command, { expression: '1' }), /Nothing has been launched/);
    await client.ask('disconnect');
    assert.match(await failure(), /cancelled/);
    assert.ok(isHalfRead());
  });

  it('it is cancelled by its progress, and no message box says so', async () => {
    const { body } = (await shown) as { body: { progressId: string; title: string } };
    assert.equal(body.title, 'Reading slow.lackey');
    let showUser: boolean | undefined;
    const heard = (answer: DebugProtocol.Response): void => {
      if (answer.command === 'launch') showUser = (answer.body as DebugProtocol.ErrorResponse['body']).error?.showUser;
    };
    client.on('response', heard);
    await client.ask('cancel', { progressId: body.progressId });
    assert.equal(await failure(), 'Reading slow.lackey was cancelled.');
    assert.ok(isHalfRead());
    assert.notEqual(showUser, true);
  });

  it('it is cancelled by its request', async () => {
    // The launch is the client's second request, behind initialize.
    await client.ask('cancel', { requestId: 2 });
    assert.match(await failure(), /was cancelled/);
    assert.ok(isHalfRead());
  });

  it('terminate ends it', async () => {
    await shown;
    const terminated = client.waitForEvent('terminated');
    await client.ask('terminate');
    await terminated;
    assert.match(await failure(), /was cancelled/);
    assert.ok(isHalfRead());
  });
});

describe('in the middle of reading a trace again', () => {
  let client: Client;
  let host: ReturnType<typeof slowHost>;
  let restarted: Promise<unknown>;

  beforeEach(async function () {
    this.timeout(30_000);
    host = slowHost();
    client = new Client(host);
    await client.open();
    await client.load('/slow.lackey', { stopOnEntry: true, trace: { limit: 5000 } });
    await client.begin();
    client.stops.length = 0;
    const program = { program: '/slow.lackey', stopOnEntry: true };
    restarted = client.customRequest('restart', { arguments: program }).catch((e: Error) => e);
    await sleep(30);
  });
  afterEach(() => client.close());

  it('the machine is not there to be asked or moved', async () => {
    assert.match(await client.refusal('continue', { threadId: 1 }), /running/);
    assert.match(await client.refusal('stackTrace', { threadId: 1 }), /running/);
  });

  it('another restart changes nothing', async () => {
    const again = client.ask('restart');
    client.defaultTimeout = 25_000;
    await client.waitForEvent('stopped');
    await Promise.all([again, restarted]);
    await sleep(100);
    assert.equal(client.stops.length, 1);
    await client.move('next');
  }).timeout(30_000);

  it('terminate ends it, and nothing runs afterwards', async () => {
    const terminated = client.waitForEvent('terminated');
    await client.ask('terminate');
    await terminated;
    await restarted;
    await sleep(100);
    assert.deepEqual(client.stops, []);
    assert.ok(host.read < 0.9 * PIECES);
  });

  it('a pause is for when it is there', async () => {
    await client.ask('pause');
    client.defaultTimeout = 25_000;
    await client.waitForEvent('stopped');
    assert.equal(client.stops.length, 1);
  }).timeout(30_000);
});
