/** Registers: `cr0`, `cr2`, `cr3`, `cr4`, `efer`, `pkru`, as values and as what `set` loads. */
import { addressOf, asPfn, offsetOfAddress, physicalOf, vpnOfAddress } from '../../../machine/core/addresses';
import type { WatchedRegister } from '../../../machine/core/watch';
import type { Machine } from '../../../machine/machine';
import { CR4 } from '../../../machine/mmu/rights';
import { flatRootAt } from '../../../machine/paging/format';

/** The 32-bit halves of two 64-bit values, as events carry them. */
const words = (
  before: bigint,
  after: bigint,
): { oldLow: number; oldHigh: number; newLow: number; newHigh: number } => ({
  oldLow: Number(BigInt.asIntN(32, before)),
  oldHigh: Number(BigInt.asIntN(32, before >> 32n)),
  newLow: Number(BigInt.asIntN(32, after)),
  newHigh: Number(BigInt.asIntN(32, after >> 32n)),
});

/** The value of a register; `undefined` if the name is none. */
export function registerValue(machine: Machine, name: string): bigint | undefined {
  const { mmu } = machine;
  switch (name) {
    case 'cr2':
      return addressOf(mmu.cr2.vpn, mmu.cr2.offset);
    case 'cr3':
      return BigInt(physicalOf(machine.root) + mmu.pcid);
    case 'cr0':
    case 'cr4':
    case 'efer':
    case 'pkru':
      return BigInt(mmu[name]);
    default:
      return undefined;
  }
}

/** Changes a register. A sentence if it cannot be. */
export function setRegister(machine: Machine, name: string, value: bigint): string | undefined {
  const before = registerValue(machine, name);
  const refused = loadRegister(machine, name, value);
  if (refused !== undefined || before === undefined) return refused;
  // A load of CR3 is reported by the flush that it is.
  if (name !== 'cr3')
    machine.probe.recorder?.emit({
      kind: 'registerLoad',
      register: name as WatchedRegister,
      ...words(before, value),
    });
  return undefined;
}

function loadRegister(machine: Machine, name: string, value: bigint): string | undefined {
  const { mmu } = machine;
  if (name === 'cr2') mmu.setCr2(vpnOfAddress(value), offsetOfAddress(value));
  else if (name === 'cr3') return loadCr3(machine, value);
  else if (name === 'cr0' && (value & 0x8000_0001n) !== 0x8000_0001n)
    return 'paging and protected mode cannot be switched off here';
  else if (name === 'cr0' || name === 'cr4' || name === 'efer' || name === 'pkru') {
    if (value > 0xffffffffn) return `${name} takes 32 bits here`;
    const wanted = Number(value);
    const loads = (name === 'cr0' || name === 'cr4') && mmu.loadsRoot({ [name]: wanted });
    const refused = loads ? mmu.rootRefusal(machine.root) : undefined;
    if (refused !== undefined) return protectionFault(refused);
    mmu[name] = wanted;
  } else return `'${name}' is not a register that can be set`;
  return undefined;
}

const protectionFault = (why: string): string => `the load is a general-protection fault: ${why}`;

/** With CR4.PCIDE bits 0 to 11 are the PCID, and bit 63 says that nothing is to be dropped; else that the root is flattened. */
function loadCr3({ mmu, memory, scheme }: Machine, value: bigint): string | undefined {
  const tagged = (mmu.cr4 & CR4.PCIDE) !== 0;
  const top = value >> 63n !== 0n;
  // Without PCIDs bit 63 may say that the root is flattened.
  const flat = top && scheme.format.flatRoot !== undefined;
  const frame = (tagged || flat ? BigInt.asUintN(63, value) : value) >> 12n;
  if (frame >= BigInt(memory.frameCount)) return 'CR3 must point into memory';
  const table = asPfn(Number(frame));
  const root = flat ? flatRootAt(table) : table;
  const refused = mmu.rootRefusal(root);
  if (refused !== undefined) return protectionFault(refused);
  mmu.movToCr3(root, Number(value & 0xfffn), tagged && top);
  return undefined;
}
