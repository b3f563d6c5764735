/** A stopped guest's page tables: its roots as address spaces, over the pages that were stored. Nothing in it changes. */
import { asPfn, formatAddress, PAGE_BYTES, type Pfn } from '../machine/core/addresses';
import type { PagingFormat } from '../machine/paging/format';
import type { Inspector } from '../machine/paging/inspector';
import { RADIX4, RADIX5 } from '../machine/paging/radix/format';
import { TreeInspector } from '../machine/paging/tree/inspector';
import type { AddressSpace, AddressSpaces } from '../machine/paging/spaces';
import type { SnapshotDescription } from './description';
import { SnapshotError } from './errors';
import { absentText } from './linux';
import type { SnapshotMemory } from './pages';

/** The guest's physical address width is not known: no frame bit counts as reserved. */
const PHYSICAL_BITS = 52;
/** CR3 without PCID and flags. */
const ROOT = 0x000f_ffff_ffff_f000n;

export interface SnapshotRoot extends AddressSpace {
  /** `process`, `pti-user`, `pti-kernel`, `kernel`. */
  readonly kind: string;
  /** The raw register. */
  readonly cr3: bigint;
}

export class Snapshot implements AddressSpaces {
  readonly format: PagingFormat;
  readonly inspector: Inspector;
  readonly spaces: readonly SnapshotRoot[];
  #selected: SnapshotRoot;

  /** Refuses a snapshot whose roots lead to tables that it does not have. */
  constructor(
    /** The file that describes it. */
    readonly path: string,
    readonly description: SnapshotDescription,
    readonly memory: SnapshotMemory,
  ) {
    this.format = description.levels === 5 ? RADIX5 : RADIX4;
    this.inspector = new TreeInspector(this.format, memory, { physicalBits: PHYSICAL_BITS, absent: absentText });
    this.spaces = description.roots.map(({ name, cr3, kind, note }, i) => {
      const root = asPfn(Number(cr3 & ROOT) / PAGE_BYTES);
      return { id: i + 1, name, root, kind, cr3, note: note === '' ? kind : `${kind}: ${note}` };
    });
    this.#selected = this.spaces[0];
    for (const space of this.spaces) this.#checkTables(space);
  }

  /** The root that addresses are looked up under: the first, until another one is selected. */
  get space(): SnapshotRoot {
    return this.#selected;
  }

  get root(): Pfn {
    return this.#selected.root;
  }

  /** A root by its name, or by what CR3 held. */
  rootNamed(text: string): SnapshotRoot | undefined {
    const number = /^0x[0-9a-f_]+$/i.test(text) ? BigInt(text.replaceAll('_', '')) : undefined;
    return this.spaces.find(({ name, cr3 }) => name === text || cr3 === number || (cr3 & ROOT) === number);
  }

  select(root: SnapshotRoot): void {
    this.#selected = root;
  }

  #checkTables({ name, root }: SnapshotRoot): void {
    const levels = this.format.levels;
    let tables = new Set([root]);
    this.#need(root, `the root table of "${name}"`);
    for (let level = 0; level + 1 < levels.length; level++) {
      const below = new Set<Pfn>();
      for (const table of tables)
        for (const index of this.inspector.used(table, level)) {
          const { present, leaf, frame } = this.inspector.entry(table, level, index);
          if (!present || leaf || below.has(frame)) continue;
          this.#need(frame, `the table that ${levels[level].name}[${index}] of root "${name}" points to`);
          below.add(frame);
        }
      tables = below;
    }
  }

  #need(table: Pfn, what: string): void {
    if (this.memory.frameWords(table) === undefined)
      throw new SnapshotError(
        this.path,
        `${what}, page ${formatAddress(BigInt(table) << 12n)}, is not in its page file`,
      );
  }
}
