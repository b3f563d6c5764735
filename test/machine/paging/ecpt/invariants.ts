/**
 * What must hold of cuckoo tables after every operation, read from memory alone:
 *
 * - a page has one live translation, or several that are equal;
 * - what the descriptor says of a way's occupancy is the number of its slots that are in use and not hidden, and a cluster's count
 *   that of its entries that are in use;
 * - no pointer is behind the end of its way, and every cluster lies where its tag hashes to;
 * - the walk tables say at least what there is, and of a 2 MiB cluster the way that it is in.
 */
import assert from 'node:assert/strict';
import { asPfn, asVpn, type Pfn } from '../../../../src/machine/core/addresses';
import type { Machine } from '../../../../src/machine/machine';
import {
  CWT_WAYS,
  CwtOf,
  cwtHeader,
  cwtTag,
  Header,
  lineHasTag,
  readHeader,
  wayOfHeader,
} from '../../../../src/machine/paging/ecpt/cwt';
import {
  Descriptors,
  isKernelDescriptor,
  KERNEL_DESCRIPTOR,
  tableFrame,
  tableLog2,
  WayNumbers,
} from '../../../../src/machine/paging/ecpt/descriptor';
import type { EcptOptions } from '../../../../src/machine/paging/ecpt/format';
import { makeHash } from '../../../../src/machine/paging/ecpt/hash';
import {
  Cluster,
  isEmptySlot,
  isNone,
  pageOfTag,
  readCount,
  readTag,
} from '../../../../src/machine/paging/ecpt/layout';

export const KERNEL_ROOT = KERNEL_DESCRIPTOR;

interface Live {
  way: number;
  size: number;
  tag: number;
}

export function assertInvariants(m: Machine, root: Pfn, options: EcptOptions): void {
  const numbers = new WayNumbers(options.ways);
  const descriptors = new Descriptors(m.memory);
  const hash = makeHash(options.hash);
  const user = isKernelDescriptor(root) ? 0 : 1;
  const live: Live[] = [];
  const byTag = new Map<string, string>();

  const wordsAt = (table: Pfn, slot: number): number => {
    const base = m.memory.base(asPfn(table + (slot >>> 6)));
    return base < 0 ? -1 : base + (slot & 63) * Cluster.Words;
  };

  /** Slots from `first` on that are in use; each must be where its tag belongs. */
  function slotsInUse(way: number, word: number, first: number, target: boolean): number {
    const { words } = m.memory.pool;
    const log2 = tableLog2(word);
    const size = numbers.sizeOf(way);
    let used = 0;
    for (let slot = first; slot < 2 ** log2; slot++) {
      const at = wordsAt(tableFrame(word), slot);
      if (at < 0) {
        slot |= 63;
        continue;
      }
      if (isEmptySlot(words, at)) continue;
      used++;
      const tag = readTag(words, at);
      assert.equal(hash.index(tag, log2, way), slot, `way ${way}: tag 0x${tag.toString(16)} lies where it hashes to`);
      if (target) {
        const old = hash.index(tag, tableLog2(descriptors.table(root, way)), way);
        assert.ok(old < descriptors.pointer(root, way), 'only what the pointer has passed is in the target');
      }
      const entries = Array.from({ length: 8 }, (_, i) => [words[at + 2 * i], words[at + 2 * i + 1]] as const);
      assert.equal(readCount(words, at), entries.filter(([low, high]) => !isNone(low, high)).length, 'the count');
      const text = entries.map(([low, high]) => `${low & ~0x60}:${high & ~Cluster.Meta}`).join(' ');
      const key = `${size} ${tag}`;
      assert.equal(byTag.get(key) ?? text, text, `duplicates of ${key} are equal`);
      byTag.set(key, text);
      live.push({ way, size, tag });
    }
    return used;
  }

  for (let size = 0; size < 3; size++)
    for (let relative = 0; relative < numbers.waysOf(size); relative++) {
      const way = numbers.first(user, size) + relative;
      const word = descriptors.table(root, way);
      if (tableLog2(word) === 0) continue;
      const pointer = descriptors.pointer(root, way);
      assert.ok(pointer <= 2 ** tableLog2(word), 'the pointer is in the way');
      assert.equal(slotsInUse(way, word, pointer, false), descriptors.occupancy(root, way), `occupancy of way ${way}`);
      const target = numbers.target(way);
      if (pointer === 0 || !descriptors.isQueued(root, way)) continue;
      const moved = slotsInUse(way, descriptors.table(root, target), 0, true);
      assert.equal(moved, descriptors.occupancy(root, target), `occupancy of the target of way ${way}`);
    }
  for (const cluster of live) assertHints(m, root, user, cluster, options, descriptors, numbers, live);
}

/** The header of a cluster's section, of one kind of walk table; `undefined` if no line has it. */
function headerOf(
  m: Machine,
  root: Pfn,
  user: number,
  kind: CwtOf,
  page: number,
  options: EcptOptions,
): number | undefined {
  const descriptors = new Descriptors(m.memory);
  const hash = makeHash(options.hash);
  const { words } = m.memory.pool;
  const tag = cwtTag(page, kind);
  for (let way = 0; way < CWT_WAYS; way++) {
    const index = kind * CWT_WAYS + way;
    const word = descriptors.cwt(root, index);
    const slot = hash.index(tag, tableLog2(word), user * 2 * CWT_WAYS + index);
    const base = m.memory.base(asPfn(tableFrame(word) + (slot >>> 6)));
    const at = base + (slot & 63) * 16;
    if (base >= 0 && lineHasTag(words, at, tag)) return readHeader(words, at, cwtHeader(page, kind));
  }
  return undefined;
}

function assertHints(
  m: Machine,
  root: Pfn,
  user: number,
  { way, size, tag }: Live,
  options: EcptOptions,
  _descriptors: Descriptors,
  numbers: WayNumbers,
  live: readonly Live[],
): void {
  const page = asVpn(pageOfTag(tag, size));
  const has = [Header.Has4K, Header.Has2M, Header.Has1G][size];
  for (const kind of size === 2 ? [CwtOf.Pud] : [CwtOf.Pud, CwtOf.Pmd]) {
    const header = headerOf(m, root, user, kind, page, options);
    // A line that found no place is no hint: walks of its range probe all ways.
    if (header === undefined) continue;
    assert.notEqual(header & has, 0, `the hint of kind ${kind} for size ${size}, tag 0x${tag.toString(16)}`);
    const exact = (size === 1 && kind === CwtOf.Pmd) || (size === 2 && kind === CwtOf.Pud);
    if (!exact) continue;
    const ways = live.filter((l) => l.size === size && l.tag === tag).map((l) => numbers.relative(l.way));
    assert.ok(ways.includes(wayOfHeader(header)), `way ${numbers.relative(way)} is named`);
  }
}
