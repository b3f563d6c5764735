/** Whatever the bytes, loading resolves or rejects with a TraceError, in time, and leaves no rejection unhandled. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { TraceError } from '../../src/trace/errors';
import { Host, bytesOf, fixtureText, load, within } from './support';

const slices = fixtureText('ls-5000.lackey');
const TIME_BOUND = 5000;

const slice = fc
  .tuple(fc.nat(slices.length - 1), fc.integer({ min: 1, max: 3000 }))
  .map(([start, length]) => bytesOf(slices.slice(start, start + length)));

/** Bytes overwritten, inserted or removed at a few places. */
const mutated = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(bytes, fc.array(fc.tuple(fc.nat(5000), fc.nat(255), fc.nat(2)), { minLength: 1, maxLength: 8 }))
    .map(([original, mutations]) => {
      const result = [...original];
      for (const [place, byte, how] of mutations)
        result.splice(place % (result.length + 1), how === 1 ? 0 : 1, ...(how === 2 ? [] : [byte]));
      return Uint8Array.from(result);
    });

const cutOff = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(bytes, fc.nat(5000)).map(([whole, length]) => whole.subarray(0, length % (whole.length + 1)));

const gzipped = slice.map((bytes) => new Uint8Array(gzipSync(bytes)));

/** Lines of lackey of which some part is odd now and then: reaches every branch of the reader. */
const part = (usual: string[], odd: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 24, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const nearly = fc
  .array(
    fc.tuple(
      part(['', ' '], ['  ', '   ', 'oops', '==1== ', '\r']),
      part(['I', 'L', 'S', 'M'], ['', 'X', 'SB', 'l']),
      part([' ', '  '], ['', '\t', '   ']),
      part(['0', '1ffe', '7FFFFFFFFFF8', 'ffffffff81000fff'], ['', '0x10', '800000000000', '10000000000000000', 'g']),
      part([','], ['', ',,', ' ']),
      part(['1', '8', '4096'], ['', '0', '4097', '99999999999', '1f']),
      part(['\n', '\r\n'], ['', ' \n', '\r', '\n\n']),
    ),
    { maxLength: 40 },
  )
  .map((lines) => bytesOf(lines.flat().join('')));

const inputs: Record<string, fc.Arbitrary<Uint8Array>> = {
  'random bytes': fc.uint8Array({ maxLength: 2000 }),
  'random bytes behind a gzip header': fc
    .uint8Array({ maxLength: 500 })
    .map((tail) => new Uint8Array(Buffer.concat([Buffer.from('1f8b08', 'hex'), tail]))),
  'text that is nearly lackey': nearly,
  'mutated slices of a trace': mutated(slice),
  'mutated gzip': mutated(gzipped),
  'gzip cut at any place': cutOff(gzipped),
};

describe('any bytes at all', function () {
  this.timeout(120_000);
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  before(() => process.on('unhandledRejection', note));
  after(() => process.off('unhandledRejection', note));

  for (const [name, bytes] of Object.entries(inputs)) {
    it(`${name}: load, or are refused with a TraceError`, async () => {
      const cuts = fc.array(fc.nat(3000), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(bytes, cuts, fc.constantFrom(1, 10, Infinity), async (content, places, limit) => {
          const host = new Host(content, places);
          try {
            const trace = await within(TIME_BOUND, load(host, { limit }));
            assert.ok(trace.store.length > 0);
          } catch (error) {
            assert.ok(error instanceof TraceError, String(error));
            assert.match(error.message, /^test\.lackey.*\.$/s);
          }
          assert.equal(host.closed, true);
        }),
        { numRuns: 300 },
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(unhandled, []);
    });
  }
});
