import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Host, bytesOf, fixtureText, load, recordsOf, refused, within } from './support';

const text = fixtureText('ls-5000.lackey').repeat(40);
const gzip = new Uint8Array(gzipSync(text));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const flipped = (place: number): Uint8Array => gzip.map((byte, i) => (i === place ? byte ^ 0xff : byte));

describe('gzip', () => {
  it('gives what the plain text gives', async () => {
    const plain = await load(bytesOf(text));
    for (const host of [new Host(gzip), Host.inPiecesOf(gzip, 13), Host.inPiecesOf(gzip, 1000)]) {
      const trace = await load(host);
      assert.equal(trace.compression, 'gzip');
      assert.deepEqual(trace.footprint, plain.footprint);
      assert.equal(trace.store.length, plain.store.length);
    }
  });

  it('of several members is one text, also with zeros behind it', async () => {
    const parts = ['I  1000,4\n L 20', '00,8\n S 3000,', '8\n'].map((part) => gzipSync(part));
    const whole = recordsOf(await load('I  1000,4\n L 2000,8\n S 3000,8\n'));
    assert.deepEqual(recordsOf(await load(joined(...parts))), whole);
    assert.deepEqual(recordsOf(await load(joined(...parts, new Uint8Array(512)))), whole);
    assert.deepEqual(recordsOf(await load(Host.inPiecesOf(joined(...parts), 1))), whole);
  });

  const refuses = (name: string, bytes: Uint8Array, code: 'truncated-gzip' | 'corrupt-gzip', ...phrases: string[]) =>
    it(name, async () => {
      for (const host of [new Host(bytes), Host.inPiecesOf(bytes, 777)]) {
        const error = await within(5000, refused(load(host), code, 'test.lackey, byte', ...phrases));
        assert.ok(error.byte !== undefined && error.byte <= bytes.length);
        assert.ok(error.cause instanceof Error, 'the platform said why');
        assert.equal(host.closed, true);
      }
    });

  const half = gzip.length >> 1;
  refuses('cut in the middle', gzip.subarray(0, half), 'truncated-gzip', `byte ${half}`, 'stops in the middle');
  refuses('cut in the trailer', gzip.subarray(0, -3), 'truncated-gzip');
  refuses('cut in the header', gzip.subarray(0, 5), 'truncated-gzip', 'byte 5');
  refuses('cut behind the magic number', gzip.subarray(0, 2), 'truncated-gzip');
  refuses('cut in the second member', joined(gzip, gzip.subarray(0, half)), 'truncated-gzip');
  refuses('a wrong checksum', flipped(gzip.length - 6), 'corrupt-gzip', 'checksum');
  refuses('a wrong length', flipped(gzip.length - 1), 'corrupt-gzip', 'length');
  refuses('garbage in the middle', flipped(half), 'corrupt-gzip');
  refuses(
    'garbage behind the header',
    joined(gzip.subarray(0, 10), new Uint8Array(500).fill(0x55)),
    'corrupt-gzip',
    'damaged',
  );
  refuses('an unknown method', joined(Uint8Array.of(0x1f, 0x8b, 9), gzip.subarray(3)), 'corrupt-gzip', 'deflate');
  refuses('garbage behind the end', joined(gzip, bytesOf('hello world')), 'corrupt-gzip', 'behind the end');

  it('that is sound but holds a senseless line is refused for the line', async () => {
    await within(5000, refused(load(gzipSync(` L 10,1\n L 20,0\n${text}`)), 'bad-size', 'line 2'));
  });

  it('a limit before the damage loads the part before it', async () => {
    const trace = await within(5000, load(Host.inPiecesOf(gzip.subarray(0, half), 1000), { limit: 100 }));
    assert.equal(trace.store.length, 100);
  });
});
