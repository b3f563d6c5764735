/** Exception filters for parts of what faults and walks are, and what their conditions may ask. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Client } from './client';
import { useFixture } from './support';

const KINDS = `machine {
  preset classroom
  zeropage on
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
read heap
write heap+4KiB
`;

describe('an exception filter', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  async function stops(text: string, filterOptions: DebugProtocol.ExceptionFilterOptions[]): Promise<string[]> {
    await client.load(fixture.scenario(text), { stopAtEnd: true });
    await client.setExceptionBreakpointsRequest({ filters: [], filterOptions });
    const seen: string[] = [];
    let stop = await client.stopAfter(() => client.configurationDoneRequest());
    for (; stop.reason !== 'end'; stop = await client.move('continue')) seen.push(stop.text ?? '');
    return seen;
  }

  it('takes minor faults by where the page comes from', async () => {
    for (const [filterId, expected] of [
      ['fault.minor.zero', /the zero page.*read to 0x5555_5540_0000/],
      ['fault.minor.anonymous', /anonymous, write to 0x5555_5540_1000/],
    ] as const) {
      const seen = await stops(KINDS, [{ filterId }]);
      assert.equal(seen.length, 1, filterId);
      assert.match(seen[0], expected);
    }
  });

  it('stops where a stack grows', async () => {
    const text = `machine {\n  preset classroom\n}\nprocess demo\nmmap stack 16KiB rw anon stack at 0x7fff_f000_0000\nwrite stack\nwrite 0x7fff_efff_c000\n`;
    const seen = await stops(text, [{ filterId: 'fault.stack' }]);
    assert.deepEqual(seen, ['the stack grows, write to 0x7fff_efff_c000']);
  });

  it('knows the fault that is being served: its kind, its address, its error code', async () => {
    const text = KINDS;
    const every = { filterId: 'fault.minor' };
    assert.equal((await stops(text, [{ ...every, condition: 'fault.kind == minor' }])).length, 2);
    assert.equal((await stops(text, [{ ...every, condition: 'fault.kind == cow' }])).length, 0);
    const [one, ...others] = await stops(text, [{ ...every, condition: 'fault.address == heap + 0x1000' }]);
    assert.match(one, /heap\+0x1000/);
    assert.equal(others.length, 0);
    assert.equal((await stops(text, [{ ...every, condition: 'fault.code & 2' }])).length, 1, 'a write');
  });

  it('shows the same fault to a watch', async () => {
    await client.load(fixture.scenario(KINDS));
    await client.begin(['fault.minor']);
    assert.equal(await client.value('fault.kind'), 'minor');
    assert.equal(await client.value('fault.address'), '0x5555_5540_0000');
    const tree = await client.variables('Fault');
    assert.ok(tree.some((v) => v.name === 'what the kernel makes of it'));
  });

  it('asks a walk how long it was', async () => {
    const text = KINDS;
    const all = await stops(text, [{ filterId: 'walk.any' }]);
    assert.ok(all.length > 2, all.join('; '));
    const long = await stops(text, [{ filterId: 'walk.any', condition: 'access.walk.refs > 4' }]);
    assert.ok(long.length > 0 && long.length < all.length, long.join('; '));
    const exact = await stops(text, [{ filterId: 'walk.any', condition: 'access.walk.refs == 1' }]);
    for (const text of exact) assert.match(text, /^walk of 1 reference,/);
  });

  it('says what is wrong with a condition when it is set', async () => {
    await client.load(fixture.scenario(KINDS));
    const { breakpoints = [] } =
      (
        await client.setExceptionBreakpointsRequest({
          filters: [],
          filterOptions: [
            { filterId: 'fault.minor', condition: 'fault.adress == 1' },
            { filterId: 'fault.minor', condition: 'heap +' },
            { filterId: 'fault.minor', condition: 'fault.kind == minor' },
          ],
        })
      ).body ?? {};
    assert.deepEqual(
      breakpoints.map((b) => b.verified),
      [false, false, true],
    );
    assert.match(breakpoints[0].message ?? '', /adress/);
  });
});
