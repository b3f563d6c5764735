/** The address space of the current process: `vma(A)`, `mm`, and the iterator that scans it, `iter`. */
import { addressOf, formatVirtual, type Pfn, type Vpn } from '../../../machine/core/addresses';
import { residentPages } from '../../../machine/kernel/process';
import { findVma, protectionText } from '../../../machine/kernel/vma';
import type { Machine } from '../../../machine/machine';
import { NONE, region, type Value } from '../values';
import { member } from './member';

export function vmaObject(machine: Machine, vpn: Vpn): Value {
  const vma = findVma(machine.kernel.current?.vmas ?? [], vpn);
  if (vma === undefined) return NONE;
  return {
    type: 'object',
    text: `${formatVirtual(vma.start)} .. ${formatVirtual(vma.end)} ${protectionText(vma)}`,
    members: [
      member('start', () => addressOf(vma.start), 'address'),
      member('end', () => addressOf(vma.end), 'address'),
      member('size', () => BigInt(vma.end - vma.start) * 4096n),
      member('read', () => vma.read),
      member('write', () => vma.write),
      member('exec', () => vma.exec),
      member('backing', () => vma.backing),
      member('pkey', () => BigInt(vma.pkey), 'count'),
      member('huge', () => vma.huge),
      member('stack', () => vma.stack),
    ],
  };
}

export function mmObject(machine: Machine): Value {
  const process = machine.kernel.current;
  if (process === undefined) return NONE;
  return {
    type: 'object',
    text: `${process.name}: ${residentPages(process)} pages resident`,
    members: [
      member('rss', () => BigInt(residentPages(process))),
      member('anon', () => BigInt(process.rssAnon), 'count'),
      member('file', () => BigInt(process.rssFile), 'count'),
      member('swap', () => BigInt(process.swapEntries), 'count'),
      member('heap', () => region('heap', addressOf(machine.kernel.layout.brkStart), addressOf(process.brk))),
      member('tables', () => BigInt(tablesOf(machine, process.tdb.root))),
      member('vmas', () => BigInt(process.vmas.length)),
    ],
  };
}

/** The iterator of an `iterate` that is going on. */
export function iteratorObject(machine: Machine): Value {
  const { operation } = machine.kernel;
  if (operation?.kind !== 'iterate') return NONE;
  const { vpn, end, objects, lookups, steps } = operation.iterator;
  return {
    type: 'object',
    text: `at ${formatVirtual(vpn)}, ${objects} objects, ${lookups} look-ups${steps > 0 ? `, ${steps} pointer steps` : ''}`,
    members: [
      member('at', () => addressOf(vpn), 'address'),
      member('end', () => addressOf(end), 'address'),
      member('objects', () => BigInt(objects), 'count'),
      member('mapped', () => BigInt(operation.mapped), 'count'),
      member('lookups', () => BigInt(lookups), 'count'),
      member('steps', () => BigInt(steps), 'count'),
    ],
  };
}

/** Tables of a process. */
function tablesOf({ inspector }: Machine, root: Pfn): number {
  if (inspector.tables !== undefined) return inspector.tables(root).length;
  return inspector.census(root).tables.reduce((sum, count) => sum + count, 0);
}
