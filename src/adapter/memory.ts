/**
 * Memory references: `pa:0x1a2000` is physical memory, `va:1:0x5555…` the memory of process 1. They name an address and
 * nothing else, so the same memory has the same reference for the whole session and an open hex view stays right.
 */
import { PAGE_BYTES, physicalOf, vpnOfAddress } from '../machine/core/addresses';
import type { AddressSpaces } from '../machine/paging/spaces';
import { badReference } from './errors';

export interface MemoryPlace {
  space: 'physical' | 'virtual';
  pid: number;
  address: bigint;
}

export const physicalReference = (address: number | bigint): string => `pa:0x${address.toString(16)}`;
export const virtualReference = (pid: number, address: bigint): string => `va:${pid}:0x${address.toString(16)}`;

/** Also takes a bare number, as the "open memory at" box of clients sends it: a physical address. */
export function parseReference(reference: string): MemoryPlace {
  const physical = /^(?:pa:)?(0x[0-9a-f_]+|\d+)$/i.exec(reference.trim());
  if (physical) return { space: 'physical', pid: 0, address: BigInt(physical[1].replaceAll('_', '')) };
  const virtual = /^va:(\d+):(0x[0-9a-f_]+)$/i.exec(reference.trim());
  if (virtual) return { space: 'virtual', pid: Number(virtual[1]), address: BigInt(virtual[2].replaceAll('_', '')) };
  throw badReference(`'${reference}' is no memory reference; write pa:0x1000 for a physical address.`);
}

export interface ReadResult {
  address: string;
  bytes: Uint8Array;
  unreadable: number;
}

const MAX_READ = 1 << 20;

export function readMemory(machine: AddressSpaces, reference: string, offset: number, count: number): ReadResult {
  const place = parseReference(reference);
  const start = place.address + BigInt(offset);
  const wanted = Math.max(0, Math.min(count, MAX_READ));
  const address = '0x' + (start < 0n ? 0n : start).toString(16);
  if (start < 0n) return { address, bytes: new Uint8Array(0), unreadable: wanted };
  const parts: Uint8Array[] = [];
  let got = 0;
  while (got < wanted) {
    const at = physicalAt(machine, place, start + BigInt(got));
    if (at === undefined) break;
    const inPage = PAGE_BYTES - Number((start + BigInt(got)) % BigInt(PAGE_BYTES));
    const bytes = machine.memory.readBytes(at, Math.min(inPage, wanted - got));
    if (bytes.length === 0) break;
    parts.push(bytes);
    got += bytes.length;
  }
  const bytes = new Uint8Array(got);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { address, bytes, unreadable: wanted - got };
}

/** Physical address of a byte, or `undefined` where there is no memory or nothing is mapped. */
export function physicalAt(machine: AddressSpaces, place: MemoryPlace, address: bigint): number | undefined {
  const { memory } = machine;
  const there = (at: number): number | undefined => (memory.holds(at) ? at : undefined);
  if (place.space === 'physical') return address < BigInt(memory.sizeBytes) ? there(Number(address)) : undefined;
  const space = machine.spaces.find(({ id }) => id === place.pid);
  if (space === undefined || address >= 1n << 64n) return undefined;
  const walk = machine.inspector.walk(space.root, vpnOfAddress(address));
  return walk.pfn === undefined ? undefined : there(physicalOf(walk.pfn, Number(address % BigInt(PAGE_BYTES))));
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text);
}
