import assert from 'node:assert/strict';
import fc from 'fast-check';
import { load } from '../trace/support';
import { geometries, lackeyTexts } from './randomTrace';
import { simulateByRules, type Counters } from './traceOracle';

describe('random traces', () => {
  it('satisfy the identities of the rules under any geometry', () => {
    fc.assert(
      fc.property(lackeyTexts(), geometries, (text, config) => {
        const { result, faults } = simulateByRules(text, config);
        assert.equal(result.lines.L + result.lines.S + 2 * result.lines.M, result.accesses);
        assert.equal(result.accesses + result.page_crossing_accesses, result.tlb_lookups);
        assert.equal(result.l1_hits + result.l1_misses, result.tlb_lookups);
        assert.equal(result.stlb_hits + result.stlb_misses, result.l1_misses);
        assert.equal(result.walks, result.stlb_misses);
        assert.ok(result.walks >= result.page_faults);
        assert.equal(faults.length, result.page_faults);
        assert.equal(result.walk_refs_no_pwc, 4 * result.walks);
      }),
      { numRuns: 200 },
    );
  });

  it('are imported with the counts that the rules give', async () => {
    await fc.assert(
      fc.asyncProperty(lackeyTexts(), async (text) => {
        const { store, lines, footprint } = await load(text);
        const { result } = simulateByRules(text);
        const { I, L, S, M, other } = result.lines;
        assert.deepEqual(lines, { fetches: I, loads: L, stores: S, modifies: M, other });
        assert.deepEqual(store.counts, { reads: result.loads, writes: result.stores, execs: I });
        const { loads, stores, modifies } = footprint.crossingLines;
        assert.equal(loads + stores + 2 * modifies, result.page_crossing_accesses);
        const { pages4K, regions2M, regions1G, regions512G } = footprint.data;
        const { pdpt, pd, pt } = result.pt_pages;
        assert.deepEqual([pages4K, regions2M, regions1G, regions512G], [result.page_faults, pt, pd, pdpt]);
      }),
      { numRuns: 200 },
    );
  });

  it('reach what the rules distinguish', () => {
    const samples = fc.sample(fc.tuple(lackeyTexts(), geometries), { numRuns: 200, seed: 1 });
    const results = samples.map(([text, config]) => simulateByRules(text, config).result);
    const reached = (name: string, what: (result: Counters) => number) =>
      assert.ok(results.filter((result) => what(result) > 0).length > 10, `${name} is hardly ever reached`);
    reached('a crossing', (r) => r.page_crossing_accesses);
    reached('an M line', (r) => r.lines.M);
    reached('a fetch', (r) => r.lines.I);
    reached('an L1 eviction', (r) => r.l1_evictions);
    reached('an STLB hit', (r) => r.stlb_hits);
    reached('an STLB eviction', (r) => r.stlb_evictions);
    reached('a back-invalidation', (r) => r.l1_back_invalidations);
    reached('several PML4 slots', (r) => Math.max(0, r.pt_pages.pdpt - 2));
    reached('a PDE hit', (r) => r.pwc.pde_hit_walks);
    reached('a PDPTE hit', (r) => r.pwc.pdpte_hit_walks);
    reached('a PML4E hit', (r) => r.pwc.pml4e_hit_walks);
    reached('a walk without a hit after the first', (r) => Math.max(0, r.pwc.miss_walks - 1));
  });
});
