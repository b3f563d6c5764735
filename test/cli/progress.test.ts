import assert from 'node:assert/strict';
import { progressText } from '../../src/cli/progress';
import { ptscope, temporaryFolder } from './support';

describe('a long run on the command line', () => {
  const folder = temporaryFolder();
  const long = (): string =>
    folder.file(
      'long.ptscen',
      'process p\nmmap a 4KiB rw anon\nread a size 1 step 1\nrepeat 1000 {\n  read a size 1 step 1\n}\n',
    );

  /** A clock that runs a second for every look at it. */
  const fastClock = (): (() => number) => {
    let now = 0;
    return () => (now += 1000);
  };

  it('shows rate, percent and time left on a terminal, and leaves the line empty', async () => {
    const { code, err } = await ptscope(['run', long(), '--limit', '100000'], { terminal: true, now: fastClock() });
    assert.equal(code, 0);
    assert.ok(err.startsWith('\r\x1b[K'));
    assert.match(err, /line \d: [\d,]+ ticks, [\d.]+( [kM])?\/s/);
    assert.ok(err.endsWith('\r\x1b[K'));
  });

  it('shows none where nobody looks, or nobody wants it', async () => {
    const quiet = async (args: string[], terminal: boolean): Promise<string> =>
      (await ptscope(['run', long(), '--limit', '100000', ...args], { terminal, now: fastClock() })).err;
    assert.equal(await quiet([], false), '');
    assert.equal(await quiet(['--no-progress'], true), '');
    assert.equal(await quiet(['--quiet'], true), '');
  });

  it('ends cleanly with the partial result when interrupted', async () => {
    const controller = new AbortController();
    const yieldToHost = (): Promise<void> => {
      controller.abort();
      return Promise.resolve();
    };
    const { code, out } = await ptscope(['run', long(), '--format', 'json'], {
      signal: controller.signal,
      yieldToHost,
    });
    assert.equal(code, 130);
    const report = JSON.parse(out) as { end: object; accesses: { total: number }; stateHash: string };
    assert.deepEqual(report.end, { kind: 'interrupted' });
    assert.ok(report.accesses.total > 0 && report.accesses.total < 4_000_000);
  });

  it('counts what is read in megabytes', () => {
    const amount = { what: 'reading t', unit: 'bytes', done: 120_000_000, total: 480_000_000 };
    assert.equal(progressText(amount, 2), 'reading t: 120 of 480 MB, 60 MB/s, 25%, 6 s left');
    assert.equal(progressText({ ...amount, done: 1_500_000, total: undefined }, 1), 'reading t: 1.5 MB, 1.5 MB/s');
  });

  it('says how much is left only where the whole is known', () => {
    const amount = { what: 'line 3', unit: 'ticks', done: 2_000_000 };
    assert.equal(progressText({ ...amount, total: 8_000_000 }, 2), 'line 3: 2,000,000 ticks, 1.0 M/s, 25%, 6 s left');
    assert.equal(progressText(amount, 2), 'line 3: 2,000,000 ticks, 1.0 M/s');
  });
});
