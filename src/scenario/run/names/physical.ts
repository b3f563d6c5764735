/** `phys(P)`: words of physical memory, read and written by hand. */
import { asPfn, PAGE_BYTES } from '../../../machine/core/addresses';
import { Signal } from '../../../machine/core/probe';
import type { Machine } from '../../../machine/machine';
import { wordAt } from '../translationValues';

/** The 64-bit word at an address. A sentence if there is none. */
export const readPhysical = ({ memory }: Machine, address: bigint): bigint | string => wordAt(memory, address);

/** Writes a 64-bit word of physical memory, as `set phys(P) = V`. A sentence if it cannot be. */
export function setPhysical(machine: Machine, address: bigint, value: bigint): string | undefined {
  const read = readPhysical(machine, address);
  if (typeof read === 'string') return read;
  poke(machine, Number(address), value);
  return undefined;
}

/** Writes a word of physical memory by hand, seen by whoever watches or records. */
export function poke(machine: Machine, address: number, value: bigint): void {
  const { memory, probe } = machine;
  const oldLow = memory.readWord(address);
  const oldHigh = memory.readWord(address + 4);
  const newLow = Number(BigInt.asIntN(32, value));
  const newHigh = Number(BigInt.asIntN(32, value >> 32n));
  memory.writeWord(address, newLow);
  memory.writeWord(address + 4, newHigh);
  signalWrite(machine, address);
  probe.recorder?.emit({ kind: 'memoryWrite', address, sizeBytes: 8, oldLow, oldHigh, newLow, newHigh });
}

/** The same of a word of 4 bytes. */
export function pokeShort(machine: Machine, address: number, value: bigint): void {
  const { memory, probe } = machine;
  const oldLow = memory.readWord(address);
  const newLow = Number(BigInt.asIntN(32, value));
  memory.writeWord(address, newLow);
  signalWrite(machine, address);
  probe.recorder?.emit({ kind: 'memoryWrite', address, sizeBytes: 4, oldLow, oldHigh: 0, newLow, newHigh: 0 });
}

function signalWrite({ probe }: Machine, address: number): void {
  if (probe.watches.physicalWrites && probe.watches.writesFrame(asPfn(Math.floor(address / PAGE_BYTES))))
    probe.signal(Signal.Watch);
}
