import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { traceCache } from '../../src/hosts/traceCache';
import { loadTrace, type LoadedTrace } from '../../src/trace/load';
import type { TraceFile, TraceFiles } from '../../src/trace/traceFiles';

describe('the cache of imported traces on disk', () => {
  let root: string;
  let directory: string;
  let cache: TraceFiles;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ptscope-test-'));
    directory = join(root, 'cache');
    cache = traceCache({ directory });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function create(name?: string, from = cache): TraceFile {
    const file = from.create(name);
    assert.ok(file !== undefined);
    return file;
  }

  function keep(name: string, sizeBytes: number, from = cache): void {
    const file = create(name, from);
    file.append(new Uint8Array(sizeBytes).fill(name.charCodeAt(0)));
    file.keep();
    file.dispose();
  }

  /** First byte of what is kept under a name. */
  function kept(name: string): number | undefined {
    const file = cache.open(name);
    const byte = file?.read(0, 1)[0];
    file?.dispose();
    return byte;
  }

  it('gives back what was appended, in any order, while it grows and later', () => {
    const file = create('a');
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    file.append(bytes.subarray(0, 600));
    file.append(bytes.subarray(600));
    assert.deepEqual([...file.read(599, 2)], [...bytes.subarray(599, 601)]);
    assert.equal(cache.open('a'), undefined, 'not before it is complete');
    file.keep();
    assert.deepEqual([...file.read(0, 8)], [...bytes.subarray(0, 8)]);
    file.dispose();
    const again = cache.open('a');
    assert.equal(again?.size, 1000);
    assert.deepEqual([...(again?.read(0, 1000) ?? [])], [...bytes]);
    again?.dispose();
  });

  it('is for its user alone', function () {
    if (process.getuid === undefined) return this.skip();
    keep('a', 10);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  });

  it('leaves nothing behind of a file that is not kept', () => {
    const file = create('a');
    file.append(new Uint8Array(10));
    assert.equal(readdirSync(directory).length, 1);
    file.dispose();
    file.dispose();
    assert.deepEqual(readdirSync(directory), []);
  });

  it('forgets what is discarded', () => {
    keep('a', 10);
    const file = cache.open('a');
    file?.discard();
    file?.dispose();
    assert.equal(kept('a'), undefined);
  });

  it('replaces what was kept under the name; who reads the old one goes on', () => {
    keep('a', 10);
    const old = cache.open('a');
    const file = create('a');
    file.append(Uint8Array.of(1));
    file.keep();
    file.dispose();
    assert.equal(kept('a'), 1);
    assert.equal(old?.read(9, 1)[0], 'a'.charCodeAt(0));
    old?.dispose();
  });

  it('lets two processes import the same trace at once', () => {
    const [one, other] = [create('a'), create('a')];
    one.append(Uint8Array.of(1));
    other.append(Uint8Array.of(2));
    one.keep();
    other.keep();
    assert.deepEqual([one.read(0, 1)[0], other.read(0, 1)[0]], [1, 2]);
    one.dispose();
    other.dispose();
    assert.equal(kept('a'), 2);
    assert.equal(readdirSync(directory).length, 1);
  });

  it('deletes what was opened longest ago when it grows too large', () => {
    const small = traceCache({ directory, largestBytes: 250 });
    const age = (name: string, hours: number): void => {
      const path = join(directory, name);
      const then = new Date(Date.now() - hours * 3_600_000);
      utimesSync(path, then, then);
    };
    keep('a', 100, small);
    age(readdirSync(directory)[0], 3);
    keep('b', 100, small);
    for (const name of readdirSync(directory))
      if (Date.now() - statSync(join(directory, name)).mtimeMs < 3_600_000) age(name, 2);
    assert.equal(kept('a'), 'a'.charCodeAt(0), 'is used now');
    keep('c', 100, small);
    assert.deepEqual(
      ['a', 'b', 'c'].filter((name) => kept(name) !== undefined),
      ['a', 'c'],
    );
  });

  it('does not keep what is too large by itself, but goes on reading it', () => {
    const small = traceCache({ directory, largestBytes: 50 });
    const file = create('a', small);
    file.append(new Uint8Array(100).fill(7));
    file.keep();
    assert.equal(file.read(99, 1)[0], 7);
    file.dispose();
    assert.equal(kept('a'), undefined);
  });

  it('deletes what a process left behind that ended in the middle', () => {
    keep('a', 10);
    const [abandoned, growing] = ['x.part', 'y.part'].map((name) => join(directory, name));
    for (const path of [abandoned, growing]) writeFileSync(path, 'x');
    utimesSync(abandoned, new Date(0), new Date(0));
    keep('b', 10);
    assert.deepEqual([existsSync(abandoned), existsSync(growing)], [false, true]);
  });

  describe('is not used', () => {
    const spills = (cacheHere: TraceFiles): void => {
      const file = cacheHere.create('a');
      file?.append(Uint8Array.of(5));
      file?.keep();
      assert.equal(file?.read(0, 1)[0], 5);
      file?.dispose();
      assert.equal(cacheHere.open('a'), undefined);
    };

    it('if it is switched off', () => spills(traceCache({ directory: undefined })));

    it('if its directory belongs to a link', () => {
      const elsewhere = join(root, 'elsewhere');
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, directory);
      spills(cache);
      assert.deepEqual(readdirSync(elsewhere), []);
    });

    it('if others can write to its directory', function () {
      if (process.getuid === undefined) return this.skip();
      mkdirSync(directory);
      chmodSync(directory, 0o777);
      spills(cache);
    });

    it('if there is a file in the place of its directory', () => {
      writeFileSync(directory, '');
      assert.equal(cache.open('a'), undefined);
      cache.create('a')?.dispose();
    });
  });

  it('has temporary files without a name', () => {
    const file = create();
    file.append(Uint8Array.of(1, 2));
    assert.deepEqual([...file.read(1, 1)], [2]);
    file.keep();
    file.dispose();
    assert.equal(existsSync(directory), false);
  });

  it('a file that somebody cuts short cannot be read', () => {
    keep('a', 100);
    const file = cache.open('a');
    truncateSync(join(directory, readdirSync(directory)[0]), 10);
    assert.throws(() => file?.read(50, 10), /cut short/);
    file?.dispose();
  });

  describe('with a trace of the file system', () => {
    let trace: string;
    beforeEach(() => {
      trace = join(root, 'program.lackey');
      writeFileSync(trace, ' L 10,1\n S 2000,8\n'.repeat(30_000));
    });
    const load = async (): Promise<LoadedTrace> =>
      loadTrace(await nodeFiles.openTrace(trace), { files: cache, keepFromBytes: 1000, memoryBytes: 0 });

    it('a second launch opens what the first one imported', async () => {
      const first = await load();
      const again = await load();
      assert.deepEqual([first.reopened, again.reopened], [false, true]);
      for (const i of [0, 30_001, 59_999]) assert.deepEqual(again.store.recordAt(i), first.store.recordAt(i));
      first.store.dispose();
      again.store.dispose();
    });

    it('a changed file is imported anew, also if its size and time are the old ones', async () => {
      (await load()).store.dispose();
      const { atime, mtime } = statSync(trace);
      writeFileSync(trace, ' S 10,1\n S 2000,8\n'.repeat(30_000));
      utimesSync(trace, atime, mtime);
      const again = await load();
      assert.equal(again.reopened, false);
      assert.equal(again.store.counts.writes, 60_000);
      again.store.dispose();
    });

    it('leaves no descriptor open', async function () {
      if (!existsSync('/proc/self/fd')) return this.skip();
      const open = (): number => readdirSync('/proc/self/fd').length;
      (await load()).store.dispose();
      const before = open();
      for (let i = 0; i < 5; i++) (await load()).store.dispose();
      assert.equal(open(), before);
    });
  });
});
