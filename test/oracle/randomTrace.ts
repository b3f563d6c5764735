/**
 * Random lackey texts that reach what programs seldom do: several PML4 slots, crossings at every kind of border,
 * crossing M lines, sets that overflow, more regions than the walk caches have entries.
 *
 * A text is a list of bursts. A burst walks from a place in memory with a stride; bursts are drawn from a few places
 * so that they come back to pages that are still, or no longer, cached. All lines are strict (trace-rules.md §1) and
 * all addresses below 2^47, so that the oracle and the importer must agree. Shrinks burst by burst.
 */
import fc from 'fast-check';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const ADDRESS_END = 2 ** 47;

/** Where bursts start: a PML4 slot, a GiB in it, a 2 MiB region in that; few of each, so that they meet again. */
const place = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 128, 255), fc.nat(5), fc.nat(39), fc.nat(511), fc.nat(4095))
  .map(([slot, gib, region, page, byte]) => slot * 512 * GIB + gib * GIB + region * 2 * MIB + page * 4 * KIB + byte);

/** Just below a border of a page, a 2 MiB, a 1 GiB or a 512 GiB region: the access crosses it. */
const border = fc
  .tuple(
    fc.constantFrom(4 * KIB, 2 * MIB, GIB, 512 * GIB),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 63 }),
  )
  .map(([bytes, which, below]) => bytes * which - below);

const stride = fc.constantFrom(
  0,
  1,
  8,
  64,
  4 * KIB, // a new page each time: TLB
  64 * KIB, // one set of a 16-set L1
  512 * KIB, // one set of a 128-set STLB
  2 * MIB, // a new PDE each time
  2 * MIB + 4 * KIB,
  GIB, // a new PDPTE each time
  512 * GIB, // a new PML4E each time
);

const operation = fc.constantFrom('L', 'S', 'M', 'L', 'S', 'M', 'I');
const size = fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 3);

const burst = fc.record({
  start: fc.oneof({ weight: 3, arbitrary: place }, { weight: 1, arbitrary: border }),
  stride,
  count: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: 9, max: 70 }) },
  ),
  /** How often the whole burst is repeated: a second pass meets what the first left in the caches. */
  passes: fc.integer({ min: 1, max: 3 }),
  operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
  size,
});

export interface RandomTraceOptions {
  maxBursts?: number;
}

/** Texts of lackey traces; at least one data line each. */
export function lackeyTexts({ maxBursts = 24 }: RandomTraceOptions = {}): fc.Arbitrary<string> {
  const bursts = fc.array(burst, { minLength: 1, maxLength: maxBursts });
  const banner = fc.constantFrom('', '==4242== Lackey, an example Valgrind tool\n==4242== \n');
  return fc.tuple(banner, bursts).map(([head, all]) => {
    const lines = all.flatMap(linesOf);
    if (lines.every((line) => line.startsWith('I'))) lines.push(dataLine('L', all[0].start, 1));
    return head + lines.map((line) => line + '\n').join('');
  });
}

/** TLB and walk-cache geometries small enough for short traces to overflow them. */
export const geometries = fc.record({
  l1: fc.constantFrom<[number, number]>([4, 1], [8, 2], [16, 2], [16, 4], [64, 4], [4, 4]),
  stlb: fc.constantFrom<[number, number]>([16, 2], [32, 4], [64, 4], [96, 12], [1024, 8], [1536, 12]),
  pwc: fc.constantFrom<[number, number, number]>([1, 1, 1], [1, 2, 4], [2, 4, 8], [2, 4, 32], [4, 2, 1]),
  strict_inclusive: fc.boolean(),
  pwc_promote_all: fc.boolean(),
});

type Burst = typeof burst extends fc.Arbitrary<infer T> ? T : never;

function linesOf({ start, stride, count, passes, operations, size }: Burst): string[] {
  const lines: string[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < count; i++) {
      const address = (start + i * stride) % (ADDRESS_END - 64);
      const letter = operations[i % operations.length];
      lines.push(letter === 'I' ? `I  ${padded(address)},${Math.min(size, 15)}` : dataLine(letter, address, size));
    }
  }
  return lines;
}

const dataLine = (letter: string, address: number, size: number): string => ` ${letter} ${padded(address)},${size}`;

const padded = (address: number): string => address.toString(16).padStart(8, '0');
