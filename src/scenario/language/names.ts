/**
 * Names that every expression knows, as data: values and functions of the machine, and the values of enumerations.
 * Regions, processes and constants come from the scenario itself (scope.ts).
 */
import { ENUMERATIONS, titleOf, type Kind } from './kinds';

export interface ParameterRow {
  name: string;
  /** An `address` is a number that is checked for being canonical; a region means its first byte. */
  kind: 'address' | 'physical' | 'number';
}

export interface NameRow {
  name: string;
  kind: Kind;
  doc: string;
  /** Present for functions. */
  parameters?: readonly ParameterRow[];
  /** True if `set` may change it. */
  settable?: boolean;
  supported: boolean;
}

const value = (name: string, kind: Kind, doc: string): NameRow => ({ name, kind, doc, supported: true });
const register = (name: string, doc: string): NameRow => ({ ...value(name, 'number', doc), settable: true });
const ofAddress = (name: string, kind: Kind, doc: string): NameRow => ({
  ...value(name, kind, doc),
  parameters: [{ name: 'A', kind: 'address' }],
});
const ofWay = (name: string, doc: string): NameRow => ({
  ...value(name, 'ecptWay', doc),
  parameters: [
    { name: 'SIZE', kind: 'number' },
    { name: 'N', kind: 'number' },
  ],
});

const MACHINE_NAMES: readonly NameRow[] = [
  value('access', 'access', 'The current access.'),
  value('fault', 'fault', 'The first fault of the last access: compares as its kind, or `none`.'),
  value('faults', 'faults', 'All faults of the last access; there are several if it crosses a page.'),
  ofAddress('walk', 'walk', 'A walk from the root without side effects, without TLB and walk caches.'),
  ofAddress('tobj', 'tobj', 'The translation object of an address.'),
  ...['PGD', 'P4D', 'PUD', 'PMD', 'PTE'].map((level) =>
    ofAddress(level.toLowerCase(), 'entry', `The ${level} entry that the walk of an address uses.`),
  ),
  {
    ...value('phys', 'number', 'The 64-bit word at a physical address.'),
    parameters: [{ name: 'P', kind: 'physical' }],
    settable: true,
  },
  {
    ...value('ept', 'eptEntry', 'In a guest: the last entry that the host’s walk of a guest-physical address reads.'),
    parameters: [{ name: 'P', kind: 'physical' }],
  },
  ofAddress('tlb', 'tlbEntry', 'What the TLBs know of an address.'),
  ofAddress('pwc', 'walkCacheEntry', 'What the walk caches know of an address.'),
  ofAddress('cwc', 'walkCacheEntry', 'What the cuckoo-walk caches know of an address: the hints which ways to probe.'),
  ofAddress('vma', 'vma', 'The memory area that holds an address, or none.'),
  value('mm', 'mm', 'The address space of the current process.'),
  register('cr0', 'Control register 0 (WP, PG).'),
  register('cr2', 'Faulting address.'),
  register('cr3', 'Physical address of the root table.'),
  register('cr4', 'Control register 4 (PGE, SMEP, SMAP).'),
  register('efer', 'Extended feature register (NXE).'),
  register('pkru', 'Protection-key rights.'),
  value('stats', 'stats', 'The counters that the Statistics view shows.'),
  value('tick', 'number', 'Position on the tape.'),
  value('iter', 'iterator', 'The running iterator of `iterate`, or none.'),
  value('ecpt', 'ecpt', 'Cuckoo tables: what is being resized, or none with another scheme.'),
  ofWay('ecpt.way', 'A way of the current process’s cuckoo tables, or none: `ecpt.way(4KiB, 0)`.'),
  ofWay('ecpt.kernelWay', 'The same of the kernel’s own tables.'),
  value('none', 'none', 'No value: no fault, no walk.'),
];

const ENUMERATION_NAMES: readonly NameRow[] = Object.entries(ENUMERATIONS).flatMap(([kind, names]) =>
  names.map((name) => value(name, kind, `As a value: ${titleOf(kind)}.`)),
);

export const NAMES: readonly NameRow[] = [...MACHINE_NAMES, ...ENUMERATION_NAMES];

const BY_NAME: ReadonlyMap<string, NameRow> = new Map(NAMES.map((row) => [row.name, row]));

export const nameRow = (name: string): NameRow | undefined => BY_NAME.get(name);
