/** A guest's tables and its host's as plain nodes: what both walkers read, without side effects. */
import { asPfn, formatPhysical, LEAF_SIZE_NAMES, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import type { ReadableMemory } from '../../memory/readable';
import { mapsBasePages, type PagingFormat } from '../format';
import type { Host } from '../host';
import type { EntryFieldNode, EntryNode, HostWalkNode, RootSource, WalkNode } from '../inspector';
import { PHYSICAL_BITS } from '../scheme';
import { type InspectorOptions, TreeInspector } from '../tree/inspector';
import { frameOf, highWord, levelBelow, lowWord, rawOf, reservedHigh } from '../x86/entry';
import { Ept, RESERVED_LOW_OF_EPT_LEAF } from './entry';

const MEMORY_TYPES = [
  'uncacheable',
  'write-combining',
  '2',
  '3',
  'write-through',
  'write-protected',
  'write-back',
  '7',
];

const FLAGS: readonly { name: string; bit: number; leafOnly?: true; upperOnly?: true; set: string; clear: string }[] = [
  { name: 'R', bit: 0, set: 'may be read', clear: 'may not be read' },
  { name: 'W', bit: 1, set: 'may be written', clear: 'may not be written' },
  { name: 'X', bit: 2, set: 'may be executed', clear: 'may not be executed' },
  { name: 'IPAT', bit: 6, leafOnly: true, set: 'the guest’s PAT is ignored', clear: 'the guest’s PAT counts' },
  { name: 'PS', bit: 7, upperOnly: true, set: 'maps a huge page', clear: 'points to a table' },
  { name: 'A', bit: 8, set: 'accessed', clear: 'not accessed' },
  { name: 'D', bit: 9, leafOnly: true, set: 'dirty', clear: 'clean' },
  { name: 'XU', bit: 10, set: 'may be executed in user mode', clear: 'not used: mode-based execute control is off' },
];

/** The host's tables. Roots and pages are its own: an address of this space is guest-physical. */
export class HostInspector extends TreeInspector {
  readonly #reserved = reservedHigh(PHYSICAL_BITS);

  constructor(format: PagingFormat, memory: ReadableMemory) {
    super(format, memory, { physicalBits: PHYSICAL_BITS });
  }

  #isBaseLevel(level: number): boolean {
    return mapsBasePages(this.format.levels[level]);
  }

  protected override decodeWords(low: number, high: number, table: Pfn, level: number, index: number): EntryNode {
    const { name, leafSize = 0 } = this.format.levels[level];
    const present = (low & Ept.RWX) !== 0;
    const leaf = present && (this.#isBaseLevel(level) || (low & Ept.PS) !== 0);
    const childLevel = levelBelow(this.format, level, high);
    const frame = frameOf(low, high);
    return {
      level,
      levelName: name,
      table,
      index,
      address: table * PAGE_BYTES + index * 8,
      raw: rawOf(low, high),
      present,
      leaf,
      frame,
      pageSize: leaf ? leafSize : 0,
      childLevel,
      flags: this.#flagsOf(level, leaf)
        .filter(({ bit }) => (low >>> bit) & 1)
        .map((f) => f.name)
        .join(' '),
      meaning: this.#meaningOf(low, high, present, leaf, leafSize, frame, childLevel),
    };
  }

  #meaningOf(
    low: number,
    high: number,
    present: boolean,
    leaf: boolean,
    size: number,
    frame: Pfn,
    childLevel: number,
  ): string {
    if (low === 0 && high === 0) return 'empty';
    if (!present) return 'not present (no R, W or X): an EPT violation';
    const wide = this.format.levels.at(childLevel)?.wide === true && childLevel >= 0;
    if (!leaf) return `${wide ? 'flattened ' : ''}table at ${formatPhysical(frame * PAGE_BYTES)}`;
    return `host frame 0x${frame.toString(16)} (${LEAF_SIZE_NAMES[size]})`;
  }

  #flagsOf(level: number, leaf: boolean): typeof FLAGS {
    return FLAGS.filter((f) => (leaf || f.leafOnly !== true) && (f.upperOnly !== true || !this.#isBaseLevel(level)));
  }

  override fields(entry: EntryNode): EntryFieldNode[] {
    const flags = this.#flagsOf(entry.level, entry.leaf).map(({ name, bit, set, clear }): EntryFieldNode => {
      const value = (entry.raw >> BigInt(bit)) & 1n;
      return { name, highBit: bit, lowBit: bit, value, meaning: value ? set : clear };
    });
    const part = (name: string, highBit: number, lowBit: number, meaning: (v: bigint) => string): EntryFieldNode => {
      const value = (entry.raw >> BigInt(lowBit)) & ((1n << BigInt(highBit - lowBit + 1)) - 1n);
      return { name, highBit, lowBit, value, meaning: meaning(value) };
    };
    const between = entry.leaf
      ? part('memory type', 5, 3, (v) => MEMORY_TYPES[Number(v)])
      : part('reserved', 6, 3, () => 'must be 0');
    const flattens = !entry.leaf && this.format.levels[entry.level].flattened !== undefined;
    return [
      ...flags.filter((f) => f.lowBit < 3),
      between,
      ...flags.filter((f) => f.lowBit > 3),
      part('frame', 51, 12, (v) => `host-physical address 0x${(v << 12n).toString(16)}`),
      ...(flattens
        ? [part('FLAT', 58, 58, (v) => (v ? 'points to a flattened table' : 'points to a normal table'))]
        : []),
    ];
  }

  override rightsOf({ raw }: EntryNode): { write: boolean; user: boolean; exec: boolean } {
    // There is no such thing as a user page here.
    return { write: (raw & 2n) !== 0n, user: false, exec: (raw & 4n) !== 0n };
  }

  /** A misconfigured entry. */
  override isReserved({ raw, leaf, level }: EntryNode): boolean {
    const low = lowWord(raw);
    if ((low & (Ept.R | Ept.W)) === Ept.W || (highWord(raw) & this.#reserved) !== 0) return true;
    if (!leaf) return (low & Ept.ReservedInTable) !== 0;
    const { leafSize } = this.format.levels[level];
    return leafSize === undefined || leafSize === 3 || (low & RESERVED_LOW_OF_EPT_LEAF[leafSize]) !== 0;
  }

  /** Where the host's tables have a guest frame. */
  locate(root: Pfn, gfn: Pfn, step: number): HostWalkNode {
    const { steps, outcome, pfn, pageSize } = this.walk(root, gfn as number as Vpn);
    if (outcome === 'mapped') return { step, gfn, steps, outcome, pfn, pageSize };
    return { step, gfn, steps, outcome: outcome === 'reserved' ? 'misconfigured' : 'violation' };
  }
}

/** The guest's tables, as its software and its hardware number frames: guest-physically. A walk knows the host's side, too. */
export class NestedInspector extends TreeInspector {
  constructor(
    format: PagingFormat,
    memory: ReadableMemory,
    looks: InspectorOptions,
    private readonly host: Host,
    private readonly below: HostInspector,
  ) {
    super(format, memory, looks);
  }

  override walk(root: Pfn, vpn: Vpn, source?: RootSource): WalkNode {
    const walk = super.walk(root, vpn, source);
    const { below, host } = this;
    const entryBytes = this.format.entryBytes;
    let made: readonly HostWalkNode[] | undefined;
    return {
      steps: walk.steps,
      outcome: walk.outcome,
      pfn: walk.pfn,
      pageSize: walk.pageSize,
      write: walk.write,
      user: walk.user,
      exec: walk.exec,
      get host(): readonly HostWalkNode[] {
        made ??= hostWalks(walk, (gfn, step) => below.locate(host.root, gfn, step), entryBytes);
        return made;
      },
    };
  }
}

/** Host walks for each of a walk's steps that is read from memory, and for the page; none behind one that leaves the guest. */
function hostWalks(
  { steps, pfn }: WalkNode,
  locate: (gfn: Pfn, step: number) => HostWalkNode,
  entryBytes: number,
): HostWalkNode[] {
  const frames = steps.map(({ table, index }) => asPfn(table + Math.floor((index * entryBytes) / PAGE_BYTES)));
  if (pfn !== undefined) frames.push(pfn);
  const walks: HostWalkNode[] = [];
  for (const [step, gfn] of frames.entries()) {
    if (steps.at(step)?.register !== undefined) continue;
    const walk = locate(gfn, step);
    walks.push(walk);
    if (walk.outcome !== 'mapped') break;
  }
  return walks;
}
