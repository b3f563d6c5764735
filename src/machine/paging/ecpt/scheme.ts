/** Elastic cuckoo page tables as a scheme: one for each choice of options. */
import { PHYSICAL_BITS, type Scheme } from '../scheme';
import { EcptDriver } from './driver';
import { ecptFormat } from './format';
import { EcptInspector } from './inspector';
import { type EcptOptions, optionsRefusal, RELEASED } from './format';
import { EcptKernel } from './kernel';
import { EcptWalker } from './walker';

export function ecptScheme(options: EcptOptions): Scheme {
  const format = ecptFormat(options);
  return {
    format,
    createWalker: ({ memory, rights, probe, costs, replacement, tableReads }) =>
      new EcptWalker(format, options, {
        ...{ memory, rights, probe, costs, replacement, tableReads },
        physicalBits: PHYSICAL_BITS,
      }),
    createDriver: (parts) => new EcptDriver(format, options, parts),
    createInspector: (memory, kernel) =>
      new EcptInspector(format, options, memory, PHYSICAL_BITS, kernel instanceof EcptKernel ? kernel : null),
    createKernel: ({ memory, probe, isolated, seed }) =>
      EcptKernel.suits(options, memory.sizeBytes, isolated)
        ? new EcptKernel(options, memory, isolated, seed, probe)
        : null,
    hasKernel: (memoryBytes) => EcptKernel.suits(options, memoryBytes, true),
    configured: ({ ecpt }) => (ecpt === undefined || ecpt === options ? undefined : ecptScheme(ecpt)),
    refusal: ({ ecpt = RELEASED, pcid }) => {
      // CR3 has no room for both: bit 63 of its value keeps translations with PCIDs, and says here that ECPT is on.
      if (pcid) return 'PCIDs are not possible with `ecpt`: bit 63 of CR3 says that cuckoo tables are in use.';
      return optionsRefusal(ecpt);
    },
  };
}
