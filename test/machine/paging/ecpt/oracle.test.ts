/** The kernel on cuckoo tables, against the oracle of values: with kicks and resizes, as released and as published. */
import fc from 'fast-check';
import { RELEASED } from '../../../../src/machine/paging/ecpt/format';
import { run, sequence } from '../../kernel/sequences';
import { SMALL_PUBLISHED, SMALL_RELEASED } from './options';

describe('memory management on cuckoo tables, against an oracle of values', function () {
  this.timeout(300_000);

  const agrees = (options: Parameters<typeof run>[1], maxLength: number, numRuns: number): void =>
    fc.assert(
      fc.property(sequence(maxLength), (operations) => run(operations, { scheme: 'ecpt', ...options })),
      { numRuns },
    );

  it('agrees as released', () => agrees({ ecpt: RELEASED }, 60, 20));
  it('agrees with tables that have to grow', () =>
    agrees({ ecpt: SMALL_RELEASED, thp: 'always', swapBytes: 2 ** 24 }, 60, 30));
  it('agrees as published, with tables that grow and shrink', () =>
    agrees({ ecpt: SMALL_PUBLISHED, thp: 'always', zeroPage: true, swapBytes: 2 ** 24 }, 60, 30));
  it('agrees with the architecture-neutral defaults alone', () =>
    agrees({ ecpt: SMALL_PUBLISHED, thp: 'always', swapBytes: 2 ** 24, emtDefaults: 'all' }, 40, 15));
  it('loses nothing while memory is short', () =>
    agrees({ ecpt: SMALL_PUBLISHED, thp: 'always', swapBytes: 2 ** 23, short: true }, 60, 30));
});
