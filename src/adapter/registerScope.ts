/** The registers that translation depends on, and the bits of each that the model knows. A bit is changed like a value. */
import { formatAddress, PAGE_BYTES } from '../machine/core/addresses';
import { formatEntry, rootRegister } from '../machine/paging/format';
import { rawOf } from '../machine/paging/x86/entry';
import type { ScopeContext } from './scopes';
import { dataIdOf } from './data/target';
import type { WatchedRegister } from '../machine/core/watch';
import { physicalReference } from './memory';
import { fixed, row, type VariableNode } from './variables';

interface Field {
  name: string;
  low: number;
  bits: number;
  meaning: string;
}

const bit = (name: string, low: number, meaning: string): Field => ({ name, low, bits: 1, meaning });

/** Intel SDM vol. 3A §2.5, §2.2.1 and §4.6.2. */
const FIELDS: Readonly<Record<WatchedRegister, readonly Field[]>> = {
  cr0: [
    bit('PE', 0, 'protected mode'),
    bit('WP', 16, 'supervisor writes need the entry to be writable'),
    bit('PG', 31, 'paging'),
  ],
  cr2: [],
  cr3: [
    { name: 'PCID', low: 0, bits: 12, meaning: 'tag of TLB entries, with CR4.PCIDE' },
    { name: 'table', low: 12, bits: 40, meaning: 'frame of the root table' },
  ],
  cr4: [
    bit('PSE', 4, 'pages of 4 MiB in 32-bit paging'),
    bit('PAE', 5, 'entries of 64 bits'),
    bit('PGE', 7, 'global pages'),
    bit('LA57', 12, 'five levels'),
    bit('PCIDE', 17, 'tagged TLB entries'),
    bit('SMEP', 20, 'the kernel executes no user pages'),
    bit('SMAP', 21, 'the kernel touches no user pages'),
    bit('PKE', 22, 'protection keys'),
  ],
  efer: [
    bit('LME', 8, 'long mode wanted'),
    bit('LMA', 10, 'long mode active'),
    bit('NXE', 11, 'entries can forbid execution; else their bit 63 is reserved'),
  ],
  pkru: Array.from({ length: 16 }, (_, key) => [
    bit(`AD${key}`, 2 * key, `no access with key ${key}`),
    bit(`WD${key}`, 2 * key + 1, `no write with key ${key}`),
  ]).flat(),
};

export function registerRows(context: ScopeContext): VariableNode[] {
  return [
    ...(Object.keys(FIELDS) as WatchedRegister[]).map((name) => registerRow(context, name)),
    ...keptRows(context),
  ];
}

/** PAE: the root's entries as the CPU has them since it was loaded with CR3. */
function keptRows({ run }: ScopeContext): VariableNode[] {
  const { mmu, inspector, root } = run.machine;
  const { keptRoot } = mmu.walker;
  return Array.from({ length: keptRoot?.count ?? 0 }, (_, index) => {
    const { low, high } = keptRoot!.entry(index);
    const raw = rawOf(low, high);
    const { present, meaning, frame } = inspector.decode(raw, root, 0, index);
    const changed = inspector.entry(root, 0, index).raw !== raw;
    return row(rootRegister(inspector.format, index), formatEntry(inspector.format, raw), {
      type: meaning + (changed ? '; memory has another entry, which the next load of CR3 takes' : ''),
      memoryReference: present ? physicalReference(frame * PAGE_BYTES) : undefined,
    });
  });
}

function registerRow({ run, rows }: ScopeContext, name: WatchedRegister): VariableNode {
  const value = run.environment.name(name) as bigint;
  return row(name.toUpperCase(), formatAddress(value), {
    type: summary(name, value),
    evaluateName: name,
    dataId: dataIdOf({ kind: 'register', name }),
    assign: (text) => rows.assign(name, text),
    memoryReference: name === 'cr3' ? physicalReference(value & ~0xfffn & ((1n << 52n) - 1n)) : undefined,
    children:
      FIELDS[name].length === 0
        ? undefined
        : fixed(() => FIELDS[name].map((field) => fieldRow(rows, name, value, field))),
  });
}

/** The bits that are set, by name. */
const summary = (name: WatchedRegister, value: bigint): string =>
  FIELDS[name]
    .filter(({ low, bits }) => bits === 1 && ((value >> BigInt(low)) & 1n) === 1n)
    .map((field) => field.name)
    .join(' ');

function fieldRow(rows: ScopeContext['rows'], register: string, value: bigint, field: Field): VariableNode {
  const { name, low, bits, meaning } = field;
  const mask = (1n << BigInt(bits)) - 1n;
  const now = (value >> BigInt(low)) & mask;
  const rest = formatAddress(value & ~(mask << BigInt(low)));
  return row(`${name} (${bits === 1 ? low : `${low + bits - 1}:${low}`})`, bits === 1 ? `${now}` : formatAddress(now), {
    type: meaning,
    kind: 'property',
    evaluateName: `(${register} >> ${low}) & ${formatAddress(mask)}`,
    // What does not fit in the field must not reach its neighbours.
    assign: (text) => rows.assign(register, `${rest} | (((${text}) & ${formatAddress(mask)}) << ${low})`),
  });
}
