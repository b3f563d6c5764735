import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Client } from './client';
import { FIRST, useFixture } from './support';

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));
  const scenario = (text?: string): string => fixture.scenario(text);
  const breakAt: typeof fixture.breakAt = (file, ...breakpoints) => fixture.breakAt(file, ...breakpoints);

  describe('moving', () => {
    it('returns to the identical state with eleven steps back and eleven steps forward', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const before = await client.moment();
      for (let i = 0; i < 11; i++) await client.move('stepBack');
      assert.notEqual((await client.moment()).stateHash, before.stateHash);
      for (let i = 0; i < 11; i++) await client.move('next');
      assert.deepEqual(await client.moment(), before);
    });

    it('undoes each step in with a reverse step in', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const trail = [await client.moment()];
      for (let i = 0; i < 20; i++) {
        await client.move('stepIn');
        trail.push(await client.moment());
      }
      for (const moment of trail.reverse().slice(1)) {
        await client.move('ptscope/reverseStepIn');
        assert.deepEqual(await client.moment(), moment);
      }
    });

    it('runs backwards over the same faults', async () => {
      const file = scenario();
      await client.load(file);
      await client.begin(['fault.minor']);
      const forward = [(await client.moment()).tick];
      for (let i = 0; i < 3; i++) {
        await client.move('continue');
        forward.push((await client.moment()).tick);
      }
      const backward = [];
      for (let i = 0; i < 3; i++) {
        await client.move('reverseContinue');
        backward.push((await client.moment()).tick);
      }
      assert.deepEqual(backward, forward.slice(0, -1).reverse());
      const stop = await client.move('reverseContinue');
      assert.match(stop.text ?? '', /start of the run/);
    });

    it('steps out of the walk, the function, the access and the loop', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8 });
      await client.begin();
      await breakAt(file);
      await client.move('stepIn');
      assert.equal((await client.moment()).event, 1);
      await client.move('stepOut');
      assert.deepEqual(
        [(await client.moment()).event, (await client.frames())[0].name],
        [0, 'read heap+0x1000 (2 of 4)'],
      );
      await client.move('stepOut');
      assert.equal((await client.frames()).at(-1)?.name, 'repeat 2/3');
    });

    it('withdraws Step Back at the start of the tape, and gives it back', async () => {
      await client.load(FIRST, { stopOnEntry: true });
      const seen: unknown[] = [];
      client.on('capabilities', (e: { body: { capabilities: { supportsStepBack: boolean } } }) =>
        seen.push(e.body.capabilities.supportsStepBack),
      );
      assert.equal((await client.begin()).reason, 'entry');
      await client.move('next');
      await client.move('stepBack');
      assert.deepEqual(seen, [false, true, false]);
    });

    it('jumps in time to a statement before and after', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 8 });
      await client.begin();
      await breakAt(file);
      for (const [line, title] of [
        [6, 'write heap'],
        [10, 'print "done"'],
        [4, 'process demo'],
      ] as const) {
        const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
          source: { path: file },
          line,
        });
        const stop = await client.move('goto', { threadId: 1, targetId: targets[0].id });
        assert.equal(stop.reason, 'goto');
        assert.equal((await client.frames())[0].name, title);
      }
    });

    it('stays where it is when a jump has nowhere to go, and goes to the start of its own statement', async () => {
      const file = scenario('process p\nmmap a 4KiB rw anon\nwrite a\nif 1 == 2 {\n  read a\n}\n');
      await client.load(file);
      await client.begin(['fault.minor']);
      const before = await client.moment();
      const jump = async (line: number): Promise<string | undefined> => {
        const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
          source: { path: file },
          line,
        });
        return (await client.move('goto', { threadId: 1, targetId: targets[0].id })).text;
      };
      assert.match((await jump(5)) ?? '', /does not come to this statement/);
      assert.deepEqual(await client.moment(), before);
      await jump(3);
      assert.deepEqual([(await client.moment()).tick, (await client.moment()).event], [before.tick, 0]);
    });

    it('steps out of the function on top of the stack, to what its caller does next', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const names = async (): Promise<string> => (await client.frames())[0].name;
      assert.equal(await names(), 'tdb_find_tobj [radix]');
      await client.move('stepOut');
      assert.equal(await names(), 'tobj_read_attr [radix]');
      for (let i = 0; i < 2; i++) await client.move('stepOut');
      assert.match(await names(), /^translate/);
    });

    it('ends with a message when what is restarted is broken, and can be launched again', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 6 });
      await client.begin();
      scenario('nonsense\n');
      const ended = client.waitForEvent('terminated');
      await client.ask('restart');
      await ended;
      assert.ok(client.output.some((o) => /PTS\d+/.test(o.output)));
    });

    it('jumps to an event of the listing', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const { source } = (await client.frames())[0];
      const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
        source,
        line: 9,
      });
      await client.move('goto', { threadId: 1, targetId: targets[0].id });
      assert.equal((await client.frames())[0].name, 'walk step: PGD[170]');
    });

    it('answers a pause in the middle of a long run, and goes on', async () => {
      const file = scenario('process p\nmmap a 64MiB rw anon\nrepeat 100000 {\n  read a random 1000\n}\n');
      await client.load(file);
      await client.configurationDoneRequest();
      const stop = await client.stopAfter(async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.match(await client.refusal('stackTrace', { threadId: 1 }), /running/);
        await client.ask('pause', { threadId: 1 });
      });
      assert.equal(stop.reason, 'pause');
      await client.ask('continue', { threadId: 1 });
      await client.ask('disconnect');
    });

    it('reports progress of a long run, which can be cancelled', async () => {
      const file = scenario('process p\nmmap a 64MiB rw anon\nrepeat 1000000 {\n  read a random 1000\n}\n');
      await client.load(file);
      const started = client.waitForEvent('progressStart');
      const updated = client.waitForEvent('progressUpdate');
      await client.configurationDoneRequest();
      const { body } = (await started) as { body: { progressId: string; cancellable: boolean } };
      assert.ok(body.cancellable);
      assert.match(((await updated).body as { message: string }).message, /tick [\d,]+, [\d.]+ [kM] accesses\/s/);
      const ended = client.waitForEvent('progressEnd');
      const stop = await client.stopAfter(() => client.ask('cancel', { progressId: body.progressId }));
      assert.equal(stop.reason, 'pause');
      assert.equal(((await ended).body as { progressId: string }).progressId, body.progressId);
    });

    it('restarts with the breakpoints that were set', async () => {
      const file = scenario();
      await client.load(file);
      await breakAt(file, { line: 6 });
      await client.begin();
      const first = await client.moment();
      await client.move('next');
      await client.stopAfter(() => client.ask('restart'));
      assert.equal((await client.moment()).stateHash, first.stateHash);
    });

    it('seeks to any moment and refuses what is none', async () => {
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      const there = await client.moment();
      await client.move('ptscope/seek', { tick: 2, event: 0 });
      assert.equal((await client.moment()).tick, 2);
      await client.move('ptscope/seek', { tick: there.tick, event: there.event });
      assert.equal((await client.moment()).stateHash, there.stateHash);
      assert.match(await client.refusal('ptscope/seek', { tick: -1, event: 0 }), /whole numbers/);
    });
  });
});
