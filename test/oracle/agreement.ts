/** How the machine's counters map to the rules' (the head of facts/trace-rules.md, and what follows from it). */
import assert from 'node:assert/strict';
import type { Statistics } from '../../src/machine/statistics';
import type { Config, Counters } from './traceOracle';

/** The machine of a configuration, as `--set` takes it. */
export const settingsOf = ({ l1, stlb, pwc, strict_inclusive, pwc_promote_all }: Config): string[] => [
  'instructions=off',
  `dtlb=4K ${l1[0]}x${l1[1]}`,
  `stlb=${stlb[0]}x${stlb[1]}`,
  `pwc=${pwc.join(' ')}`,
  'thp=never',
  `stlb inclusive=${strict_inclusive ? 'strict' : 'fill'}`,
  `pwc promote=${pwc_promote_all ? 'all' : 'hit'}`,
];

/** The mapping at the head of the rules, and what follows from it. */
export function agrees(statistics: Statistics, result: Counters): void {
  const { accesses, tlb, walks, faults, tables, walkCaches } = statistics;
  const { pml4, pdpt, pd, pt, total } = result.pt_pages;
  const { pde_hit_walks: pde, pdpte_hit_walks: pdpte, pml4e_hit_walks: pml4e, miss_walks: miss } = result.pwc;
  assert.deepEqual(
    {
      accesses,
      l1d: tlb.l1d,
      l1i: tlb.l1i,
      stlb: tlb.stlb,
      walks: walks.count,
      references: walks.references,
      minor: faults.minor,
      faults: faults.total,
      faultReferences: faults.references,
      tables: tables.byLevel,
      count: tables.count,
      bytes: tables.bytes,
      byLevel: walks.referencesByLevel,
      deepest: walkCaches.PMD.hits,
    },
    {
      accesses: {
        total: result.accesses,
        reads: result.loads,
        writes: result.stores,
        execs: 0,
        translations: result.tlb_lookups,
      },
      l1d: { hits: result.l1_hits, misses: result.l1_misses },
      l1i: { hits: 0, misses: 0 },
      stlb: { hits: result.stlb_hits, misses: result.stlb_misses },
      walks: result.walks,
      references: result.walk_refs_pwc,
      minor: result.page_faults,
      faults: result.page_faults,
      faultReferences: result.fault_walk_refs,
      tables: { PGD: pml4, PUD: pdpt, PMD: pd, PTE: pt },
      count: total,
      bytes: total * 4096,
      byLevel: { PGD: miss, PUD: miss + pml4e, PMD: miss + pml4e + pdpte, PTE: miss + pml4e + pdpte + pde },
      deepest: pde,
    },
  );
}
