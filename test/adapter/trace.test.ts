import assert from 'node:assert/strict';
import path from 'node:path';
import { type Client, FIXTURES } from './client';
import { useFixture } from './support';

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  beforeEach(() => (client = fixture.client));

  describe('a trace', () => {
    it('runs as a program of its own, with regions inferred and its records on the stack', async () => {
      await client.load(path.join(FIXTURES, 'traces/hand.lackey'), { machine: { instructions: false } });
      const stop = await client.begin(['fault.minor']);
      assert.match(stop.text ?? '', /page fault: minor, anonymous, write to 0x1f_feff_e7f8/);
      const frame = (await client.frames()).at(-1);
      assert.match(frame?.name ?? '', /^hand\.lackey:3: write 0x1f_feff_e7f8, 8 bytes$/);
      assert.equal(frame?.line, 3);
      assert.equal(await client.value('stats.accesses.total'), '1');
    });

    it('may be compressed, cut and skipped', async () => {
      await client.load(path.join(FIXTURES, 'traces/python-200k.lackey.gz'), {
        machine: { instructions: 'off' },
        trace: { limit: 1000 },
        stopOnEntry: true,
      });
      await client.begin();
      const exited = client.waitForEvent('exited');
      await client.ask('continue', { threadId: 1 });
      await exited;
    });
  });
});
