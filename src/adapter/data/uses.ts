/**
 * Which events use watched data: the exact question, of which the machine's signals in a fast run are the coarse form.
 *
 * Physical data is used by the walker that reads entries and sets A and D, by the kernel that writes them, by `set`, and
 * by whoever takes or returns the frame. What programs read and write is watched by virtual address, byte by byte: an
 * access that crosses a page boundary uses each page for the bytes that lie in it. A retry after a fault is the same access.
 */
import { addressOf, PAGE_BYTES, vpnOfAddress, wrapPage } from '../../machine/core/addresses';
import type { MachineEvent, TranslateEvent } from '../../machine/core/events';
import type { Watch } from '../../machine/core/watch';
import { entryAddressIn, type PagingFormat } from '../../machine/paging/format';
import type { Run } from '../../scenario/run/run';
import { changedWords } from './clusters';
import {
  type DataAccess,
  type DataMode,
  type DataTarget,
  type PhysicalTarget,
  type RegisterTarget,
  type VirtualTarget,
} from './target';

interface Use {
  access: 'read' | 'write' | 'exec';
  by: 'hardware' | 'kernel' | 'program' | 'statement';
}

/** Indices of the events that a breakpoint on the data is about, ascending. */
export function usesOf(
  target: DataTarget,
  access: DataAccess,
  mode: DataMode,
  events: readonly MachineEvent[],
  run: Run,
): number[] {
  const found: number[] = [];
  for (let i = 0; i < events.length; i++) {
    const use = useAt(target, events, i, run);
    if (use !== undefined && fitsAccess(use, access, mode) && fitsMode(use, mode)) found.push(i);
  }
  return found;
}

function fitsAccess(use: Use, access: DataAccess, mode: DataMode): boolean {
  // What is executed is neither read nor written: any access at all, or the mode that asks for it.
  if (use.access === 'exec') return mode === 'exec' || access === 'readWrite';
  return access === 'readWrite' || use.access === access;
}

function fitsMode(use: Use, mode: DataMode): boolean {
  if (mode === 'any') return true;
  return mode === 'exec' ? use.access === 'exec' : use.by === mode;
}

function useAt(target: DataTarget, events: readonly MachineEvent[], index: number, run: Run): Use | undefined {
  switch (target.kind) {
    case 'physical':
      return physicalUse(target, events[index], run.machine.scheme.format);
    case 'virtual':
      return virtualUse(target, events, index, run);
    case 'register':
      return registerUse(target, events[index]);
  }
}

function physicalUse({ start, bytes }: PhysicalTarget, event: MachineEvent, format: PagingFormat): Use | undefined {
  const meets = (from: number, size: number): boolean => from < start + bytes && from + size > start;
  // A guest's entry may be meant by either of its addresses.
  const meetsEntry = ({ table, index, host }: { table: number; index: number; host?: number }): boolean => {
    const own = entryAddressIn(format, table, index);
    const other = host === undefined ? own : host * PAGE_BYTES + (own % PAGE_BYTES);
    return meets(own, format.entryBytes) || meets(other, format.entryBytes);
  };
  const meetsHostEntry = ({ table, index }: { table: number; index: number }): boolean =>
    meets(entryAddressIn(format.host ?? format, table, index), 8);
  switch (event.kind) {
    case 'tableRead':
      return meetsEntry(event) ? { access: 'read', by: 'hardware' } : undefined;
    case 'hardwareWrite':
      return meetsEntry(event) ? { access: 'write', by: 'hardware' } : undefined;
    case 'entryWrite':
      return meetsEntry(event) ? { access: 'write', by: 'kernel' } : undefined;
    case 'hostRead':
      return meetsHostEntry(event) ? { access: 'read', by: 'hardware' } : undefined;
    case 'hostWrite':
      return meetsHostEntry(event) ? { access: 'write', by: 'hardware' } : undefined;
    case 'hostEntryWrite':
      return meetsHostEntry(event) ? { access: 'write', by: 'kernel' } : undefined;
    case 'clusterWrite':
      return changedWords(event).some((index) => meetsEntry({ table: event.table, index }))
        ? { access: 'write', by: 'kernel' }
        : undefined;
    case 'cwtWrite':
      return meets(event.address, 1) ? { access: 'write', by: 'kernel' } : undefined;
    case 'memoryWrite':
      return meets(event.address, event.sizeBytes) ? { access: 'write', by: 'statement' } : undefined;
    case 'frame':
      return event.action !== 'fail' && meets(event.pfn * PAGE_BYTES, PAGE_BYTES * 2 ** event.order)
        ? { access: 'write', by: 'kernel' }
        : undefined;
    default:
      return undefined;
  }
}

function virtualUse(target: VirtualTarget, events: readonly MachineEvent[], i: number, run: Run): Use | undefined {
  const event = events[i];
  if (event.kind !== 'translate' || event.retry) return undefined;
  if (target.pid !== undefined && target.pid !== run.machine.kernel.current?.pid) return undefined;
  const from = addressOf(event.vpn, event.offset);
  const size = BigInt(Math.min(bytesFrom(events, i), PAGE_BYTES - event.offset));
  if (from >= target.start + target.bytes || from + size <= target.start) return undefined;
  return { access: event.access, by: event.user ? 'program' : 'kernel' };
}

/** Bytes of an access from the page on whose translation an event begins. */
function bytesFrom(events: readonly MachineEvent[], index: number): number {
  const event = events[index] as TranslateEvent;
  if (event.offset !== 0) return event.sizeBytes;
  for (let i = index - 1; i >= 0; i--) {
    const before = events[i];
    if (before.kind !== 'translate' || before.retry) continue;
    const rest = bytesFrom(events, i) - (PAGE_BYTES - before.offset);
    return rest > 0 && event.vpn === wrapPage(before.vpn + 1) ? rest : event.sizeBytes;
  }
  return event.sizeBytes;
}

/** CR2 is loaded by a page fault, CR3 by the instruction that also flushes; the others only by hand. */
function registerUse({ name }: RegisterTarget, event: MachineEvent): Use | undefined {
  if (event.kind === 'registerLoad') return event.register === name ? { access: 'write', by: 'statement' } : undefined;
  if (event.kind === 'fault' && name === 'cr2' && event.vector === 'PF') return { access: 'write', by: 'hardware' };
  if (event.kind === 'flush' && name === 'cr3' && event.instruction === 'MOV to CR3')
    return { access: 'write', by: 'kernel' };
  return undefined;
}

/** Accesses by kind, as the machine's filter takes them: 1 << kind. */
const ACCESS_BITS: Record<DataAccess, number> = { read: 1, write: 2, readWrite: 7 };
const EXEC_BIT = 4;

/** What the machine has to look out for in a fast run. */
export function watchOf(target: DataTarget, access: DataAccess, mode: DataMode): Watch {
  switch (target.kind) {
    case 'physical': {
      const { start, bytes } = target;
      return { kind: 'physical', start, end: start + bytes, read: access !== 'write', write: access !== 'read' };
    }
    case 'virtual': {
      const first = vpnOfAddress(target.start);
      const last = vpnOfAddress(target.start + target.bytes - 1n);
      return { kind: 'page', first, last, accesses: mode === 'exec' ? EXEC_BIT : ACCESS_BITS[access] };
    }
    case 'register':
      return { kind: 'register', name: target.name };
  }
}
