import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ptscope, temporaryFolder } from './support';

/** Large enough to be worth keeping: every access is on another page than the one before. */
const LINES = 900_000;

describe('a long trace on the command line', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const before = process.env.PTSCOPE_TRACE_CACHE;
  let trace = '';
  let cache = '';
  beforeEach(() => {
    cache = folder.path(`cache-${Math.floor(performance.now())}`);
    process.env.PTSCOPE_TRACE_CACHE = cache;
    trace ||= folder.file('long.lackey', ' L 10001000,8\n S 20002000,8\n'.repeat(LINES / 2));
  });
  afterEach(() => {
    if (before === undefined) delete process.env.PTSCOPE_TRACE_CACHE;
    else process.env.PTSCOPE_TRACE_CACHE = before;
  });

  const info = async (): Promise<string> => {
    const { code, out, err } = await ptscope(['trace', 'info', trace, '--format', 'json']);
    assert.equal(code, 0, err);
    return out;
  };
  const kept = (): string => {
    const [name, ...more] = readdirSync(cache);
    assert.equal(more.length, 0);
    return join(cache, name);
  };

  it('is imported once', async () => {
    const first = await info();
    const long = new Date(0);
    utimesSync(kept(), long, long);
    assert.equal(await info(), first);
    assert.notEqual(statSync(kept()).mtimeMs, 0, 'what was kept was used');
  });

  it('is imported again if what was kept is damaged', async () => {
    const first = await info();
    const { size } = statSync(kept());
    truncateSync(kept(), size - 1);
    assert.equal(await info(), first);
    assert.equal(statSync(kept()).size, size);
  });

  it('is not kept if that is switched off', async () => {
    process.env.PTSCOPE_TRACE_CACHE = 'off';
    await info();
    assert.throws(() => readdirSync(cache), /ENOENT/);
  });
});
