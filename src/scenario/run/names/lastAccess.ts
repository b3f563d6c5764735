/** `access`, `fault` and `faults`: the access that was made last, or is about to be made, and what became of it. */
import { addressOf, asPfn, asVpn, formatAddress, formatVirtual, physicalOf } from '../../../machine/core/addresses';
import { Last, type Machine } from '../../../machine/machine';
import { ERROR_BITS } from '../../../machine/mmu/rights';
import { statistics } from '../../../machine/statistics';
import { NONE, symbol, type Value } from '../values';
import { hex, member } from './member';

export function lastAccess(machine: Machine): Value {
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
      member('walk', () => lastWalk(machine)),
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
  const refs = BigInt(last[Last.WalkReferences]);
  const cycles = BigInt(Math.round(last[Last.WalkCycles]));
  return {
    type: 'object',
    text: `${refs} ${refs === 1n ? 'reference' : 'references'}, ${cycles} cycles`,
    members: [
      member('refs', () => refs, 'count'),
      member('cycles', () => cycles, 'count'),
      member('count', () => BigInt(last[Last.Walks])),
    ],
  };
}

export function faultObject(machine: Machine, n: number): Value {
  const fault = machine.faultRecord(n);
  if (fault === undefined) return NONE;
  const { kind, signal, address } = fault;
  const code = BigInt(fault.errorCode);
  return {
    type: 'object',
    text: `${signal ?? kind}, error code ${hex(code)} (${errorNames(Number(code))}), ${formatAddress(address)}`,
    symbols: signal === undefined ? [kind] : [kind, signal],
    members: [
      member('kind', () => symbol(signal ?? kind)),
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
