/** Makes hand-written walk pictures short to write. They look like what the adapter sends, for 4-level radix tables. */
import type {
  AddressField,
  CacheLookup,
  EntryField,
  EntryPicture,
  WalkLevel,
  WalkPicture,
} from '../../src/protocol/walk';

const LEVELS = [
  { name: 'PGD', high: 47, low: 39 },
  { name: 'PUD', high: 38, low: 30 },
  { name: 'PMD', high: 29, low: 21 },
  { name: 'PTE', high: 20, low: 12 },
] as const;

export function hex(value: number | bigint, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export function fieldsOf(
  address: bigint,
  names: readonly { name: string; high: number; low: number }[] = LEVELS,
): AddressField[] {
  const lowest = names[names.length - 1]?.low ?? 12;
  const highest = names[0]?.high ?? 47;
  const spans = [
    { name: 'sign', high: 63, low: highest + 1, level: undefined },
    ...names.map((level, i) => ({ ...level, level: i })),
    { name: 'offset', high: lowest - 1, low: 0, level: undefined },
  ];
  return spans.map(({ name, high, low, level }) => {
    const width = BigInt(high - low + 1);
    const value = (address >> BigInt(low)) & ((1n << width) - 1n);
    const field = {
      name,
      highBit: high,
      lowBit: low,
      value: Number(value),
      bits: value.toString(2).padStart(Number(width), '0'),
    };
    return level === undefined ? field : { ...field, level };
  });
}

export function miss(structure: string, key: string, keyLowBit: number, event: number, set?: number): CacheLookup {
  const kind = structure.startsWith('PWC') ? 'walkCache' : 'tlb';
  return { structure, kind, key, keyLowBit, hit: false, event, ...(set === undefined ? {} : { set }) };
}

export function hit(structure: string, key: string, keyLowBit: number, event: number, answer: string): CacheLookup {
  return { ...miss(structure, key, keyLowBit, event), hit: true, answer };
}

export function entry(address: number, frame: number | undefined, flags: string, leaf: boolean): EntryPicture {
  const present = frame !== undefined;
  const raw = present ? (BigInt(frame) << 12n) | 0x67n : 0n;
  const target = present ? hex(frame * 4096) : undefined;
  return {
    address: hex(address),
    raw: hex(raw, 16),
    present,
    flags,
    fields: entryFields(flags, frame),
    meaning: !present ? 'not present' : leaf ? `page frame ${hex(frame)}` : `table at ${target}`,
    leaf,
    ...(target === undefined ? {} : { target }),
  };
}

function entryFields(flags: string, frame: number | undefined): EntryField[] {
  const set = flags.split(' ');
  const bit = (name: string, position: number, on: string, off: string): EntryField => {
    const value = set.includes(name) ? '1' : '0';
    return { name, highBit: position, lowBit: position, value, meaning: value === '1' ? on : off };
  };
  const number = hex(frame ?? 0);
  return [
    bit('P', 0, 'present', 'not present: every other bit is for software'),
    bit('RW', 1, 'writes are allowed', 'read only'),
    bit('US', 2, 'user and kernel', 'kernel only'),
    bit('PWT', 3, 'write-through', 'write-back'),
    bit('PCD', 4, 'not cached', 'cached'),
    bit('A', 5, 'used since the bit was last cleared', 'not used'),
    bit('D', 6, 'written since the bit was last cleared', 'clean'),
    bit('PS', 7, 'maps a page itself', 'points to a table'),
    bit('G', 8, 'survives a switch of address space', 'belongs to one address space'),
    { name: 'frame', highBit: 51, lowBit: 12, value: number, meaning: `physical address ${hex((frame ?? 0) * 4096)}` },
    bit('NX', 63, 'not executable', 'executable'),
  ];
}

export interface Reading {
  table: number;
  /** Frame that the entry points to; absent if the entry is not present. */
  frame?: number;
  flags?: string;
  event: number;
  cycles?: number;
}

/** Levels of a walk: `'skipped'`, `'notReached'`, or what was read. */
export function levelsOf(address: bigint, readings: (Reading | 'skipped' | 'notReached')[]): WalkLevel[] {
  return LEVELS.map(({ name, high, low }, i): WalkLevel => {
    const reading = readings[i] ?? 'notReached';
    const index = Number((address >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
    if (typeof reading === 'string') return { name, status: reading, slots: 512, index };
    const { table, frame, flags = '', event, cycles = 4 } = reading;
    const read = entry(table + index * 8, frame, flags, i === LEVELS.length - 1);
    return { name, status: 'read', table: hex(table), slots: 512, index, entry: read, cycles, event };
  });
}

export type PictureParts = Omit<WalkPicture, 'scheme' | 'fields' | 'access'> &
  Partial<WalkPicture> & {
    address: bigint;
    title: string;
    kind?: 'read' | 'write' | 'exec';
  };

export function pictureOf({ address, title, kind = 'write', ...rest }: PictureParts): WalkPicture {
  return {
    scheme: 'radix',
    fields: fieldsOf(address),
    access: { title, kind, address: hex(address, 16), sizeBytes: 8, process: 'redis', cpu: 0, region: 'heap' },
    ...rest,
  };
}
