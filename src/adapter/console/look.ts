/** Commands that look at page tables: of a run and of a snapshot alike. */
import {
  addPages,
  formatPhysical,
  formatVirtual,
  LEAF_SIZE_NAMES,
  offsetOfAddress,
  type Pfn,
  physicalOf,
  type Vpn,
  vpnOfAddress,
} from '../../machine/core/addresses';
import { formatEntry } from '../../machine/paging/format';
import { type EntryNode, type HostWalkNode, pageBelow, readsOf, type WalkNode } from '../../machine/paging/inspector';
import type { Subject } from '../../scenario/run/subject';
import { fieldsOf } from '../../timeline/walkListing';
import { badExpression } from '../errors';
import { formatAddress } from '../../machine/core/addresses';
import type { LookCommand } from './command';
import { addressNamed, evaluateText } from './evaluate';
import { columns, type Style } from './style';

const MAX_LINES = 200;

export function needsProcess({ machine }: Subject): void {
  if (machine.space === undefined)
    throw badExpression(
      'There is no process yet, so there are no page tables: step over its `process` statement first.',
    );
}

const walked = (subject: Subject, address: bigint): WalkNode =>
  subject.machine.inspector.walk(subject.machine.root, vpnOfAddress(address));

/** `0x5555_5540_1008 (heap+0x1008): PGD 170, …, offset 0x8` */
function headOf(subject: Subject, address: bigint, walk: WalkNode, style: Style): string {
  const fields = fieldsOf(subject, address, walk).map(([name, index]) => `${name} ${index}`);
  const offset = `offset 0x${offsetOfAddress(address).toString(16)}`;
  return `${style.head(subject.describeAddress(address) ?? formatAddress(address))}: ${[...fields, offset].join(', ')}`;
}

function walkLines(subject: Subject, address: bigint, style: Style): string {
  const walk = walked(subject, address);
  const { format } = subject.machine.inspector;
  const line = (s: EntryNode): string => {
    const where =
      s.register === undefined
        ? `at ${style.number(formatPhysical(s.address))}`
        : `in register ${style.name(s.register)}`;
    const place = `${style.name(`${s.levelName}[${s.index}]`)} ${where}`;
    const flags = s.flags ? ` [${style.good(s.flags)}]` : '';
    const meaning = s.present || s.leaf ? s.meaning : style.bad(s.meaning);
    return `${place} = ${style.number(formatEntry(format, s.raw))}${flags}: ${meaning}`;
  };
  const steps = walk.host === undefined ? walk.steps.map(line) : bothDimensions(walk, walk.host, line);
  return [headOf(subject, address, walk, style), ...steps, endOf(walk, address, style)].join('\n');
}

/** In a guest: the host's entries, indented, before the guest's that they lead to. */
function bothDimensions(
  { steps }: WalkNode,
  host: readonly HostWalkNode[],
  line: (entry: EntryNode) => string,
): string[] {
  const kept = steps.filter(({ register }) => register !== undefined).map(line);
  return kept.concat(
    host.flatMap((walk) => {
      const own = steps.at(walk.step);
      const found = walk.pfn === undefined ? walk.outcome : `host frame 0x${walk.pfn.toString(16)}`;
      const above = [...walk.steps.map(line), `guest frame 0x${walk.gfn.toString(16)} → ${found}`];
      return [
        ...above.map((text) => `  ${text}`),
        ...(own !== undefined && walk.outcome === 'mapped' ? [line(own)] : []),
      ];
    }),
  );
}

/** Where an address is: in a guest as the guest sees it, and as the host does. */
function physicalText(walk: WalkNode, address: bigint, style: Style): string | undefined {
  const { pfn, host } = walk;
  if (pfn === undefined) return undefined;
  const text = (frame: Pfn): string => style.good(formatPhysical(physicalOf(frame, offsetOfAddress(address))));
  if (host === undefined) return text(pfn);
  const page = pageBelow(walk)?.pfn;
  return `guest-physical ${text(pfn)}, host-physical ${page === undefined ? style.bad('none') : text(page)}`;
}

const OUTCOMES: Record<WalkNode['outcome'], string> = {
  mapped: '',
  notPresent: 'not mapped: the entry is not present',
  reserved: 'not mapped: a reserved bit is set in the entry',
  notCanonical: 'not mapped: the address is not canonical',
};

