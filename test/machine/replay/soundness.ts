/** What holds of every TLB and walk cache, whatever has been done to the machine. */
import assert from 'node:assert/strict';
import type { Machine } from '../../../src/machine/machine';
import type { AssociativeCache } from '../../../src/machine/mmu/associativeCache';

export function assertSound(m: Machine): void {
  for (const cache of m.cpus.flatMap((cpu) => [...cpu.tlbs, ...cpu.walkCaches])) {
    assertFindable(cache);
    for (let set = 0; cache.replacer === null && set < cache.sets; set++) assertRing(cache, set);
  }
}

/** Every entry of the current PCID is found, and is the only one that says so; pages above 4 KiB are counted by size. */
function assertFindable(cache: AssociativeCache): void {
  const bySize = [0, 0, 0];
  for (let i = 0; i < cache.entries; i++) {
    if (!cache.isValid(i)) continue;
    bySize[cache.sizeOf(i)]++;
    if (cache.isParked(i)) continue;
    assert.equal(cache.peek(cache.tagOf(i), cache.sizeOf(i)), i, `${cache.name} finds entry ${i}`);
  }
  assert.deepEqual([cache.huge[1], cache.huge[2]], bySize.slice(1), `${cache.name} counts its huge pages`);
}

/** The ring goes through every way of the set; those that are invalid come last. */
function assertRing(cache: AssociativeCache, set: number): void {
  const valid: boolean[] = [];
  let i = cache.heads[set];
  do {
    assert.equal(Math.floor(i / cache.ways), set);
    assert.equal(cache.ring[cache.entries + cache.ring[i]], i);
    valid.push(cache.isValid(i));
    i = cache.ring[i];
  } while (i !== cache.heads[set]);
  assert.equal(valid.length, cache.ways);
  assert.ok(!valid.includes(true, valid.indexOf(false) >>> 0), `${cache.name} fills invalid ways before it evicts`);
}
