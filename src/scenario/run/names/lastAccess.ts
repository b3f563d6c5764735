/** `access`, `fault` and `faults`: the access that was made last, or is about to be made, and what became of it. */
import { addressOf, asPfn, asVpn, formatAddress, formatVirtual, physicalOf } from '../../../machine/core/addresses';
import { Last, type Machine } from '../../../machine/machine';
import { ERROR_BITS } from '../../../machine/mmu/rights';
import { statistics } from '../../../machine/statistics';
import type { ServedFault, TickFacts } from '../tickFacts';
import { NONE, symbol, type Value } from '../values';
import { hex, member } from './member';

/** `walk`: what was walked so far, where the machine has not added it up yet. */
export function lastAccess(machine: Machine, walk?: TickFacts['walk']): Value {
  const { last, kernel } = machine;
  if (last[Last.Kind] < 0) return NONE;
  const kind = ['read', 'write', 'exec'][last[Last.Kind]];
  const va = addressOf(asVpn(last[Last.Vpn]), last[Last.Offset]);
  return {
    type: 'object',
    text: `${kind} ${formatVirtual(asVpn(last[Last.Vpn]), last[Last.Offset])}, ${last[Last.Size]} bytes`,
    number: va,
    members: [
      member('va', () => va, 'address'),
      member('kind', () => symbol(kind)),
      member('size', () => BigInt(last[Last.Size])),
      member('cpu', () => BigInt(last[Last.Cpu])),
      member('pid', () => BigInt(kernel.current?.pid ?? 0)),
      member('index', () => BigInt(statistics(machine).accesses.total)),
      member('walk', () => (walk === undefined ? lastWalk(machine) : walkMembers(walk))),
      member(
        'pa',
        () => (last[Last.Pfn] < 0 ? NONE : BigInt(physicalOf(asPfn(last[Last.Pfn])) + last[Last.Offset])),
        'address',
      ),
    ],
  };
}

/** An access that has not been made: it has no walk and no physical address yet. */
export function pendingAccess(machine: Machine, kind: string, va: bigint, sizeBytes: number): Value {
  const pid = BigInt(machine.kernel.current?.pid ?? 0);
  return {
    type: 'object',
    text: `${kind} ${formatAddress(va)}, ${sizeBytes} bytes`,
    number: va,
    members: [
      member('va', () => va, 'address'),
      member('kind', () => symbol(kind)),
      member('size', () => BigInt(sizeBytes), 'count'),
      member('cpu', () => BigInt(machine.cpu), 'count'),
      member('pid', () => pid, 'count'),
      member('index', () => BigInt(statistics(machine).accesses.total), 'count'),
      member('walk', () => NONE),
      member('pa', () => NONE),
    ],
  };
}

function lastWalk(machine: Machine): Value {
  const { last } = machine;
  if (last[Last.Walks] === 0) return NONE;
  return walkMembers({
    references: last[Last.WalkReferences],
    cycles: last[Last.WalkCycles],
    count: last[Last.Walks],
  });
}

function walkMembers(walk: NonNullable<TickFacts['walk']>): Value {
  const refs = BigInt(walk.references);
  const cycles = BigInt(Math.round(walk.cycles));
  return {
    type: 'object',
    text: `${refs} ${refs === 1n ? 'reference' : 'references'}, ${cycles} cycles`,
    members: [
      member('refs', () => refs, 'count'),
      member('cycles', () => cycles, 'count'),
      member('count', () => BigInt(walk.count)),
    ],
  };
}

export function faultObject(machine: Machine, n: number): Value {
  const fault = machine.faultRecord(n);
  return fault === undefined ? NONE : faultValue(fault);
}

export function faultValue({ kind, signal, address, errorCode }: ServedFault): Value {
  const code = BigInt(errorCode);
  return {
    type: 'object',
    text: `${signal ?? kind ?? 'undecided'}, error code ${hex(code)} (${errorNames(Number(code))}), ${formatAddress(address)}`,
    symbols: [kind, signal].filter((name) => name !== undefined),
    members: [
      member('kind', () => symbol(signal ?? kind ?? 'none')),
      member('code', () => code, 'hex'),
      member('address', () => address, 'address'),
    ],
  };
}

export function faultList(machine: Machine): Value {
  const count = machine.faultCount;
  const members = Array.from({ length: count }, (_, i) => member(`${i}`, () => faultObject(machine, i)));
  return { type: 'object', text: `${count} faults`, members: [...members, member('count', () => BigInt(count))] };
}

/** `P W U`, the names of the bits that are set. */
export function errorNames(code: number): string {
  return (
    ERROR_BITS.filter((b) => code & b.bit)
      .map((b) => b.name)
      .join(' ') || 'not present, read, supervisor'
  );
}
