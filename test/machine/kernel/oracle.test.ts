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
