/**
 * Each capability that the adapter advertises is used here as a client uses it. One that is advertised and has no test
 * fails, and so does a test of one that is not advertised any more.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { capabilities } from '../../src/adapter/capabilities';
import { FILTERS } from '../../src/adapter/filters';
import type { Client } from './client';
import { type Fixture, useFixture } from './support';

type Capabilities = DebugProtocol.Capabilities;
interface Rig {
  client: Client;
  fixture: Fixture;
  /** A scenario, with lines from 1; see `SCENARIO` in support.ts. */
  file: string;
}

/** Launches the scenario and stands at its start. */
async function atStart({ client, file }: Rig): Promise<void> {
  await client.load(file, { stopOnEntry: true });
  await client.begin();
}

/** Launches it and stands in the fault of line 6. */
async function inFault({ client, file }: Rig): Promise<DebugProtocol.StoppedEvent['body']> {
  await client.load(file);
  return client.begin(['fault.minor']);
}

const row = async (client: Client, scope: string, name: RegExp): Promise<DebugProtocol.Variable> => {
  const found = (await client.variables(scope)).find((v) => name.test(v.name));
  assert.ok(found, `${scope} has no ${name}`);
  return found;
};

const EXERCISES: { [Name in keyof Capabilities]?: (rig: Rig) => Promise<void> } = {
  supportsConfigurationDoneRequest: async (rig) => {
    await rig.client.load(rig.file);
    assert.equal(rig.client.stops.length, 0, 'nothing runs before the breakpoints are in');
    assert.equal((await rig.client.begin(['fault.minor'])).reason, 'exception');
  },
  supportsConditionalBreakpoints: async ({ client, fixture, file }) => {
    await client.load(file);
    await fixture.breakAt(file, { line: 8, condition: 'access.va == heap + 0x2000' });
    assert.equal((await client.begin()).reason, 'breakpoint');
    assert.equal(await client.value('access.va'), '0x5555_5540_2000');
  },
  supportsHitConditionalBreakpoints: async ({ client, fixture, file }) => {
    await client.load(file);
    await fixture.breakAt(file, { line: 8, hitCondition: '3' });
    await client.begin();
    assert.equal(await client.value('access.va'), '0x5555_5540_2000');
  },
  supportsLogPoints: async ({ client, fixture, file }) => {
    await client.load(file);
    await fixture.breakAt(file, { line: 6, logMessage: 'touch {heap.start}' }, { line: 9 });
    await client.begin();
    assert.ok(client.output.some(({ output, line }) => output === 'touch 0x5555_5540_0000\n' && line === 6));
  },
  supportsFunctionBreakpoints: async (rig) => {
    await rig.client.load(rig.file);
    await rig.client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'handle_mm_*' }] });
    assert.match((await rig.client.begin()).description ?? '', /handle_mm_fault/);
  },
  supportsDataBreakpoints: async (rig) => {
    await inFault(rig);
    const { client } = rig;
    const { dataId } = await client.ask<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', {
      name: 'cr3',
    });
    const [set] = (
      await client.ask<DebugProtocol.SetDataBreakpointsResponse['body']>('setDataBreakpoints', {
        breakpoints: [{ dataId, accessType: 'write' }],
      })
    ).breakpoints;
    assert.equal(set.verified, true);
  },
  supportsDataBreakpointBytes: async (rig) => {
    await inFault(rig);
    const info = await rig.client.ask<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', {
      name: '0x1000',
      bytes: 16,
      asAddress: true,
    });
    assert.match(info.dataId ?? '', /\+16$/);
  },
  breakpointModes: async (rig) => {
    await inFault(rig);
    for (const { mode } of capabilities().breakpointModes ?? []) {
      const asked = { name: mode === 'exec' ? 'heap' : 'walk(heap)', mode };
      const address = { name: '0x555555400000', asAddress: true, bytes: 8, mode };
      const isAddress = ['virtual', 'physical', 'entry'].includes(mode);
      const info = await rig.client.ask<DebugProtocol.DataBreakpointInfoResponse['body']>(
        'dataBreakpointInfo',
        isAddress ? { ...address, name: mode === 'virtual' ? address.name : '0x2000' } : asked,
      );
      assert.ok(info.dataId, `${mode}: ${info.description}`);
    }
  },
  supportsBreakpointLocationsRequest: async (rig) => {
    await rig.client.load(rig.file);
    const { breakpoints } = await rig.client.ask<DebugProtocol.BreakpointLocationsResponse['body'] & object>(
      'breakpointLocations',
      { source: { path: rig.file }, line: 1, endLine: 20 },
    );
    assert.deepEqual(
      breakpoints.map((b) => b.line),
      [4, 5, 6, 8, 10],
    );
  },
  supportsExceptionFilterOptions: async ({ client, file }) => {
    await client.load(file);
    await client.setExceptionBreakpointsRequest({
      filters: [],
      filterOptions: [{ filterId: 'fault.minor', condition: 'access.va > heap + 0x1000' }],
    });
    await client.stopAfter(() => client.configurationDoneRequest());
    assert.equal(await client.value('access.va'), '0x5555_5540_2000');
  },
  supportsExceptionInfoRequest: async (rig) => {
    await inFault(rig);
    const info = await rig.client.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: 1 });
    assert.match(info.description ?? '', /PF, error code/);
  },
  exceptionBreakpointFilters: async () => {
    assert.deepEqual(
      capabilities().exceptionBreakpointFilters?.map((f) => f.filter),
      FILTERS.map((f) => f.id),
    );
    return Promise.resolve();
  },
  supportsStepBack: async (rig) => {
    await atStart(rig);
    const { client } = rig;
    const before = (await client.moment()).stateHash;
    await client.move('next');
    await client.move('stepBack');
    assert.equal((await client.moment()).stateHash, before);
    await client.move('next');
    await client.move('reverseContinue');
    assert.equal((await client.moment()).tick, 0);
  },
  supportsSteppingGranularity: async (rig) => {
    await atStart(rig);
    const { client } = rig;
    for (let i = 0; i < 3; i++) await client.move('next');
    await client.move('next', { threadId: 1, granularity: 'statement' });
    assert.match((await client.moment()).title, /heap\+0x1000/);
    await client.move('next', { threadId: 1, granularity: 'line' });
    assert.equal((await client.frames()).at(-1)?.name, 'repeat 2/3', 'the next statement is that of the next turn');
    await client.move('next', { threadId: 1, granularity: 'instruction' });
    assert.equal((await client.moment()).event, 1);
  },
  supportsStepInTargetsRequest: async (rig) => {
    await atStart(rig);
    const { client } = rig;
    for (let i = 0; i < 2; i++) await client.move('next');
    const targetsNow = async () =>
      (await client.ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', { frameId: 1 })).targets;
    const handler = (await targetsNow()).find((t) => /^exc_page_fault/.test(t.label));
    assert.ok(handler, 'the handler of the fault that comes');
    await client.move('stepIn', { threadId: 1, targetId: handler.id });
    assert.match((await client.frames())[0].name, /^exc_page_fault/);
    assert.ok((await targetsNow()).length > 0, 'and what it will call');
    assert.match(await client.refusal('stepIn', { threadId: 1, targetId: 1e6 }), /no such target/);
  },
  supportsRestartFrame: async (rig) => {
    await inFault(rig);
    const { client } = rig;
    const frames = await client.frames();
    const handler = frames.find((f) => /handle_mm_fault/.test(f.name));
    assert.equal(handler?.canRestart, true);
    const { event } = await client.moment();
    await client.move('restartFrame', { frameId: handler?.id });
    assert.ok((await client.moment()).event < event);
    assert.match((await client.frames())[0].name, /^handle_mm_fault/);
    assert.match(await client.refusal('restartFrame', { frameId: 99 }), /no such frame/);
  },
  supportsGotoTargetsRequest: async (rig) => {
    await atStart(rig);
    const { client } = rig;
    const { targets } = await client.ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
      source: { path: rig.file },
      line: 10,
    });
    await client.move('goto', { threadId: 1, targetId: targets[0].id });
    assert.equal((await client.frames())[0].line, 10);
  },
  supportsDisassembleRequest: async (rig) => {
    await inFault(rig);
    const { client } = rig;
    const [{ instructionPointerReference: memoryReference, line }] = await client.frames();
    const { instructions } = await client.ask<DebugProtocol.DisassembleResponse['body'] & object>('disassemble', {
      memoryReference,
      instructionOffset: -2,
      instructionCount: 5,
    });
    assert.equal(instructions.length, 5);
    assert.equal(instructions[2].address, memoryReference);
    assert.equal(instructions[2].line, line);
    const { listing } = await client.moment();
    const { content } = await client.ask<{ content: string }>('source', { sourceReference: listing });
    assert.equal(instructions[2].instruction, content.split('\n')[line - 1]);
    const { instructions: none } = await client.ask<DebugProtocol.DisassembleResponse['body'] & object>('disassemble', {
      memoryReference,
      instructionOffset: -1000,
      instructionCount: 3,
    });
    assert.deepEqual(
      none.map((i) => i.presentationHint),
      ['invalid', 'invalid', 'invalid'],
    );
  },
  supportsInstructionBreakpoints: async (rig) => {
    await inFault(rig);
    const { client } = rig;
    const [{ instructionPointerReference: instructionReference }] = await client.frames();
    const { breakpoints } = await client.ask<DebugProtocol.SetInstructionBreakpointsResponse['body']>(
      'setInstructionBreakpoints',
      { breakpoints: [{ instructionReference }, { instructionReference: '0x7' }] },
    );
    assert.deepEqual(
      breakpoints.map((b) => b.verified),
      [true, false],
    );
    await client.setExceptionBreakpointsRequest({ filters: [] });
    const { hitBreakpointIds } = await client.move('continue');
    assert.deepEqual(hitBreakpointIds, [breakpoints[0].id], 'the same function, in the next fault');
  },
  supportsModulesRequest: async (rig) => {
    await inFault(rig);
    const { modules } = await rig.client.ask<DebugProtocol.ModulesResponse['body']>('modules');
    assert.deepEqual(
      modules.map(({ name, version }) => [name, version]),
      [['demo', 'radix']],
    );
    assert.match(modules[0].addressRange ?? '', /^PGD table at 0x/);
  },
  supportsRestartRequest: async (rig) => {
    await inFault(rig);
    assert.equal((await rig.client.move('restart')).reason, 'exception');
  },
  supportsTerminateRequest: async (rig) => {
    await inFault(rig);
    const ended = rig.client.waitForEvent('terminated');
    await rig.client.ask('terminate');
    await ended;
  },
  supportsCancelRequest: async (rig) => {
    await inFault(rig);
    await rig.client.ask('cancel', { requestId: 1 });
  },
  supportsEvaluateForHovers: async (rig) => {
    await inFault(rig);
    assert.match(await rig.client.value('heap', 'hover'), /not mapped|nothing/i);
  },
  supportsSetVariable: async (rig) => {
    await inFault(rig);
    const { client } = rig;
    const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
    const reference = scopes.find((s) => s.name === 'Registers')?.variablesReference;
    await client.ask('setVariable', { variablesReference: reference, name: 'CR2', value: '0x1234' });
    assert.equal(await client.value('cr2'), '0x1234 (4660)');
  },
  supportsSetExpression: async (rig) => {
    await inFault(rig);
    await rig.client.ask('setExpression', { expression: 'cr2', value: '0x77' });
    assert.equal(await rig.client.value('cr2'), '119');
  },
  supportsClipboardContext: async (rig) => {
    await inFault(rig);
    assert.match(await rig.client.value('access', 'clipboard'), /write/);
  },
  supportsCompletionsRequest: async (rig) => {
    await inFault(rig);
    const { targets } = await rig.client.ask<DebugProtocol.CompletionsResponse['body']>('completions', {
      text: 'hea',
      column: 4,
    });
    assert.ok(targets.some((t) => t.label === 'heap'));
  },
  supportsANSIStyling: async (rig) => {
    await inFault(rig);
    const { result } = await rig.client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', {
      expression: 'walk heap',
      context: 'repl',
    });
    // Only for clients that say that they know them: this one does not.
    assert.ok(!result.includes('\u001b['));
  },
  completionTriggerCharacters: async (rig) => {
    await inFault(rig);
    for (const text of ['access.', 'pte(']) {
      const { targets } = await rig.client.ask<DebugProtocol.CompletionsResponse['body']>('completions', {
        text,
        column: text.length + 1,
      });
      assert.ok(targets.length > 0, text);
    }
  },
  supportsReadMemoryRequest: async (rig) => {
    await inFault(rig);
    const memoryReference = (await row(rig.client, 'Registers', /^CR3$/)).memoryReference;
    const read = await rig.client.ask<DebugProtocol.ReadMemoryResponse['body'] & object>('readMemory', {
      memoryReference,
      count: 16,
    });
    assert.equal(Buffer.from(read.data ?? '', 'base64').length, 16);
    assert.equal(`pa:${read.address}`, memoryReference);
  },
  supportsWriteMemoryRequest: async (rig) => {
    await inFault(rig);
    const heard = rig.client.waitForEvent('memory');
    await rig.client.ask('writeMemory', { memoryReference: 'pa:0x8000', data: 'qg==' });
    await heard;
    assert.equal(await rig.client.value('phys(0x8000)'), '170');
  },
  supportsLoadedSourcesRequest: async (rig) => {
    await inFault(rig);
    const { sources } = await rig.client.ask<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
    assert.ok(sources.some((s) => s.path === rig.file));
    assert.ok(sources.some((s) => s.name?.endsWith('.ptlisting')));
  },
  supportsDelayedStackTraceLoading: async (rig) => {
    await inFault(rig);
    const all = (await rig.client.stackTraceRequest({ threadId: 1 })).body;
    const part = (await rig.client.stackTraceRequest({ threadId: 1, startFrame: 1, levels: 1 })).body;
    assert.deepEqual(part.stackFrames, [all.stackFrames[1]]);
    assert.equal(part.totalFrames, all.stackFrames.length);
  },
};

describe('a capability', () => {
  const fixture = useFixture();
  const advertised = Object.keys(capabilities()) as (keyof Capabilities)[];

  for (const name of advertised)
    it(`${name} is what a client may rely on`, async () => {
      const exercise = EXERCISES[name];
      assert.ok(exercise, `${name} is advertised, and nothing here uses it`);
      await exercise({ client: fixture.client, fixture, file: fixture.scenario() });
    });

  it('that is tested is advertised', () => {
    assert.deepEqual(
      Object.keys(EXERCISES).filter((name) => !advertised.includes(name as keyof Capabilities)),
      [],
    );
  });
});
