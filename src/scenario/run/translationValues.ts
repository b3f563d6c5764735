/** Walks and entries as values of the expression language: of a machine that runs, and of a snapshot. */
import { formatPhysical, PAGES_OF_LEAF, type Pfn, physicalOf } from '../../machine/core/addresses';
import type { ReadableMemory } from '../../machine/memory/readable';
import type { PagingFormat } from '../../machine/paging/format';
import { type EntryNode, readsOf, type WalkNode } from '../../machine/paging/inspector';
import { ENTRY_BITS } from '../../machine/paging/x86/entry';
import { LEVELS } from '../language/statsPaths';
import { hex, member } from './names/member';
import { type MemberValue, NONE, type ObjectValue, symbol, type Value } from './values';

/** Changes an entry; a sentence if it is refused. */
export type WriteEntry = (entry: EntryNode, raw: bigint) => string | undefined;

/** `write`: absent where nothing can be changed. */
export function entryValue(
  entry: EntryNode | undefined,
  format: PagingFormat,
  write?: WriteEntry,
  folded = false,
): Value {
  if (entry === undefined) return NONE;
  const changed = (raw: (value: bigint) => bigint | string): MemberValue['set'] =>
    write &&
    ((value) => {
      const wanted = raw(value);
      return typeof wanted === 'string' ? wanted : write(entry, wanted);
    });
  const bits = ENTRY_BITS.map((b): MemberValue => {
    const bit = 1n << BigInt(b.bit);
    return {
      name: b.member,
      get: () => (entry.raw & bit) !== 0n,
      set: b.bit < 8 * format.entryBytes ? changed((value) => (entry.raw & ~bit) | (value ? bit : 0n)) : undefined,
    };
  });
  const frameBits = BigInt(format.entryBytes === 8 ? 40 : 20);
  const frame = ((1n << frameBits) - 1n) << 12n;
  return {
    type: 'object',
    text: `${hex(entry.raw)} ${entry.flags ? `[${entry.flags}] ` : ''}${entry.meaning}`,
    number: entry.raw,
    memoryReference: `pa:${hex(entry.address)}`,
    members: [
      { name: 'raw', get: () => entry.raw, set: changed((v) => v), as: 'hex' },
      ...bits,
      {
        name: 'pfn',
        get: () => BigInt(entry.frame),
        set: changed((v) =>
          v >= 1n << frameBits ? `a frame number has ${frameBits} bits` : (entry.raw & ~frame) | (v << 12n),
        ),
        as: 'hex',
      },
      member('folded', () => folded),
      member('address', () => BigInt(entry.address), 'address'),
      member('table', () => BigInt(physicalOf(entry.table)), 'address'),
      member('index', () => BigInt(entry.index)),
      member('level', () => entry.levelName),
    ],
  };
}

/** `cost`: in cycles; absent where no cost model is. */
export function walkValue(walk: WalkNode, entryOf: (entry: EntryNode) => Value, cost?: number): ObjectValue {
  const refs = BigInt(readsOf(walk));
  const to = walk.pfn === undefined ? walk.outcome : `frame ${hex(walk.pfn)}`;
  const read = walk.steps.filter((s) => s.probe?.matches !== false);
  const cycles = BigInt(Math.round(cost ?? 0));
  return {
    type: 'object',
    text: `${refs} ${refs === 1n ? 'reference' : 'references'}, ${to}`,
    members: [
      member('refs', () => refs, 'count'),
      ...(cost === undefined ? [] : [member('cycles', () => cycles, 'count')]),
      member('levels', () => ({
        type: 'object',
        text: read.map((s) => `${s.levelName}[${s.index}]`).join(' → '),
        number: refs,
        members: [
          ...read.map((s) => member(s.levelName, () => entryOf(s))),
          // Levels that the walk does not come to, or the scheme does not have.
          ...LEVELS.filter((name) => !read.some((s) => s.levelName === name)).map((name) => member(name, () => NONE)),
        ],
      })),
      member('result', () => symbol(walk.outcome)),
      member('pa', () => (walk.pfn === undefined ? NONE : BigInt(physicalOf(walk.pfn))), 'address'),
    ],
  };
}

/** What an entry that is neither empty nor present keeps for software. */
export interface Withheld {
  /** Of a page that is there, but may not be used (PROT_NONE). */
  frame?: Pfn;
  /** What the entry covers, in 4 KiB pages; 1 if it is not said. */
  pages?: number;
  swapped: boolean;
}

export function tobjValue(walk: WalkNode, withheld?: Withheld): ObjectValue {
  const last = walk.steps.at(-1);
  const leaf = last?.probe?.matches === false ? undefined : last;
  const raw = leaf?.raw ?? 0n;
  const isMapped = walk.outcome === 'mapped';
  const bit = (n: number) => (): boolean => isMapped && ((raw >> BigInt(n)) & 1n) === 1n;
  const absent = raw !== 0n && leaf?.present === false;
  const pfn = walk.pfn ?? withheld?.frame;
  const swapped = absent && withheld?.swapped === true;
  const pages = walk.pageSize === undefined ? withheld?.pages : PAGES_OF_LEAF[walk.pageSize];
  const size = 4096n * BigInt(pages ?? 1);
  return {
    type: 'object',
    text: swapped
      ? 'swapped out'
      : pfn === undefined
        ? 'nothing is mapped'
        : `${size} bytes at ${formatPhysical(physicalOf(pfn))}`,
    members: [
      member('mapped', () => isMapped || absent),
      member('present', () => isMapped),
      member('pa', () => (pfn === undefined ? NONE : BigInt(physicalOf(pfn))), 'address'),
      member('size', () => size),
      member('write', () => isMapped && walk.write),
      member('exec', () => isMapped && walk.exec),
      member('user', () => isMapped && walk.user),
      member('dirty', bit(6)),
      member('accessed', bit(5)),
      member('global', bit(8)),
      member('swap', () => swapped),
    ],
  };
}

/** A 64-bit word of physical memory; a sentence where there is none. */
export function wordAt(memory: ReadableMemory, address: bigint): bigint | string {
  if (address % 8n !== 0n) return 'phys() takes a multiple of 8';
  if (address + 8n > BigInt(memory.sizeBytes)) return `memory ends at ${formatPhysical(memory.sizeBytes)}`;
  const at = Number(address);
  if (!memory.holds(at)) return `what is at ${formatPhysical(at)} was not stored`;
  return (BigInt(memory.readWord(at + 4) >>> 0) << 32n) | BigInt(memory.readWord(at) >>> 0);
}
