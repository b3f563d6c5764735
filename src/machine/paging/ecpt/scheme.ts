/** Elastic cuckoo page tables as a scheme: one for each choice of options. */
import { PHYSICAL_BITS, type Scheme } from '../scheme';
import { EcptDriver } from './driver';
import { ecptFormat } from './format';
import { EcptInspector } from './inspector';
import { type EcptOptions, optionsRefusal, RELEASED } from './format';
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
    createInspector: (memory) => new EcptInspector(format, options, memory, PHYSICAL_BITS),
    configured: ({ ecpt }) => (ecpt === undefined || ecpt === options ? undefined : ecptScheme(ecpt)),
    refusal: ({ ecpt = RELEASED, pcid, kpti }) => {
      // CR3 has no room for both: bit 63 of its value keeps translations with PCIDs, and says here that ECPT is on.
      if (pcid) return 'PCIDs are not possible with `ecpt`: bit 63 of CR3 says that cuckoo tables are in use.';
      if (kpti) return 'Page-table isolation is not possible with `ecpt` in this version.';
      return optionsRefusal(ecpt);
    },
  };
}
