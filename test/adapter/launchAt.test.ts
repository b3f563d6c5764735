import assert from 'node:assert/strict';
import { useFixture } from './support';

const SCENARIO = `process p
mmap a 64KiB rw anon
write a
test "t" {
  process q
  mmap b 4KiB rw anon
  expect fault == minor
}
`;

describe('a launch that begins at a moment', () => {
  const fixture = useFixture();

  it('stands there, whatever stops there were on the way', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(SCENARIO), { goto: 2 });
    await client.begin(['fault.minor']);
    assert.deepEqual(await client.moment().then(({ tick, event, title }) => [tick, event, title]), [2, 0, 'write a']);
  });

  it('stands at an event, in a test of the file', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(SCENARIO), { test: 't', goto: { tick: 2, event: 1 } });
    await client.begin();
    const { tick, event, title } = await client.moment();
    assert.deepEqual([tick, event, title], [2, 1, 'expect fault == minor']);
  });

  it('stands at the start and says so where the run ends before', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(SCENARIO), { goto: 1000 });
    await client.begin();
    assert.equal((await client.moment()).tick, 0);
    assert.ok(client.output.some(({ output }) => output === 'The run ends before tick 1000.\n'));
  });

  it('is refused with what it should be', async () => {
    const { client } = fixture;
    const program = fixture.scenario(SCENARIO);
    for (const goto of [-1, 'x', { event: 3 }, 1.5, []])
      assert.match(await client.refusal('launch', { program, goto }), /'goto'.*must be a tick/);
  });
});
