/** What a guest adds to the expression language: `ept(P)`, and the second dimension of `walk(A)`. */
import { physicalOf, vpnOfAddress } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import { type EntryNode, pageBelow, readsOf, type WalkNode } from '../../../machine/paging/inspector';
import { type MemberValue, NONE, type ObjectValue, type Value } from '../values';
import { hex, member } from './member';
import { poke } from './physical';

const BITS = [
  ['read', 0],
  ['write', 1],
  ['exec', 2],
  ['huge', 7],
  ['accessed', 8],
  ['dirty', 9],
] as const;
const FRAME = ((1n << 40n) - 1n) << 12n;

/** The last entry that a host walk of a guest-physical address reads; no value on a machine that is no guest. */
export function eptEntry(machine: Machine, address: bigint): Value {
  const { below } = machine;
  if (below === undefined) return NONE;
  const entry = below.inspector.walk(below.root, vpnOfAddress(address)).steps.at(-1);
  return entry === undefined ? NONE : eptEntryValue(machine, entry);
}

function eptEntryValue(machine: Machine, entry: EntryNode): ObjectValue {
  const write = (raw: bigint): undefined => {
    poke(machine, entry.address, raw);
  };
  return {
    type: 'object',
    text: `${hex(entry.raw)} ${entry.flags ? `[${entry.flags}] ` : ''}${entry.meaning}`,
    number: entry.raw,
    memoryReference: `pa:${hex(entry.address)}`,
    members: [
      { name: 'raw', get: () => entry.raw, set: write, as: 'hex' },
      ...BITS.map(([name, bit]): MemberValue => {
        const mask = 1n << BigInt(bit);
        return {
          name,
          get: () => (entry.raw & mask) !== 0n,
          set: (value) => write((entry.raw & ~mask) | (value ? mask : 0n)),
        };
      }),
      {
        name: 'pfn',
        get: () => BigInt(entry.frame),
        set: (value) =>
          value >= 1n << 40n ? 'a frame number has 40 bits' : write((entry.raw & ~FRAME) | (value << 12n)),
        as: 'hex',
      },
      member('address', () => BigInt(entry.address), 'address'),
      member('index', () => BigInt(entry.index)),
      member('level', () => entry.levelName),
    ],
  };
}

/** Entries that a walk reads, in both dimensions. */
export const referencesOf = ({ steps, host }: WalkNode): number =>
  readsOf({ steps }) + (host ?? []).reduce((sum, walk) => sum + walk.steps.length, 0);

/** A walk's value with what the host adds: more references, and where the page really is. */
export function inGuest({ below }: Machine, walk: WalkNode, value: ObjectValue): ObjectValue {
  if (below === undefined) return { ...value, members: [...value.members, member('gpa', () => NONE)] };
  const refs = BigInt(referencesOf(walk));
  const page = walk.pfn === undefined ? undefined : pageBelow(walk)?.pfn;
  const to =
    walk.pfn === undefined
      ? walk.outcome
      : `guest frame ${hex(walk.pfn)}, ${page === undefined ? 'which the host does not map' : `host frame ${hex(page)}`}`;
  const replaced: Record<string, MemberValue> = {
    refs: member('refs', () => refs, 'count'),
    pa: member('pa', () => (page === undefined ? NONE : BigInt(physicalOf(page))), 'address'),
  };
  return {
    ...value,
    text: `${refs} references, ${to}`,
    members: [
      ...value.members.map((m) => replaced[m.name] ?? m),
      member('gpa', () => (walk.pfn === undefined ? NONE : BigInt(physicalOf(walk.pfn))), 'address'),
    ],
  };
}
