import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FILTERS } from '../../src/adapter/filters';
import { REQUESTS } from '../../src/protocol/names';
import { Client } from './client';
import { FIRST, useFixture } from './support';

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  describe('bad input', () => {
    it('is refused with one clear message, and the session stays usable', async () => {
      writeFileSync(path.join(fixture.folder, 'broken.ptscen'), 'process\nmmap x\n');
      writeFileSync(path.join(fixture.folder, 'noise.bin'), Buffer.from([1, 2, 3, 250, 251]));
      writeFileSync(path.join(fixture.folder, 'trace.ptscen'), 'process p\ntrace "absent.lackey"\n');
      const cases: [object, RegExp][] = [
        [{}, /names no 'program'/],
        [{ program: path.join(fixture.folder, 'absent.ptscen') }, /no such file/],
        [{ program: fixture.folder }, /directory/],
        [{ program: path.join(fixture.folder, 'broken.ptscen') }, /broken\.ptscen:1:\d+: PTS\d+/],
        [{ program: path.join(fixture.folder, 'noise.bin') }, /noise\.bin/],
        [{ program: path.join(fixture.folder, 'trace.ptscen') }, /absent\.lackey.*no such file/],
        [{ program: FIRST, machine: { dtlb: 'many' } }, /dtlb/],
        [{ program: FIRST, scheme: 'quantum' }, /quantum/],
        [{ program: FIRST, args: { page: '1 +' } }, /page/],
        [{ program: 17 }, /must be a string/],
      ];
      for (const [args, message] of cases)
        assert.match(await client.refusal('launch', args), message, JSON.stringify(args));
      await client.load(FIRST);
      assert.equal((await client.begin(['fault.minor'])).reason, 'exception');
    });
  });

  describe('every request that DAP knows', () => {
    const COMMANDS = [
      'attach',
      'breakpointLocations',
      'cancel',
      'completions',
      'configurationDone',
      'continue',
      'dataBreakpointInfo',
      'disassemble',
      'evaluate',
      'exceptionInfo',
      'goto',
      'gotoTargets',
      'loadedSources',
      'locations',
      'modules',
      'next',
      'pause',
      'readMemory',
      'restart',
      'restartFrame',
      'reverseContinue',
      'scopes',
      'setBreakpoints',
      'setDataBreakpoints',
      'setExceptionBreakpoints',
      'setExpression',
      'setFunctionBreakpoints',
      'setInstructionBreakpoints',
      'setVariable',
      'source',
      'stackTrace',
      'stepBack',
      'stepIn',
      'stepInTargets',
      'stepOut',
      'terminateThreads',
      'threads',
      'variables',
      'writeMemory',
      'noSuchCommand',
      ...Object.values(REQUESTS),
    ];
    const BAD: object[] = [
      {},
      {
        threadId: 99,
        frameId: 99,
        variablesReference: 99,
        sourceReference: 99,
        targetId: 99,
        text: '(',
        column: 1e9,
        expression: '',
        memoryReference: '',
        count: -1,
        data: '%',
        tree: 'nope',
        tick: 1e12,
        event: 1,
        source: {},
        line: -5,
        filters: ['x'],
        breakpoints: [],
        name: '',
        value: '',
        instructionCount: -1,
        locationReference: 99,
      },
      // Of the right shape, and of the wrong kind inside.
      {
        breakpoints: [{}, { name: 7, dataId: 7, instructionReference: 7, condition: 7, hitCondition: 7, line: 'x' }],
        filters: [7],
        filterOptions: [{ filterId: 'fault.minor', condition: '(' }],
        source: { path: 7, sourceReference: 1 },
        line: 1,
        frameId: 1,
        memoryReference: '0x100000',
        instructionCount: 4,
        instructionOffset: -1e9,
        stepOver: 'mile',
      },
    ];

    it('is answered before a launch and after, whatever its arguments', async () => {
      const tryOne = async (command: string, args: object): Promise<void> => {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>(
          (_, reject) => (timer = setTimeout(() => reject(new Error(`${command} was not answered`)), 5000)),
        );
        await Promise.race([
          client
            .ask(command, args)
            .catch((e: Error) => assert.ok(!/mistake/.test(e.message), `${command}: ${e.message}`)),
          late,
        ]);
        clearTimeout(timer);
      };
      for (const command of COMMANDS) for (const args of BAD) await tryOne(command, args);
      await client.load(FIRST);
      await client.begin(['fault.minor']);
      for (const command of COMMANDS) {
        for (const args of BAD) await tryOne(command, args);
        // A motion may have begun: wait until the machine stands again, or has ended.
        for (let i = 0; i < 50; i++)
          if (
            !/running/.test(
              await client.ask('stackTrace', { threadId: 1 }).then(
                () => '',
                (e: Error) => e.message,
              ),
            )
          )
            break;
      }
    });
  });

  it('offers exactly the filters of its table', async () => {
    const other = new Client();
    await other.open();
    const { body } = await other.initializeRequest();
    assert.deepEqual(
      body?.exceptionBreakpointFilters?.map((f) => f.filter),
      FILTERS.map((f) => f.id),
    );
    await other.close();
  });
});
