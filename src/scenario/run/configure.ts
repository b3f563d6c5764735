/** From the language's machine configuration to what the machine is built from. */
import { type MachineOptions, refusal } from '../../machine/options';
import type { MachineBlock } from '../language/ast';
import { diagnostic, type Diagnostic } from '../language/diagnostics';
import type { MachineConfig } from '../language/machineConfig';
import { schemeText } from '../language/schemes';
import { resolveMachine } from '../language/settings';

export function machineOptions(config: MachineConfig): MachineOptions {
  return {
    scheme: schemeText(config.scheme),
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
    fptFree: config.fptFree,
    replacement: config.replacement,
    seed: config.seed,
    ecpt: config.ecpt,
    nested: config.nested,
    caches: config.cache
      ? { ...config.dataCaches, latency: config.latency, walker: config.walker, priority: config.cachePriority }
      : undefined,
  };
}

/** Why no such machine can be built, though each setting alone is fine, as a sentence; `undefined` if one can. */
export const impossibility = (config: MachineConfig): string | undefined => refusal(machineOptions(config));

/** The same of a scenario's block, at the last of its settings that made an impossible machine of a possible one. */
export function impossibleBlock(block: MachineBlock | undefined): Diagnostic | undefined {
  if (block === undefined) return undefined;
  const configOf = (count: number): MachineConfig =>
    resolveMachine({ ...block, settings: block.settings.slice(0, count) }).config;
  const why = impossibility(configOf(block.settings.length));
  if (why === undefined) return undefined;
  let last = block.settings.length;
  while (last > 0 && impossibility(configOf(last - 1)) !== undefined) last--;
  return diagnostic('impossibleMachine', why, block.settings[last - 1]?.range ?? block.range);
}
