/** The example of docs/adding-a-scheme.md: what the page shows is what is compiled and run here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { Access } from '../../../src/machine/mmu/rights';
import { SCHEMES } from '../../../src/machine/paging/registry';
import type { Scheme } from '../../../src/machine/paging/scheme';
import { THREE_LEVELS } from '../../fixtures/schemes/threeLevels';
import { run, sequence } from '../kernel/sequences';
import { machineWithProcess, map, vpn } from '../support';

const ROOT = path.join(__dirname, '../../..');
const NAME = 'three levels';

describe('the example of a scheme of one’s own', function () {
  this.timeout(120_000);
  const schemes = SCHEMES as Record<string, Scheme>;
  before(() => (schemes[NAME] = THREE_LEVELS));
  after(() => delete schemes[NAME]);

  it('is what the page shows, word by word', () => {
    const page = readFileSync(path.join(ROOT, 'docs/adding-a-scheme.md'), 'utf8');
    const file = readFileSync(path.join(ROOT, 'test/fixtures/schemes/threeLevels.ts'), 'utf8');
    const [, shown] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
    const here = (text: string): string => text.replaceAll('../../../src/', 'src/');
    assert.equal(here(shown), here(file));
  });

  it('translates, with one read a level', () => {
    const m = machineWithProcess({ scheme: NAME });
    map(m, 0x40000, 8);
    assert.ok(m.access(Access.Write, vpn(0x40003), 0, 8, 1));
    assert.equal(m.mmu.lastWalk.references, 3);
    assert.equal(m.inspector.walk(m.root, vpn(0x40003)).pfn, m.mmu.pfn);
    assert.equal(
      m.access(Access.Read, vpn(2 ** 26), 0, 8, 1),
      false,
      'an address of more than 38 bits is not canonical',
    );
  });

  it('agrees with the oracle of values, as every scheme', () => {
    fc.assert(
      fc.property(sequence(40), (operations) => run(operations, { scheme: NAME, thp: 'always', swapBytes: 2 ** 24 })),
      { numRuns: 10 },
    );
  });
});
