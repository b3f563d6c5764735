/** Machines with flattened tables, and what of an allocator is missing in the tests of them. */
import { asVpn } from '../../../../src/machine/core/addresses';
import { RandomStream } from './random';
import type { Machine, MachineOptions } from '../../../../src/machine/machine';
import { machineWithProcess } from '../../support';

export const MODES = ['fpt L4L3', 'fpt L3L2', 'fpt L4L3+L2L1'] as const;

/** From now on the allocator has no block of 2 MiB where `fails` says so. */
export function withoutBlocks(m: Machine, fails: () => boolean): void {
  const allocate = m.buddy.allocate.bind(m.buddy);
  m.buddy.allocate = (order, ...rest) => (order === 9 && fails() ? -1 : allocate(order, ...rest));
}

/** A machine on which blocks are missing now and then, from before its first process on. */
export function mixedMachine(seed: number, options: Partial<MachineOptions>): Machine {
  const m = machineWithProcess(options);
  const random = new RandomStream(seed);
  withoutBlocks(m, () => random.bit());
  m.kernel.createProcess('mixed');
  m.kernel.switchTo('mixed');
  return m;
}

/** Levels that a walk reads, by name. */
export const namesOf = (m: Machine, vpn: number): string[] =>
  m.inspector.walk(m.root, asVpn(vpn)).steps.map((s) => s.levelName);
