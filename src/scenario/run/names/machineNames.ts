/**
 * What the names of the expression language mean on a machine: one row a name here, one file a noun beside it.
 * Everything is read when asked for, from the machine as it stands, and changes nothing; only a member's `set` writes, as
 * a person or a `set` statement asks.
 */
import { type Vpn, vpnOfAddress } from '../../../machine/core/addresses';
import { FAULT_KINDS, SIGNALS } from '../../../machine/kernel/faults/verdict';
import type { Machine } from '../../../machine/machine';
import { LEVELS } from '../../language/statsPaths';
import type { TickFacts } from '../tickFacts';
import { NONE, numberOf, symbol, type Value } from '../values';
import { iteratorObject, mmObject, vmaObject } from './areas';
import { eptEntry } from './nested';
import { tlbObject, walkCacheObject } from './caches';
import { ecptObject, ecptWay } from './ecpt';
import { entryAt } from './entries';
import { faultList, faultObject, faultValue, lastAccess, pendingAccess } from './lastAccess';
import { readPhysical, setPhysical } from './physical';
import { registerValue, setRegister } from './registers';
import { statisticsValue } from './statistics';
import { tobjObject, walkObject } from './walks';

/** Names that are values: kinds of faults, of accesses, signals. */
const SYMBOLS = new Set<string>([
  'none',
  ...FAULT_KINDS,
  ...SIGNALS,
  'read',
  'write',
  'exec',
  'mapped',
  'notPresent',
  'reserved',
  'notCanonical',
]);

const VALUES: ReadonlyMap<string, (machine: Machine) => Value> = new Map<string, (machine: Machine) => Value>([
  ['access', (machine) => lastAccess(machine)],
  ['fault', (machine) => faultObject(machine, 0)],
  ['faults', faultList],
  ['stats', statisticsValue],
  ['mm', mmObject],
  ['iter', iteratorObject],
  ['ecpt', ecptObject],
]);

/** Functions of an address in the current process; without one there is nothing to look at. */
const OF_ADDRESS: ReadonlyMap<string, (machine: Machine, vpn: Vpn) => Value> = new Map([
  ['walk', walkObject],
  ['tobj', tobjObject],
  ['tlb', tlbObject],
  ['pwc', walkCacheObject],
  ['cwc', walkCacheObject],
  ['vma', vmaObject],
]);

/** Functions of a physical address. */
const OF_PHYSICAL: ReadonlyMap<string, (machine: Machine, address: bigint) => Value | string> = new Map<
  string,
  (machine: Machine, address: bigint) => Value | string
>([
  ['phys', readPhysical],
  ['ept', eptEntry],
]);

/** Functions that are called after a level of some scheme. */
export const LEVEL_FUNCTIONS: ReadonlySet<string> = new Set(LEVELS.map((level) => level.toLowerCase()));

export class MachineNames {
  /** Inside a tick of which the events are known: what they say of this moment. Host-side, no state. */
  facts: TickFacts | undefined;

  constructor(private readonly machine: Machine) {}

  name(name: string): Value | undefined {
    const value = this.#fromFacts(name) ?? VALUES.get(name)?.(this.machine) ?? registerValue(this.machine, name);
    return value ?? (SYMBOLS.has(name) ? symbol(name) : undefined);
  }

  #fromFacts(name: string): Value | undefined {
    if (name === 'fault' && this.facts?.fault !== undefined) return faultValue(this.facts.fault);
    if (name === 'access' && this.facts?.walk !== undefined) return lastAccess(this.machine, this.facts.walk);
    return undefined;
  }

  /** `undefined`: there is no such function. A string: why it has no value here. */
  call(name: string, args: readonly Value[]): Value | string | undefined {
    if (name === 'ecpt.way' || name === 'ecpt.kernelWay') return ecptWay(this.machine, name, args);
    const level = this.#levelNamed(name);
    const ofAddress = OF_ADDRESS.get(name);
    const ofPhysical = OF_PHYSICAL.get(name);
    if (level === undefined && ofAddress === undefined && ofPhysical === undefined) return undefined;
    const n = args.length === 1 ? numberOf(args[0]) : undefined;
    if (n === undefined) return `${name}() takes one address`;
    if (ofPhysical !== undefined) return ofPhysical(this.machine, n);
    const vpn = vpnOfAddress(n);
    if (level !== undefined) return level === '' ? NONE : entryAt(this.machine, vpn, level);
    return this.machine.kernel.current === undefined ? NONE : ofAddress?.(this.machine, vpn);
  }

  /** Which level of the scheme a function is called after; '' for one that this scheme does not have. */
  #levelNamed(name: string): string | undefined {
    const level = this.machine.scheme.format.levels.find((l) => l.name.toLowerCase() === name);
    return level?.name ?? (LEVEL_FUNCTIONS.has(name) ? '' : undefined);
  }

  /** An access that has not been made: it has no walk and no physical address yet. */
  pendingAccess(kind: string, va: bigint, sizeBytes: number): Value {
    return pendingAccess(this.machine, kind, va, sizeBytes);
  }

  /** Changes a register. A sentence if it cannot be. */
  setRegister(name: string, value: bigint): string | undefined {
    return setRegister(this.machine, name, value);
  }

  /** Writes a 64-bit word of physical memory, as `set phys(P) = V`. A sentence if it cannot be. */
  setPhysical(address: bigint, value: bigint): string | undefined {
    return setPhysical(this.machine, address, value);
  }
}
