import fc from 'fast-check';
import { EVERY_SCHEME } from '../support';
import { run, sequence } from './sequences';

describe('memory management, against an oracle of values', function () {
  this.timeout(300_000);

  const agrees = (options: Parameters<typeof run>[1], maxLength: number, numRuns: number): void =>
    fc.assert(
      fc.property(sequence(maxLength), (operations) => run(operations, options)),
      { numRuns },
    );

  it('agrees on every access, and its books balance, with memory enough', () => agrees({}, 60, 60));
  it('agrees with huge pages, the zero page and swap', () =>
    agrees({ thp: 'always', zeroPage: true, swapBytes: 2 ** 24 }, 60, 60));
  it('agrees with the architecture-neutral defaults alone', () =>
    agrees({ thp: 'always', swapBytes: 2 ** 24, emtDefaults: 'all' }, 40, 25));
  it('loses nothing while memory is short', () => agrees({ thp: 'always', swapBytes: 2 ** 23, short: true }, 60, 60));

  it('leaves a shared page as it was when there is no table left to map it for a write', () => {
    const area = { op: 'mmap', who: 0, pages: 512, rights: 'rw', name: 'f', populate: true } as const;
    const operations = [
      { ...area, at: 0x90000, kind: 'shared' },
      { op: 'fork', who: 0, at: 0x90000, pages: 1 },
      { ...area, at: 0x40000, kind: 'dax' },
      { op: 'access', who: 1, at: 0x90000, pages: 1, kind: 'write', step: 1 },
    ] as const;
    run(operations, { scheme: 'fpt L4L3+L2L1', thp: 'always', swapBytes: 2 ** 23, short: true });
  });

  for (const scheme of EVERY_SCHEME.filter((name) => name !== 'radix'))
    describe(`on ${scheme}`, () => {
      it('agrees with memory enough', () => agrees({ scheme }, 60, 12));
      it('agrees with huge pages, the zero page and swap', () =>
        agrees({ scheme, thp: 'always', zeroPage: true, swapBytes: 2 ** 24 }, 60, 20));
      it('agrees with the architecture-neutral defaults alone', () =>
        agrees({ scheme, thp: 'always', swapBytes: 2 ** 24, emtDefaults: 'all' }, 40, 6));
      it('loses nothing while memory is short', () =>
        agrees({ scheme, thp: 'always', swapBytes: 2 ** 23, short: true }, 60, 15));
    });
});
