import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../src/machine/core/addresses';
import {
  ANONYMOUS,
  findVma,
  insertVma,
  overlaps,
  protectionText,
  removeRange,
  unmappedAreaTopDown,
  type VmaList,
} from '../../../src/machine/kernel/vma';

const PAGES = 64;
const rights = fc.constantFrom('r--p', 'rw-p', '---p');
const range = fc
  .tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 12 }))
  .map(([start, n]) => [start, Math.min(PAGES, start + n)] as const);
const actions = fc.array(fc.tuple(range, fc.option(rights)), { maxLength: 40 });

/** The naive address space: the rights of each page. */
type Pages = (string | undefined)[];

const rightsOf = (text: string): { read: boolean; write: boolean; exec: boolean } => ({
  read: text[0] === 'r',
  write: text[1] === 'w',
  exec: text[2] === 'x',
});

function built(list: [readonly [number, number], string | null][]): { vmas: VmaList; pages: Pages } {
  let vmas: VmaList = [];
  const pages: Pages = Array.from({ length: PAGES });
  for (const [[from, to], text] of list) {
    const [start, end] = [asVpn(from), asVpn(to)];
    if (text === null) {
      const { list: kept, removed } = removeRange(vmas, start, end);
      const gone = pages.slice(from, to).filter((p) => p !== undefined).length;
      assert.equal(
        removed.reduce((n, v) => n + v.end - v.start, 0),
        gone,
        'what is removed is what was there',
      );
      vmas = kept;
      pages.fill(undefined, from, to);
      continue;
    }
    const taken = pages.slice(from, to).some((p) => p !== undefined);
    assert.equal(overlaps(vmas, start, end), taken);
    if (taken) continue;
    vmas = insertVma(vmas, { ...ANONYMOUS, start, end, ...rightsOf(text), pgoff: start }).list;
    pages.fill(text, from, to);
  }
  return { vmas, pages };
}

describe('the list of areas', () => {
  it('holds exactly the pages that were mapped, with their rights', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const { vmas, pages } = built(list);
        pages.forEach((text, page) => {
          const vma = findVma(vmas, asVpn(page));
          assert.equal(vma && protectionText(vma), text);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is sorted, disjoint, and merged wherever neighbours are alike', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const { vmas } = built(list);
        for (let i = 0; i < vmas.length; i++) {
          assert.ok(vmas[i].start < vmas[i].end);
          if (i === 0) continue;
          assert.ok(vmas[i - 1].end <= vmas[i].start);
          const alike = protectionText(vmas[i - 1]) === protectionText(vmas[i]);
          assert.ok(vmas[i - 1].end < vmas[i].start || !alike, 'alike neighbours are one area');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is never changed in place', () => {
    fc.assert(
      fc.property(actions, range, (list, [from, to]) => {
        const { vmas } = built(list);
        const copy = structuredClone(vmas);
        removeRange(vmas, asVpn(from), asVpn(to));
        insertVma(vmas, {
          ...ANONYMOUS,
          start: asVpn(PAGES),
          end: asVpn(PAGES + 1),
          read: true,
          write: true,
          exec: false,
          pgoff: PAGES,
        });
        assert.deepEqual(vmas, copy);
      }),
    );
  });

  it('is searched for the highest free range that is large enough, as a naive search finds it', () => {
    fc.assert(
      fc.property(
        actions,
        fc.integer({ min: 1, max: 20 }),
        fc.nat(10),
        fc.integer({ min: 20, max: PAGES }),
        (list, wanted, bottom, top) => {
          const { vmas, pages } = built(list);
          let expected: number | undefined;
          for (let start = top - wanted; start >= bottom && expected === undefined; start--)
            if (pages.slice(start, start + wanted).every((p) => p === undefined)) expected = start;
          assert.equal(unmappedAreaTopDown(vmas, wanted, asVpn(bottom), asVpn(top)), expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
