/** The walk's picture of tables that are probed slot after slot. */
import assert from 'node:assert/strict';
import type { WalkResponse } from '../../src/protocol/requests';
import { useFixture } from './support';

const PAGES = 600;
const TOUCHES = 3000;
const PROGRAM = `machine {
  preset classroom
  scheme hashed
  memory 16MiB
}
process demo
mmap heap 4GiB rw anon at 0x5555_4000_0000
write heap random ${TOUCHES} seed 3
read heap random ${TOUCHES} seed 3
`;

describe('the picture of a walk in a hashed table', () => {
  const fixture = useFixture();

  it('has each probe beside the last, until one has the page', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(PROGRAM), { stopOnEntry: true });
    await client.begin();
    await client.move('ptscope/seek', { tick: 2 + TOUCHES, event: 0 });
    let longest = 0;
    for (let page = 0; page < PAGES; page++) {
      const { picture } = await client.ask<WalkResponse>('ptscope/walk', { address: `heap+${page * 4096}` });
      const [walk] = picture?.walks ?? [];
      assert.equal(walk.probes, 'inTurn');
      const { levels, references } = walk;
      longest = Math.max(longest, references);
      assert.equal(levels.length, Math.min(6, references));
      assert.equal(levels.at(-1)?.name, `PTE probe ${references}`);
      assert.ok(levels.slice(0, -1).every(({ matches }) => matches === false));
      assert.equal(levels.at(-1)?.matches, walk.outcome === 'mapped');
      if (references <= 6)
        for (const [i, { index }] of levels.entries()) assert.equal(index, (levels[0].index + i) % levels[0].slots);
    }
    assert.ok(longest > 6, `the longest has ${longest}`);
  });

  it('is of the probes that the access made, with what each cost', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(PROGRAM), { stopOnEntry: true });
    await client.begin();
    await client.move('ptscope/seek', { tick: 2 + TOUCHES, event: 0 });
    const { picture } = await client.ask<WalkResponse>('ptscope/walk');
    const walk = picture?.walks.at(-1);
    const cycles = walk?.levels.reduce((sum, level) => sum + (level.cycles ?? 0), 0);
    assert.ok(walk !== undefined && walk.references === walk.levels.length && walk.cycles === cycles);
  });
});
