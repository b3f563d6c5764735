import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client';

/** Large enough to be worth keeping: every access is on another page than the one before. */
const LINES = 900_000;

describe('a session with a long trace', function () {
  this.timeout(60_000);
  let folder: string;
  let cache: string;
  const client = new Client();
  const before = process.env.PTSCOPE_TRACE_CACHE;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ptscope-'));
    cache = join(folder, 'cache');
    process.env.PTSCOPE_TRACE_CACHE = cache;
    writeFileSync(join(folder, 'long.lackey'), ' L 10001000,8\n S 20002000,8\n'.repeat(LINES / 2));
    await client.open();
  });
  afterEach(async () => {
    await client.close();
    if (before === undefined) delete process.env.PTSCOPE_TRACE_CACHE;
    else process.env.PTSCOPE_TRACE_CACHE = before;
    rmSync(folder, { recursive: true, force: true });
  });

  const filesOpen = (): string[] =>
    readdirSync('/proc/self/fd').filter((fd) => {
      const link = join('/proc/self/fd', fd);
      return existsSync(link) && readlinkSync(link).startsWith(cache);
    });

  it('imports it once, also when it restarts, and lets go of it at the end', async function () {
    await client.load(join(folder, 'long.lackey'), { stopOnEntry: true });
    await client.begin();
    const [name] = readdirSync(cache);
    const kept = join(cache, name);
    utimesSync(kept, new Date(0), new Date(0));
    await client.stopAfter(() => client.ask('restart'));
    assert.notEqual(statSync(kept).mtimeMs, 0, 'what was kept was used');
    await client.move('next');
    assert.deepEqual(readdirSync(cache), [name]);
    if (!existsSync('/proc/self/fd')) return this.skip();
    assert.equal(filesOpen().length, 1);
    await client.ask('disconnect');
    assert.equal(filesOpen().length, 0);
  });
});
