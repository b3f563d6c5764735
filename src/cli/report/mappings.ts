/** The mappings of an address space as rows, and the rows as text, JSON and CSV. */
import {
  addressOf,
  addPages,
  formatAddress,
  LEAF_SIZE_NAMES,
  PAGES_OF_LEAF,
  physicalOf,
  type Pfn,
} from '../../machine/core/addresses';
import type { Inspector } from '../../machine/paging/inspector';
import { byteSize, grouped } from '../numbers';

export interface MappingRow {
  start: bigint;
  /** First address behind the run of pages. */
  end: bigint;
  physical: number;
  pages: number;
  pageSize: (typeof LEAF_SIZE_NAMES)[number];
  /** Rights combined over the path: `rwx`, and `u` for user pages. */
  rights: string;
  /** Flags of the leaf entry. */
  flags: string;
  /** How many paths through the tables lead here: the row is the first. */
  paths: number;
}

export interface Mappings {
  /** Of the process, or of the root. */
  name: string;
  root: number;
  rows: MappingRow[];
}

/** A table that is shared by several entries is listed once, at the first. */
export function mappingsOf(inspector: Inspector, name: string, root: Pfn, options: { leaves: boolean }): Mappings {
  const runs = [...inspector.mappings(root, { coalesce: !options.leaves, shared: 'once' })];
  const rows = runs.map(({ vpn, pages, pfn, pageSize, write, user, exec, flags, paths }): MappingRow => ({
    start: addressOf(vpn),
    end: addressOf(addPages(vpn, pages)),
    physical: physicalOf(pfn),
    pages: pages / PAGES_OF_LEAF[pageSize],
    pageSize: LEAF_SIZE_NAMES[pageSize],
    rights: `r${write ? 'w' : '-'}${exec ? 'x' : '-'}${user ? 'u' : '-'}`,
    flags,
    paths,
  }));
  return { name, root: physicalOf(inspector.rootTable(root).table), rows };
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

export function mappingsText({ name, root, rows }: Mappings): string {
  const pages = rows.reduce((sum, row) => sum + Number(row.end - row.start), 0);
  const lines = rows.map((row) =>
    [
      `${formatAddress(row.start)} .. ${formatAddress(row.end)}`,
      `${grouped(row.pages)} x ${row.pageSize}`.padStart(9),
      row.rights,
      `→ ${hex(row.physical)}`.padEnd(14),
      `[${row.flags}]${row.paths > 1 ? `  also at ${grouped(row.paths - 1)} other places` : ''}`,
    ].join('  '),
  );
  const head = `${name}: root table at ${hex(root)}, ${byteSize(pages)} mapped`;
  return [head, ...lines].join('\n') + '\n';
}

export const mappingsData = (mappings: Mappings): object => ({
  root: hex(mappings.root),
  mappings: mappings.rows.map(({ start, end, physical, ...rest }) => ({
    start: hex(start),
    end: hex(end),
    physical: hex(physical),
    ...rest,
  })),
});

const COLUMNS = ['start', 'end', 'physical', 'pages', 'pageSize', 'rights', 'flags', 'paths'] as const;

/** No value has a comma or a quote in it: nothing needs quoting. */
export function mappingsCsv({ rows }: Mappings): string {
  const lines = rows.map((r) =>
    [hex(r.start), hex(r.end), hex(r.physical), r.pages, r.pageSize, r.rights, r.flags, r.paths].join(','),
  );
  return [COLUMNS.join(','), ...lines].join('\n') + '\n';
}
