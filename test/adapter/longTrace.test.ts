/** Time travel in a long trace, over the wire: the same stops on every way, whatever was done in between. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { writeBigTrace } from '../support/bigTrace';
import { Client } from './client';

const ACCESSES = 800_000;
const NTH = 2000;
/** In the first arena of the heap: touched early, and used again and again. */
const ENTRY = 'pte(0x1000003000)';

describe('a long trace', function () {
  this.timeout(60_000);
  let folder: string;
  let client: Client;
  const cacheBefore = process.env.PTSCOPE_TRACE_CACHE;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ptscope-long-'));
    process.env.PTSCOPE_TRACE_CACHE = path.join(folder, 'cache');
    writeBigTrace(path.join(folder, 'long.lackey'), { accesses: ACCESSES, pages: 5000 });
  });
  after(() => {
    if (cacheBefore === undefined) delete process.env.PTSCOPE_TRACE_CACHE;
    else process.env.PTSCOPE_TRACE_CACHE = cacheBefore;
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    client = new Client();
    await client.open();
  });
  afterEach(() => client.close());

  const load = (more: object = {}): Promise<void> => client.load(path.join(folder, 'long.lackey'), more);
  const filter = (condition?: string): Promise<unknown> =>
    client.ask('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'fault.minor', condition }] });
  const start = (): Promise<DebugProtocol.StoppedEvent['body']> =>
    client.stopAfter(() => client.configurationDoneRequest());
  const faults = async (): Promise<number> => Number(await client.value('stats.faults.total'));
  const pause = async (afterMs: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    assert.equal((await client.stopAfter(() => client.ask('pause'))).reason, 'pause');
  };
  /** Where the next stops in a direction are. */
  const stops = async (command: string, times: number): Promise<string[]> => {
    const found: string[] = [];
    for (let i = 0; i < times; i++) {
      const { text } = await client.move(command);
      const { tick, event } = await client.moment();
      found.push(`${tick}/${event} ${text}`);
    }
    return found;
  };

  it('stops at the n-th fault also if it was paused on the way, and from there goes back to the one before', async () => {
    await load();
    await filter(String(NTH));
    await client.configurationDoneRequest();
    await pause(50);
    assert.ok((await faults()) < NTH);
    await client.move('continue');
    assert.equal(await faults(), NTH - 1, 'inside the fault, before it is counted');
    const there = await client.moment();
    await filter();
    await client.move('reverseContinue');
    assert.equal(await faults(), NTH - 2);
    await client.move('continue');
    assert.deepEqual(await client.moment(), there);
  });

  it('is shown by its listing where it is too long for an editor', async () => {
    await load();
    await filter('100');
    await start();
    const { listing } = await client.moment();
    for (const frame of await client.frames()) assert.equal(frame.source?.sourceReference, listing, frame.name);
    assert.match((await client.frames()).at(-1)?.name ?? '', /^long\.lackey:\d+: write/);
  });

  it('has the same uses of an entry forwards and backwards', async () => {
    await load({ stopOnEntry: true });
    await start();
    await client.move('ptscope/seek', { tick: 300_000, event: 0 });
    await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: `read ${ENTRY} by hardware` }] });
    const forwards = await stops('continue', 8);
    assert.equal(new Set(forwards).size, 8);
    assert.deepEqual(await stops('reverseContinue', 7), forwards.slice(0, -1).reverse());
    assert.deepEqual(await stops('continue', 7), forwards.slice(1));
  });

  it('undoes an edit in the middle of it when one goes back, and says which', async () => {
    await load({ stopOnEntry: true });
    await start();
    await client.move('ptscope/seek', { tick: 600_000, event: 0 });
    const before = await client.moment();
    await client.value(`set ${ENTRY}.accessed = 0`, 'repl');
    assert.notEqual((await client.moment()).stateHash, before.stateHash);
    await client.move('ptscope/seek', { tick: 700_000, event: 0 });
    await client.move('ptscope/seek', { tick: 600_000, event: 0 });
    assert.notEqual((await client.moment()).stateHash, before.stateHash, 'it is part of the tape');
    await client.move('stepBack');
    const said = client.output.map(({ output }) => output);
    assert.ok(said.includes(`the edit of ${ENTRY}.accessed at tick 600000 is undone\n`), said.join(''));
    await client.move('ptscope/seek', { tick: 600_000, event: 0 });
    assert.equal((await client.moment()).stateHash, before.stateHash);
  });

  it('undoes bytes that were written in one go with one sentence', async () => {
    await load({ stopOnEntry: true });
    await start();
    await client.move('ptscope/seek', { tick: 1000, event: 0 });
    const data = Buffer.alloc(24, 1).toString('base64');
    await client.ask('writeMemory', { memoryReference: 'pa:0x100ff0', offset: 8, data });
    await client.move('stepBack');
    const said = client.output.map(({ output }) => output).filter((text) => text.includes('undone'));
    assert.deepEqual(said, ['the edit of 24 bytes at 0x10_0ff8 at tick 1000 is undone\n']);
  });

  it('is not asked for after a disconnect', async () => {
    await load({ stopOnEntry: true });
    await start();
    await client.ask('disconnect');
    for (const command of ['stackTrace', 'ptscope/moment', 'continue'])
      assert.match(await client.refusal(command, { threadId: 1 }), /Nothing has been launched/);
  });

  it('goes to any moment with little memory, too', async () => {
    await load({ stopOnEntry: true });
    await start();
    await client.move('ptscope/seek', { tick: 700_000, event: 0 });
    const { stateHash } = await client.moment();
    const poor = new Client();
    await poor.open();
    await poor.load(path.join(folder, 'long.lackey'), { stopOnEntry: true, timeTravel: { memoryMegabytes: 1 } });
    await poor.begin();
    for (const tick of [750_000, 20, 700_000]) await poor.move('ptscope/seek', { tick, event: 0 });
    assert.equal((await poor.moment()).stateHash, stateHash);
    await poor.close();
  });

  it('refuses a memory for time travel that is none', async () => {
    for (const memoryMegabytes of [0, -1, 1.5, '64'])
      assert.match(
        await client.refusal('launch', { program: 'a.ptscen', timeTravel: { memoryMegabytes } }),
        /'timeTravel\.memoryMegabytes' in the launch configuration must be a whole number from 1\./,
      );
    assert.match(
      await client.refusal('launch', { program: 'a.ptscen', timeTravel: 64 }),
      /'timeTravel' in the launch configuration must be an object/,
    );
  });

  it('is started anew in the middle of a run and of a search backwards', async () => {
    await load();
    await filter('1500');
    await start();
    const first = await client.moment();
    await filter('access.va == 1');
    await client.ask('reverseContinue', { threadId: 1 });
    await filter('1500');
    client.stops.length = 0;
    await client.stopAfter(() => client.ask('restart'));
    assert.deepEqual(await client.moment(), first);
    assert.equal(client.stops.length, 1);
  });
});
