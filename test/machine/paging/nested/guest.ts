/** A guest with one process, for tests. */
import type { Machine, MachineOptions } from '../../../../src/machine/machine';
import { DEFAULT_NESTED, type NestedOptions } from '../../../../src/machine/paging/nested/format';
import { machineWithProcess, MIB } from '../../support';

export function guest(
  scheme: string,
  nested: Partial<NestedOptions> = {},
  more: Partial<MachineOptions> = {},
): Machine {
  const memoryBytes = scheme.includes('fpt') ? 128 * MIB : 64 * MIB;
  return machineWithProcess({ memoryBytes, scheme, nested: { ...DEFAULT_NESTED, ...nested }, ...more });
}
