import assert from 'node:assert/strict';
import { ReadableStream } from 'node:stream/web';
import { gzipSync } from 'node:zlib';
import { loadTrace } from '../../src/trace/load';
import { FILES, Host, expected, bytesOf, fixture, fixtureText, load, refused, told, within } from './support';

const text = fixtureText('ls-5000.lackey');
/** read, read, write, exec, write: five accesses. */
const five = ' L 10,1\n M 20,2\nI  30,3\n S 40,4\n';

describe('loading', () => {
  it('keeps fetches out if asked', async () => {
    assert.deepEqual(told(await load(five, { instructions: false })), [
      'read 0x10,1 line 1',
      'read 0x20,2 line 2 M',
      'write 0x20,2 line 2 M',
      'write 0x40,4 line 4',
    ]);
  });

  it('limit and skip count accesses, of which a modify is two', async () => {
    const all = told(await load(five));
    for (let skip = 0; skip < 5; skip++) {
      for (let limit = 1; limit <= 6; limit++) {
        assert.deepEqual(
          told(await load(five, { skip, limit })),
          all.slice(skip, skip + limit),
          `skip ${skip} limit ${limit}`,
        );
      }
    }
  });

  it('fetches that are not kept do not count for limit and skip', async () => {
    const trace = await load(five, { skip: 2, limit: 2, instructions: false });
    assert.deepEqual(told(trace), ['write 0x20,2 line 2 M', 'write 0x40,4 line 4']);
    assert.deepEqual(trace.footprint.lines, { fetches: 1, loads: 0, stores: 1, modifies: 1, other: 0 });
  });

  it('a limit of nothing reads nothing', async () => {
    const trace = await load(five, { limit: 0 });
    assert.deepEqual([trace.store.length, trace.limited, trace.footprint.lowest], [0, true, undefined]);
  });

  it('skipping everything is an error that says how many there are', async () => {
    await refused(load(five, { skip: 5 }), 'nothing-left', 'has 5 accesses, so skipping 5');
    await refused(load(five, { skip: 9, instructions: false }), 'nothing-left', 'has 4 accesses, so skipping 9');
  });

  for (const file of FILES) {
    it(`${file}: stopping at a checkpoint has read exactly the lines that it counts`, async () => {
      for (const { file_line, counters } of expected[file].configs.default.checkpoints ?? []) {
        const trace = await load(fixture(file), { limit: counters.accesses, instructions: false });
        const { I, L, S, M, other } = counters.lines;
        assert.deepEqual(trace.lines, { fetches: I, loads: L, stores: S, modifies: M, other });
        assert.equal(trace.store.recordAt(trace.store.length - 1).line, file_line);
        assert.equal(trace.footprint.data.pages4K, counters.page_faults);
      }
    });
  }

  it('stops reading at the limit and closes the stream', async () => {
    for (const bytes of [bytesOf(text), new Uint8Array(gzipSync(text))]) {
      const host = Host.inPiecesOf(bytes, 64);
      const trace = await within(5000, load(host, { limit: 10 }));
      assert.equal(trace.store.length, 10);
      assert.equal(trace.limited, true);
      assert.equal(host.closed, true);
    }
    const host = Host.inPiecesOf(bytesOf(text.repeat(50)), 1000);
    await load(host, { limit: 10 });
    assert.ok(host.given <= 66_000, `${host.given} bytes were read`);
  });

  it('closes the stream after an error in the middle', async () => {
    const host = Host.inPiecesOf(bytesOf(`${text} L 10,0\n${text.repeat(20)}`), 1000);
    await refused(load(host), 'bad-size', 'line 5001');
    assert.equal(host.closed, true);
  });

  it('reads a web ReadableStream, and cancels it at the limit', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf(text)),
      cancel: () => void (cancelled = true),
    });
    const trace = await within(5000, loadTrace({ name: 'endless', stream }, { limit: 20_000 }));
    assert.equal(trace.store.length, 20_000);
    assert.equal(cancelled, true);
  });

  it('reports progress in bytes of the file, rising to its size', async () => {
    const bytes = fixture('python-200k.lackey.gz');
    const seen: number[] = [];
    const stream = Host.inPiecesOf(bytes, 50_000);
    const trace = await loadTrace(
      { name: 'p', stream, sizeBytes: bytes.length },
      {
        onProgress: ({ bytesRead, totalBytes }) => {
          assert.equal(totalBytes, bytes.length);
          seen.push(bytesRead);
        },
      },
    );
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    assert.equal(seen.at(-1), bytes.length);
    assert.equal(trace.bytesRead, bytes.length);
  });

  it('a file handed over in one piece still lets the event loop run', async () => {
    const bytes = bytesOf(text.repeat(300)); // 21 MB
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await load(bytes, { instructions: false }).finally(() => clearInterval(timer));
    assert.ok(turns >= 1);
  });

  describe('cancelling', () => {
    it('before the start', async () => {
      await refused(load(text, { signal: AbortSignal.abort() }), 'cancelled');
    });

    it('while a host is waited for that never answers', async () => {
      for (const first of [bytesOf(' L 10,1\n'), new Uint8Array(gzipSync(text)).subarray(0, 1000)]) {
        const cancel = new AbortController();
        const stream = (async function* () {
          yield first;
          await new Promise(() => undefined);
        })();
        const loading = loadTrace({ name: 'test.lackey', stream }, { signal: cancel.signal });
        setTimeout(() => cancel.abort(), 10);
        await within(2000, refused(loading, 'cancelled'));
      }
    });

    it('between two pieces', async () => {
      const cancel = new AbortController();
      const onProgress = ({ bytesRead }: { bytesRead: number }) => bytesRead > 100_000 && cancel.abort();
      const host = Host.inPiecesOf(bytesOf(text.repeat(10)), 1000);
      await refused(load(host, { signal: cancel.signal, onProgress }), 'cancelled', 'byte 10');
      assert.equal(host.closed, true);
    });
  });

  describe('a host that fails', () => {
    const failing = async function* (error: unknown, before = '') {
      await Promise.resolve();
      if (before !== '') yield bytesOf(before);
      throw error;
    };
    const loadFailing = (error: unknown, before?: string) =>
      loadTrace({ name: 'test.lackey', stream: failing(error, before) });

    it('is reported in a sentence', async () => {
      await refused(loadFailing(new Error('wire cut'), five), 'unreadable', 'wire cut', `byte ${five.length}`);
    });

    it('a directory and a missing file have their own sentences', async () => {
      await refused(loadFailing(Object.assign(new Error('x'), { code: 'EISDIR' })), 'unreadable', 'it is a directory');
      await refused(loadFailing(Object.assign(new Error('x'), { code: 'ENOENT' })), 'unreadable', 'no such file');
    });

    it('in the middle of gzip', async () => {
      const half = Buffer.from(gzipSync(text)).subarray(0, 3000).toString('latin1');
      await within(2000, refused(loadFailing('plain string', half), 'unreadable', 'plain string'));
    });
  });
});
