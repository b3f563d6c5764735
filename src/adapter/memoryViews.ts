/**
 * Memory that a client has read, and so may be showing: at every stop and after every edit it is told what of it has
 * changed, under the reference by which it asked, because a view listens to no other.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Hasher } from '../machine/core/hash';
import type { AddressSpaces } from '../machine/paging/spaces';
import { UserError } from './errors';
import { readMemory } from './memory';

interface View {
  reference: string;
  offset: number;
  count: number;
  digest: string;
}

/** A client reads what it shows, a piece at a time; what it read long ago it shows no more. */
const MOST_VIEWS = 64;
const MOST_BYTES = 2 ** 21;

export class MemoryViews {
  /** By reference and range, the one that was read last at the end. */
  readonly #views = new Map<string, View>();

  constructor(private readonly announce: (event: string, body: DebugProtocol.MemoryEvent['body']) => void) {}

  /** Another machine: nobody has read anything of it. */
  reset(): void {
    this.#views.clear();
  }

  read(machine: AddressSpaces, { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments): void {
    if (count <= 0) return;
    const key = `${memoryReference} ${offset} ${count}`;
    const range = { reference: memoryReference, offset, count };
    this.#views.delete(key);
    this.#views.set(key, { ...range, digest: digestOf(machine, range) });
    let bytes = [...this.#views.values()].reduce((sum, view) => sum + view.count, 0);
    for (const [first, view] of this.#views) {
      if (this.#views.size <= MOST_VIEWS && bytes <= MOST_BYTES) return;
      this.#views.delete(first);
      bytes -= view.count;
    }
  }

  /** Tells what is not what it was when it was read. */
  tell(machine: AddressSpaces): void {
    for (const view of this.#views.values()) {
      const digest = digestOf(machine, view);
      if (digest === view.digest) continue;
      view.digest = digest;
      this.announce('memory', { memoryReference: view.reference, offset: view.offset, count: view.count });
    }
  }
}

function digestOf(machine: AddressSpaces, { reference, offset, count }: Omit<View, 'digest'>): string {
  try {
    const { bytes, unreadable } = readMemory(machine, reference, offset, count);
    const hasher = new Hasher();
    hasher.number(unreadable);
    hasher.bytes(bytes);
    return hasher.digest();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
