/** Page faults that are served in the middle of a run of accesses: the usual ones of the kernel, with their record. */
import type { Vpn } from './core/addresses';
import type { Machine } from './machine';
import type { FaultService } from './mmu/translator';

export class FaultsInRun implements FaultService {
  constructor(private readonly machine: Machine) {}

  begin(): boolean {
    const { host, tlb, kernel } = this.machine;
    // A guest's walk may have to be seen to by its host, and under isolation the kernel's entry and exit are more work.
    return host === null && !tlb.isolated && kernel.current !== undefined && kernel.usualFaults.begin();
  }

  serve(vpn: Vpn, offset: number, write: boolean): boolean {
    const { kernel, mmu } = this.machine;
    if (!kernel.usualFaults.serve(kernel.current!, vpn, write)) return false;
    this.machine.recordUsualFault(mmu.fault.errorCode, vpn, offset);
    return true;
  }

  end(): void {
    this.machine.kernel.usualFaults.settle();
  }
}
