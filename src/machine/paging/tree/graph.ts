/**
 * Going through tables that may be shared. Linux maps one page table of its espfix area at 2,048 places; a damaged or
 * hand-made table may point to itself. The depth of a walk is bounded by the levels; what is not bounded is the number
 * of paths, so nothing here goes through a table twice unless it is asked to list every path.
 */
import { addPages, asVpn, type Pfn, type Vpn } from '../../core/addresses';
import { extendPage, mapsBasePages, pagesPerEntry, type PagingFormat } from '../format';
import type { EntryNode, LeafNode, LeafOptions, TableCensus } from '../inspector';

/** What is needed of an inspector. */
export interface Entries {
  readonly format: PagingFormat;
  rootTable(root: Pfn): { table: Pfn; level: number };
  used(table: Pfn, level: number): number[];
  entry(table: Pfn, level: number, index: number): EntryNode;
  isReserved(entry: EntryNode): boolean;
  rightsOf(entry: EntryNode): Rights;
}

interface Rights {
  write: boolean;
  user: boolean;
  exec: boolean;
}

const ALL: Rights = { write: true, user: true, exec: true };

/** Leaves below a table, along all paths: by page-size code, and those of user mode. */
interface Count {
  leaves: number[];
  user: number;
}

export class TableGraph {
  constructor(
    private readonly entries: Entries,
    private readonly options: LeafOptions,
  ) {}

  *leaves(root: Pfn): Iterable<LeafNode> {
    const once = this.options.shared === 'once';
    const { table, level } = this.entries.rootTable(root);
    yield* this.#below(table, level, asVpn(0), ALL, once ? this.#paths(root) : undefined);
  }

  /** `paths`, by level: the paths to each table that has not been listed yet. */
  *#below(table: Pfn, level: number, base: Vpn, above: Rights, paths?: Map<Pfn, number>[]): Iterable<LeafNode> {
    const { format } = this.entries;
    const ways = paths === undefined ? 1 : paths[level].get(table);
    if (ways === undefined) return;
    paths?.[level].delete(table);
    const pages = pagesPerEntry(format.levels[level]);
    for (const [index, entry] of this.#present(table, level)) {
      const own = this.entries.rightsOf(entry);
      const rights = {
        write: above.write && own.write,
        user: above.user && own.user,
        exec: above.exec && own.exec,
      };
      const vpn = extendPage(addPages(base, index * pages), format);
      if (this.#isLeaf(entry)) yield { vpn, pages, entry, ...rights, paths: ways };
      else yield* this.#below(entry.frame, entry.childLevel, vpn, rights, paths);
    }
  }

  /** Entries of a table that lead on or map something. */
  *#present(table: Pfn, level: number): Iterable<[index: number, entry: EntryNode]> {
    for (const index of this.entries.used(table, level)) {
      const entry = this.entries.entry(table, level, index);
      if (entry.present && (this.options.ignoreReserved || !this.entries.isReserved(entry))) yield [index, entry];
    }
  }

  /** PS where no leaf may be is reserved; who ignores that follows the entry. */
  #isLeaf({ leaf, level }: EntryNode): boolean {
    return leaf && this.entries.format.levels[level].leafSize !== undefined;
  }

  /** Level by level: how many paths lead to each table. */
  #paths(root: Pfn): Map<Pfn, number>[] {
    const { levels } = this.entries.format;
    const paths = levels.map(() => new Map<Pfn, number>());
    const first = this.entries.rootTable(root);
    paths[first.level].set(first.table, 1);
    // What points to a table covers more than the table's entries do.
    const upper = levels.map((_, level) => level).filter((level) => !mapsBasePages(levels[level]));
    const downwards = upper.sort((a, b) => levels[b].shift - levels[a].shift);
    for (const level of downwards)
      for (const [table, ways] of paths[level])
        for (const [, entry] of this.#present(table, level)) {
          if (this.#isLeaf(entry)) continue;
          const below = paths[entry.childLevel];
          below.set(entry.frame, (below.get(entry.frame) ?? 0) + ways);
        }
    return paths;
  }

  census(root: Pfn, withEntries: boolean): TableCensus {
    const paths = this.#paths(root);
    const known = paths.map(() => new Map<Pfn, Count>());
    const { table, level } = this.entries.rootTable(root);
    const { leaves, user } = this.#count(table, level, known);
    const census = { tables: paths.map((tables) => tables.size), leaves, userLeaves: user };
    return withEntries ? { ...census, entries: paths.map((tables, i) => this.#entriesOf(tables.keys(), i)) } : census;
  }

  #entriesOf(tables: Iterable<Pfn>, level: number): number {
    let sum = 0;
    for (const table of tables) sum += this.entries.used(table, level).length;
    return sum;
  }

  #count(table: Pfn, level: number, known: Map<Pfn, Count>[]): Count {
    const before = known[level].get(table);
    if (before !== undefined) return before;
    const count: Count = { leaves: [0, 0, 0, 0], user: 0 };
    for (const [, entry] of this.#present(table, level)) {
      const { user } = this.entries.rightsOf(entry);
      if (this.#isLeaf(entry)) {
        count.leaves[entry.pageSize]++;
        if (user) count.user++;
        continue;
      }
      const below = this.#count(entry.frame, entry.childLevel, known);
      below.leaves.forEach((n, size) => (count.leaves[size] += n));
      if (user) count.user += below.user;
    }
    known[level].set(table, count);
    return count;
  }
}
