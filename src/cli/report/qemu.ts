/**
 * Mappings in the words of QEMU's monitor, byte for byte, so that the two can be compared (target/i386/monitor.c).
 *
 * The monitor goes every path through the tables, looks at no reserved bit, and shows in `info tlb` the flags of the
 * leaf alone, in `info mem` the rights combined over the path.
 */
import { addressOf, asVpn, PAGES_OF_LEAF, type Pfn } from '../../machine/core/addresses';
import { extendPage, type PagingFormat } from '../../machine/paging/format';
import type { Inspector, LeafNode } from '../../machine/paging/inspector';

/** Flag places of `info tlb`, left to right; the bit that sets each. */
const FLAGS: readonly [name: string, bit: bigint][] = [
  ['X', 63n],
  ['G', 8n],
  ['P', 7n],
  ['D', 6n],
  ['A', 5n],
  ['C', 4n],
  ['T', 3n],
  ['U', 2n],
  ['W', 1n],
];
const PS = 1n << 7n;
/** The monitor prints physical addresses up to bit 49. */
const PRINTED_FRAME = 0x3_ffff_ffff_f000n;

const digits = (n: bigint): string => n.toString(16).padStart(16, '0');

/** More lines than this are more text than can be held: tables that point to themselves have so many paths. */
export const MOST_LINES = 5_000_000;

export const countLines = (inspector: Inspector, root: Pfn): number =>
  inspector.census(root, { ignoreReserved: true }).leaves.reduce((sum, n) => sum + n, 0);

const every = (inspector: Inspector, root: Pfn): Iterable<LeafNode> =>
  inspector.leaves(root, { shared: 'each', ignoreReserved: true });

/** `info tlb`: a line for each leaf on each path. */
export function infoTlb(inspector: Inspector, root: Pfn): string {
  const lines: string[] = [];
  for (const { vpn, entry } of every(inspector, root)) {
    // Bit 7 of a page's entry is PAT; the monitor clears it.
    const raw = entry.pageSize === 0 ? entry.raw & ~PS : entry.raw;
    const flags = FLAGS.map(([name, bit]) => ((raw >> bit) & 1n ? name : '-')).join('');
    lines.push(`${digits(addressOf(vpn))}: ${digits(physicalOf(entry))} ${flags}\n`);
  }
  return lines.join('');
}

function physicalOf({ frame, pageSize }: LeafNode['entry']): bigint {
  const aligned = frame - (frame % PAGES_OF_LEAF[pageSize]);
  return (BigInt(aligned) << 12n) & PRINTED_FRAME;
}

/** `info mem`: neighbours with equal rights are one line. Addresses are compared before they are sign-extended. */
export function infoMem(inspector: Inspector, root: Pfn): string {
  const { format } = inspector;
  const lines: string[] = [];
  let run: { start: number; end: number; rights: string } | undefined;
  const flush = (): void => {
    if (run === undefined) return;
    const place = [run.start, run.end].map((page) => digits(extended(page, format))).join('-');
    lines.push(`${place} ${digits(extended(run.end - run.start, format))} ${run.rights}\n`);
  };
  for (const { vpn, pages, user, write } of every(inspector, root)) {
    const start = vpn % 2 ** (format.addressBits - 12);
    const rights = `${user ? 'u' : '-'}r${write ? 'w' : '-'}`;
    if (run !== undefined && run.end === start && run.rights === rights) run.end = start + pages;
    else {
      flush();
      run = { start, end: start + pages, rights };
    }
  }
  flush();
  return lines.join('');
}

const extended = (page: number, format: PagingFormat): bigint => addressOf(extendPage(asVpn(page), format));
