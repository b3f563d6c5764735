/** The registers of a CPU that translation depends on, as numbers in one array, and the rights that follow from them. */
import { asPfn, asVpn, type Pfn, type Vpn } from '../core/addresses';
import { type Probe, Signal } from '../core/probe';
import type { WatchedRegister } from '../core/watch';
import { CR0, CR4, EFER, RightsTable } from './rights';

export const enum Register {
  Cr0,
  Cr2Page,
  Cr2Offset,
  Cr3,
  Cr4,
  Efer,
  Pkru,
  /** Bits 0 to 11 of CR3; 0 while CR4.PCIDE is off. */
  Pcid,
  /** EFLAGS.AC. */
  Ac,
  Count,
}

/** Which of the processor's modes of paging it runs in (Intel SDM vol. 3A §4.1.1). */
export interface ProcessorMode {
  readonly longMode: boolean;
  readonly pae: boolean;
  readonly la57: boolean;
}

/** CR4 and EFER of a kernel that has set them up: with the bits that the mode has. */
const cr4Of = ({ longMode, pae, la57 }: ProcessorMode, pcid: boolean): number =>
  (pae ? CR4.PAE : CR4.PSE) |
  CR4.PGE |
  CR4.SMEP |
  CR4.SMAP |
  (longMode ? CR4.PKE : 0) |
  (la57 ? CR4.LA57 : 0) |
  (pcid ? CR4.PCIDE : 0);
const eferOf = ({ longMode, pae }: ProcessorMode): number =>
  (longMode ? EFER.LME | EFER.LMA : 0) | (pae ? EFER.NXE : 0);

export abstract class Registers {
  readonly rights = new RightsTable();
  protected readonly values = new Float64Array(Register.Count);

  /** As a kernel for x86 has set them up when it starts its first program. */
  constructor(
    protected readonly probe: Probe,
    { pcid, root, mode }: { pcid: boolean; root: Pfn; mode: ProcessorMode },
  ) {
    this.values[Register.Cr0] = (CR0.PE | CR0.WP | CR0.PG) >>> 0;
    this.values[Register.Cr3] = root;
    this.values[Register.Cr4] = cr4Of(mode, pcid);
    this.values[Register.Efer] = eferOf(mode);
  }

  /** The CPU's state is not what it was. */
  protected abstract changed(): void;

  protected signalLoad(register: WatchedRegister): void {
    this.changed();
    if (this.probe.watches.registers && this.probe.watches.register(register)) this.probe.signal(Signal.Watch);
  }

  protected updateRights(): void {
    this.rights.update(this);
  }

  #load(at: Register, value: number, name: WatchedRegister): void {
    this.values[at] = value >>> 0;
    this.updateRights();
    this.signalLoad(name);
  }

  get cr0(): number {
    return this.values[Register.Cr0];
  }
  set cr0(value: number) {
    this.#load(Register.Cr0, value, 'cr0');
  }

  get cr2(): { vpn: Vpn; offset: number } {
    return { vpn: asVpn(this.values[Register.Cr2Page]), offset: this.values[Register.Cr2Offset] };
  }
  setCr2(vpn: Vpn, offset: number): void {
    this.values[Register.Cr2Page] = vpn;
    this.values[Register.Cr2Offset] = offset;
    this.signalLoad('cr2');
  }

  movFromCr3(): Pfn {
    return asPfn(this.values[Register.Cr3]);
  }
  get pcid(): number {
    return this.values[Register.Pcid];
  }

  get cr4(): number {
    return this.values[Register.Cr4];
  }
  set cr4(value: number) {
    this.#load(Register.Cr4, value, 'cr4');
  }

  get efer(): number {
    return this.values[Register.Efer];
  }
  set efer(value: number) {
    this.#load(Register.Efer, value, 'efer');
  }

  get pkru(): number {
    return this.values[Register.Pkru];
  }
  set pkru(value: number) {
    this.#load(Register.Pkru, value, 'pkru');
  }

  get ac(): boolean {
    return this.values[Register.Ac] !== 0;
  }
  set ac(value: boolean) {
    this.values[Register.Ac] = value ? 1 : 0;
    this.updateRights();
    this.changed();
  }
}
