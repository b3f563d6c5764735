/** From the language's machine configuration to what the machine is built from. */
import type { MachineOptions } from '../../machine/machine';
import type { MachineConfig } from '../language/machineConfig';

export function machineOptions(config: MachineConfig): MachineOptions {
  return {
    scheme: config.scheme.name,
    memoryBytes: config.memoryBytes,
    dtlb: config.tlb.dtlb,
    itlb: config.tlb.itlb,
    stlb: config.tlb.stlb,
    stlbInclusive: config.stlbInclusive,
    walkCaches: { geometry: config.pwc, promote: config.pwcPromote },
    nodes: config.nodes,
    kernel: {
      thp: config.thp,
      zeroPage: config.zeropage,
      swapBytes: config.swapBytes,
      dropFlush: config.flushDrop,
    },
    costs: config.costs,
    emtDefaults: config.emtDefaults,
    cpus: config.cpus,
    pcid: config.pcid,
    kpti: config.kpti,
    replacement: config.replacement,
    seed: config.seed,
    ecpt: config.ecpt,
  };
}
