/** PAE's root in registers, as a person sees it: what walks ask, what memory has, and when the one becomes the other. */
import assert from 'node:assert/strict';
import type { WalkPicture } from '../../src/protocol/walk';
import { useFixture } from './support';

const SCENARIO = `machine {
  preset classroom
  scheme pae
  memory 64MiB
}
process demo
mmap heap 4KiB rw anon at 0x8000_0000
write heap
set pgd(heap).raw = 0
invlpg heap
read heap
set cr3 = cr3
print "loaded"
`;

describe('the PDPTE registers', () => {
  const fixture = useFixture();

  const stop = async (...lines: number[]): Promise<void> => {
    const file = fixture.scenario(SCENARIO);
    await fixture.client.load(file);
    await fixture.breakAt(file, ...lines.map((line) => ({ line })));
    await fixture.client.begin();
  };
  const registers = async (): Promise<string[]> =>
    (await fixture.client.variables('Registers'))
      .filter(({ name }) => name.startsWith('PDPTE'))
      .map(({ name, value, type }) => `${name} = ${value}: ${type}`);

  it('are in the Registers scope, and say where memory has another entry', async () => {
    await stop(10);
    const rows = await registers();
    assert.equal(rows.length, 4);
    assert.match(rows[1], /^PDPTE1 = 0x0+: empty$/);
    assert.match(
      rows[2],
      /^PDPTE2 = 0x0000000000\w+001: table at 0x\w+; memory has another entry, which the next load of CR3 takes$/,
    );
  });

  it('are where a walk begins, in words and in the picture', async () => {
    await stop(12);
    const { client } = fixture;
    assert.match(
      await client.value('walk heap', 'repl'),
      /PGD\[2\] in register PDPTE2 = .*\n.*2 references|2 references/,
    );
    const { picture } = await client.ask<{ picture: WalkPicture }>('ptscope/walk', { address: 'heap' });
    const [walk] = picture.walks;
    assert.deepEqual(
      [walk.startedFrom, walk.references, walk.levels.map(({ register }) => register)],
      ['the PDPTE registers', 2, ['PDPTE2', undefined, undefined]],
    );
    assert.match(
      await client.refusal('setExpression', { expression: 'walk(heap).levels.PGD.rw', value: '1' }),
      /PDPTE2/,
    );
  });

  it('have what memory has once CR3 is loaded', async () => {
    await stop(13);
    assert.match((await registers())[2], /= 0x0+: empty$/);
    assert.equal(await fixture.client.value('walk(heap).result'), 'notPresent');
  });
});
