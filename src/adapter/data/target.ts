/**
 * Data that can be watched, and its name over the wire.
 *
 * A data id is canonical: the same data has the same id in every session of the same program, because the machine is
 * deterministic. So breakpoints on it may be kept. `entry:pa:0x102008` is a table entry (`entry:pa:0x102004+4` one of 32-bit
 * paging), `pa:0x102008+8` physical bytes,
 * `va:1:0x555555400000+4096` bytes of process 1, `reg:cr3` a register; `@hardware` behind it names a mode.
 */
import type { WatchedRegister } from '../../machine/core/watch';
import type { PagingFormat } from '../../machine/paging/format';

export type DataTarget = PhysicalTarget | VirtualTarget | RegisterTarget;

export interface PhysicalTarget {
  kind: 'physical';
  start: number;
  bytes: number;
  /** True of one table entry. */
  entry: boolean;
}
export interface VirtualTarget {
  kind: 'virtual';
  /** Process whose memory it is; absent: of whichever runs. */
  pid?: number;
  start: bigint;
  bytes: bigint;
}
export interface RegisterTarget {
  kind: 'register';
  name: WatchedRegister;
}

export type DataAccess = 'read' | 'write' | 'readWrite';

/** Whose use of the data counts. DAP knows read and write alone: these are breakpoint modes. */
export type DataMode = 'any' | 'hardware' | 'kernel' | 'exec';

export const DATA_MODES: readonly { mode: DataMode; label: string; description: string }[] = [
  { mode: 'any', label: 'By Anyone', description: 'The program, the kernel, the hardware, or a set statement.' },
  { mode: 'hardware', label: 'By the Hardware', description: 'The page walker: it reads entries, and sets A and D.' },
  { mode: 'kernel', label: 'By the Kernel', description: 'Kernel and EMT functions, and accesses in supervisor mode.' },
  { mode: 'exec', label: 'Execution', description: 'Instruction fetches from a virtual page.' },
];

/** What a bare address means: where a client asks for one, these are breakpoint modes, too. */
export type AddressKind = 'virtual' | 'physical' | 'entry';

export const ADDRESS_KINDS: readonly { mode: AddressKind; label: string; description: string }[] = [
  { mode: 'virtual', label: 'Virtual Address', description: 'An address of the process that runs.' },
  { mode: 'physical', label: 'Physical Address', description: 'Bytes of physical memory.' },
  { mode: 'entry', label: 'Table Entry', description: 'The table entry at a physical address.' },
];

export const isAddressKind = (text: string | undefined): text is AddressKind =>
  ADDRESS_KINDS.some((kind) => kind.mode === text);

/** Bytes of an entry, where nothing else is said; those of 32-bit paging are shorter. */
export const ENTRY_BYTES = 8;
const SHORT_ENTRY_BYTES = 4;
export const REGISTERS: readonly WatchedRegister[] = ['cr0', 'cr2', 'cr3', 'cr4', 'efer', 'pkru'];

/** `bytes`: of one entry of the scheme. */
export const entryTarget = (address: number, { entryBytes }: PagingFormat): PhysicalTarget => ({
  kind: 'physical',
  start: address,
  bytes: entryBytes,
  entry: true,
});

const hex = (n: number | bigint): string => '0x' + n.toString(16);

export function dataIdOf(target: DataTarget, mode: DataMode = 'any'): string {
  const suffix = mode === 'any' ? '' : `@${mode}`;
  switch (target.kind) {
    case 'physical':
      return physicalId(target) + suffix;
    case 'virtual':
      return `va:${target.pid === undefined ? '' : `${target.pid}:`}${hex(target.start)}+${target.bytes}${suffix}`;
    case 'register':
      return `reg:${target.name}${suffix}`;
  }
}

function physicalId({ start, bytes, entry }: PhysicalTarget): string {
  const size = entry && bytes === ENTRY_BYTES ? '' : `+${bytes}`;
  return `${entry ? 'entry:' : ''}pa:${hex(start)}${size}`;
}

const NUMBER = String.raw`0x[0-9a-f_]+|\d+`;
const PHYSICAL = new RegExp(`^(entry:)?pa:(${NUMBER})(?:\\+(${NUMBER}))?$`, 'i');
const VIRTUAL = new RegExp(`^va:(?:(\\d+):)?(${NUMBER})(?:\\+(${NUMBER}))?$`, 'i');
const MODE = /@(\w+)$/;

export const isDataMode = (text: string | undefined): text is DataMode => DATA_MODES.some((m) => m.mode === text);

/** `undefined` if the text is no data id. */
export function parseDataId(text: string): { target: DataTarget; mode: DataMode } | undefined {
  const mode = MODE.exec(text)?.[1] ?? 'any';
  const target = parseTarget(text.replace(MODE, '').trim());
  return target === undefined || !isDataMode(mode) ? undefined : { target, mode };
}

const numeral = (text: string): bigint => BigInt(text.replaceAll('_', ''));

function parseTarget(text: string): DataTarget | undefined {
  const physical = PHYSICAL.exec(text);
  if (physical) {
    const [, entry, start, bytes = String(ENTRY_BYTES)] = physical;
    const from = numeral(start);
    const size = numeral(bytes);
    if (from + size > BigInt(Number.MAX_SAFE_INTEGER) || size === 0n) return undefined;
    const isSize = size === BigInt(ENTRY_BYTES) || size === BigInt(SHORT_ENTRY_BYTES);
    if (entry !== undefined && (!isSize || from % size !== 0n)) return undefined;
    return { kind: 'physical', start: Number(from), bytes: Number(size), entry: entry !== undefined };
  }
  const virtual = VIRTUAL.exec(text);
  if (virtual) {
    const [, pid, start, bytes = '1'] = virtual;
    const from = numeral(start);
    const size = numeral(bytes);
    if (from + size > 1n << 64n || size === 0n) return undefined;
    return { kind: 'virtual', pid: pid === undefined ? undefined : Number(pid), start: from, bytes: size };
  }
  const name = REGISTERS.find((r) => text.toLowerCase() === `reg:${r}`);
  return name && { kind: 'register', name };
}