function endOf(walk: WalkNode, address: bigint, style: Style): string {
  const { pfn, host = [], pageSize = 0, outcome, write, exec, user } = walk;
  const physical = physicalText(walk, address, style);
  if (pfn === undefined || physical === undefined) return style.bad(OUTCOMES[outcome]);
  const rights = `r${write ? 'w' : '-'}${exec ? 'x' : '-'} ${user ? 'user' : 'supervisor'}`;
  const references = host.reduce((sum, each) => sum + each.steps.length, readsOf(walk));
  const count = references === 1 ? '1 reference' : `${references} references`;
  const frame = `${host.length > 0 ? 'guest frame' : 'frame'} 0x${pfn.toString(16)}`;
  return `${physical}, ${LEAF_SIZE_NAMES[pageSize]} page, ${rights}, ${count}; ${frame}`;
}

/** First and last page of what is asked for; all of the address space without an argument. */
function pagesNamed(subject: Subject, argument: string): { first: Vpn; end: Vpn } | undefined {
  if (argument === '') return undefined;
  const value = evaluateText(subject, argument);
  if (typeof value === 'object' && (value.type === 'range' || value.type === 'region'))
    return { first: vpnOfAddress(value.start), end: addPages(vpnOfAddress(value.end - 1n), 1) };
  const first = vpnOfAddress(addressNamed(subject, argument, 'tables [RANGE]'));
  return { first, end: addPages(first, 1) };
}

function tableLines(subject: Subject, argument: string, style: Style): string {
  const { inspector, root } = subject.machine;
  const wanted = pagesNamed(subject, argument);
  const rows: string[][] = [];
  for (const m of inspector.mappings(root, { coalesce: true, shared: 'once' })) {
    if (wanted && (addPages(m.vpn, m.pages) <= wanted.first || m.vpn >= wanted.end)) continue;
    if (rows.length === MAX_LINES) {
      rows.push([style.quiet(`… and more: 'tables RANGE' shows a part, e.g. tables 0 .. ${formatVirtual(m.vpn)}`)]);
      break;
    }
    rows.push([
      `${style.number(formatVirtual(m.vpn))} .. ${style.number(formatVirtual(addPages(m.vpn, m.pages)))}`,
      `→ ${style.number(formatPhysical(physicalOf(m.pfn)))}`,
      LEAF_SIZE_NAMES[m.pageSize],
      style.good(m.flags),
      nameOf(subject, m.vpn),
    ]);
  }
  if (rows.length > 0) return columns(rows).join('\n');
  return wanted ? `nothing is mapped in ${argument}` : 'nothing is mapped';
}

/** `heap+0x0`, of a page. */
function nameOf(subject: Subject, vpn: Vpn): string {
  const described = subject.describeAddress(BigInt(vpn) << 12n) ?? '';
  return /\(([^)]*)\)$/.exec(described)?.[1] ?? '';
}

export const LOOK_COMMANDS: readonly LookCommand[] = [
  {
    name: 'walk',
    usage: 'walk ADDRESS',
    summary: 'the walk of an address, read from memory without side effects',
    details:
      'One line an entry: where it is, what it holds, its flags, and what it means. No TLB and no walk cache is asked.',
    takes: 'address',
    run(subject, argument, style) {
      needsProcess(subject);
      return walkLines(subject, addressNamed(subject, argument, 'walk ADDRESS'), style);
    },
  },
  {
    name: 'vtop',
    usage: 'vtop ADDRESS',
    summary: 'the physical address of a virtual one',
    takes: 'address',
    run(subject, argument, style) {
      needsProcess(subject);
      const address = addressNamed(subject, argument, 'vtop ADDRESS');
      const walk = walked(subject, address);
      const physical = physicalText(walk, address, style);
      if (physical !== undefined) return physical;
      const last = walk.steps.at(-1);
      const where = last === undefined ? '' : ` (${last.levelName}[${last.index}] at ${formatPhysical(last.address)})`;
      return style.bad(`${OUTCOMES[walk.outcome]}${where}`);
    },
  },
  {
    name: 'tables',
    usage: 'tables [RANGE]',
    summary: 'what the page tables map, equal neighbours in one line',
    details: 'RANGE is a region, an address, or A .. B; without one, the whole address space.',
    takes: 'address',
    run(subject, argument, style) {
      needsProcess(subject);
      return tableLines(subject, argument, style);
    },
  },
];
