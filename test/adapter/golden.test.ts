/**
 * Whole sessions as text, compared with the files in golden/: each scheme, each kind of breakpoint, forwards and backwards.
 * `UPDATE=1` writes them anew; look at the difference before committing it.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Client } from './client';
import { type Fixture, useFixture } from './support';
import { Transcript } from './transcript';

const GOLDEN = path.join(__dirname, 'golden');

/** Lines are counted from 1: `write` is 7, the loop 8 to 10, `munmap` 12. */
const program = (scheme: string): string => `machine {
  preset classroom
  scheme ${scheme}
}
process demo
mmap heap 64KiB rw anon at 0x2000_1000
write heap
repeat 2 {
  read heap .. heap+16KiB step 8KiB
}
print "look"
munmap heap
print "after"
`;

/** Goes forward through all stops of a run to its end, then back through them to its start. */
async function thereAndBack(client: Client, transcript: Transcript, most = 4): Promise<void> {
  let stop = await client.stopAfter(() => client.configurationDoneRequest());
  await transcript.stop('launch', stop);
  for (let i = 1; i < most && stop.reason !== 'end'; i++) {
    stop = await client.move('continue');
    await transcript.stop('continue', stop);
  }
  for (let i = 0; i < most && stop.reason !== 'entry'; i++) {
    stop = await client.move('reverseContinue');
    await transcript.stop('reverse', stop);
  }
}

function compare(name: string, actual: string): void {
  const file = path.join(GOLDEN, `${name}.txt`);
  if (process.env.UPDATE) writeFileSync(file, actual);
  assert.ok(existsSync(file), `${name}.txt is not there; UPDATE=1 writes it`);
  assert.equal(actual, readFileSync(file, 'utf8'), `golden/${name}.txt`);
}

const SCHEMES = [
  'radix',
  'radix 5',
  'radix 32',
  'pae',
  'linear 32',
  'fpt L4L3+L2L1',
  'ecpt',
  'nested radix over radix',
];

/** How a breakpoint of each kind is set. `file`: the scenario. */
const KINDS: Readonly<Record<string, (fixture: Fixture, file: string) => Promise<unknown>>> = {
  line: ({ client }, file) =>
    client.setBreakpointsRequest({ source: { path: file }, breakpoints: [{ line: 9, hitCondition: '%3' }] }),
  condition: ({ client }, file) =>
    client.setBreakpointsRequest({
      source: { path: file },
      breakpoints: [{ line: 9, condition: 'access.va == heap + 8KiB' }],
    }),
  exception: ({ client }) => client.setExceptionBreakpointsRequest({ filters: ['fault.minor', 'tlb.miss'] }),
  function: ({ client }) =>
    client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'tdb_update_tobj' }, { name: 'free_pgtables' }] }),
  // The table is not there before the first stop: the breakpoint waits for it.
  data: async ({ client }, file) => {
    await client.setBreakpointsRequest({ source: { path: file }, breakpoints: [{ line: 11 }] });
    await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'write pte(heap)' }, { name: 'exec heap' }] });
  },
  register: ({ client }) =>
    client.ask('setDataBreakpoints', { breakpoints: [{ dataId: 'reg:cr2', accessType: 'write' }] }),
  page: ({ client }) =>
    client.ask('setDataBreakpoints', {
      breakpoints: [{ dataId: 'va:1:0x20003000+4096', accessType: 'readWrite' }],
    }),
};

describe('a session as a person sees it', () => {
  const fixture = useFixture();

  const load = async (scheme: string): Promise<string> => {
    const file = fixture.scenario(program(scheme));
    await fixture.client.load(file, { stopAtEnd: true });
    await fixture.client.setExceptionBreakpointsRequest({ filters: [] });
    return file;
  };

  for (const scheme of SCHEMES)
    it(`on ${scheme} is that of golden/`, async () => {
      const { client } = fixture;
      await load(scheme);
      await client.setExceptionBreakpointsRequest({ filters: ['fault.minor'] });
      const transcript = new Transcript(client);
      await thereAndBack(client, transcript);
      compare(`scheme-${scheme.replaceAll(' ', '')}`, transcript.text);
    });

  for (const [kind, set] of Object.entries(KINDS))
    it(`with breakpoints of the kind '${kind}' is that of golden/`, async () => {
      const { client } = fixture;
      await set(fixture, await load('radix'));
      const transcript = new Transcript(client);
      await thereAndBack(client, transcript);
      compare(`breakpoint-${kind}`, transcript.text);
    });

  it('step by step, there and back, is that of golden/', async () => {
    const { client } = fixture;
    const file = await load('radix');
    await client.setBreakpointsRequest({ source: { path: file }, breakpoints: [{ line: 12 }] });
    const transcript = new Transcript(client);
    await transcript.stop('launch', await client.stopAfter(() => client.configurationDoneRequest()));
    const STEPS = [
      'stepIn',
      'stepIn',
      'next',
      'stepOut',
      'stepBack',
      'ptscope/reverseStepIn',
      'ptscope/reverseStepOut',
    ];
    for (const step of STEPS) {
      const stopped: DebugProtocol.StoppedEvent['body'] = await client.move(step);
      await transcript.stop(step, stopped);
    }
    compare('steps', transcript.text);
  });
});
