/** The mappings of an address space as rows, and the rows as text, JSON and CSV. */
import {
  addressOf,
  addPages,
  formatAddress,
  PAGE_SIZE_NAMES,
  PAGES_OF_SIZE,
  physicalOf,
} from '../../machine/core/addresses';
import type { Process } from '../../machine/kernel/process';
import type { Machine } from '../../machine/machine';
import { byteSize, grouped } from '../numbers';

export interface MappingRow {
  start: bigint;
  /** First address behind the run of pages. */
  end: bigint;
  physical: number;
  pages: number;
  pageSize: (typeof PAGE_SIZE_NAMES)[number];
  /** Rights combined over the path: `rwx`, and `u` for user pages. */
  rights: string;
  /** Flags of the leaf entry. */
  flags: string;
}

export interface ProcessMappings {
  name: string;
  pid: number;
  root: number;
  rows: MappingRow[];
}

export function mappingsOf(machine: Machine, process: Process, options: { leaves: boolean }): ProcessMappings {
  const { name, pid, tdb } = process;
  const runs = [...machine.inspector.mappings(tdb.root, { coalesce: !options.leaves })];
  const rows = runs.map(({ vpn, pages, pfn, pageSize, write, user, exec, flags }): MappingRow => ({
    start: addressOf(vpn),
    end: addressOf(addPages(vpn, pages)),
    physical: physicalOf(pfn),
    pages: pages / PAGES_OF_SIZE[pageSize],
    pageSize: PAGE_SIZE_NAMES[pageSize],
    rights: `r${write ? 'w' : '-'}${exec ? 'x' : '-'}${user ? 'u' : '-'}`,
    flags,
  }));
  return { name, pid, root: physicalOf(tdb.root), rows };
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

export function mappingsText({ name, root, rows }: ProcessMappings): string {
  const pages = rows.reduce((sum, row) => sum + Number(row.end - row.start), 0);
  const lines = rows.map((row) =>
    [
      `${formatAddress(row.start)} .. ${formatAddress(row.end)}`,
      `${grouped(row.pages)} x ${row.pageSize}`.padStart(9),
      row.rights,
      `→ ${hex(row.physical)}`.padEnd(14),
      `[${row.flags}]`,
    ].join('  '),
  );
  const head = `${name}: root table at ${hex(root)}, ${byteSize(pages)} mapped`;
  return [head, ...lines].join('\n') + '\n';
}

export const mappingsData = (mappings: ProcessMappings): object => ({
  process: mappings.name,
  pid: mappings.pid,
  root: hex(mappings.root),
  mappings: mappings.rows.map(({ start, end, physical, ...rest }) => ({
    start: hex(start),
    end: hex(end),
    physical: hex(physical),
    ...rest,
  })),
});

const COLUMNS = ['start', 'end', 'physical', 'pages', 'pageSize', 'rights', 'flags'] as const;

/** No value has a comma or a quote in it: nothing needs quoting. */
export function mappingsCsv({ rows }: ProcessMappings): string {
  const lines = rows.map((r) =>
    [hex(r.start), hex(r.end), hex(r.physical), r.pages, r.pageSize, r.rights, r.flags].join(','),
  );
  return [COLUMNS.join(','), ...lines].join('\n') + '\n';
}
