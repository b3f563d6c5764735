/** The translation schemes, by the name that a scenario gives them. Adding one is a folder and a line here. */
import { ecptScheme } from './ecpt/scheme';
import { RELEASED } from './ecpt/format';
import type { PagingFormat } from './format';
import { HASHED_SCHEME } from './hashed/scheme';
import { PAE, RADIX32, RADIX4, RADIX5 } from './radix/format';
import { RadixDriver } from './radix/driver';
import { RadixInspector } from './radix/inspector';
import { RadixWalker } from './radix/walker';
import { PHYSICAL_BITS, type Scheme } from './scheme';

export { PHYSICAL_BITS, type HardwareParts, type Scheme, type SoftwareParts, type WalkCacheOptions } from './scheme';

function tree(format: PagingFormat): Scheme {
  return {
    format,
    createWalker: ({ memory, rights, probe, costs, walkCaches, replacement }) =>
      new RadixWalker(format, memory, rights, probe, costs, {
        caches: walkCaches.geometry,
        promote: walkCaches.promote,
        physicalBits: PHYSICAL_BITS,
        replacement,
      }),
    createDriver: ({ memory, buddy, tlb, kernel, probe }) => new RadixDriver(format, memory, buddy, tlb, kernel, probe),
    createInspector: (memory, kernel) => new RadixInspector(format, memory, { physicalBits: PHYSICAL_BITS, kernel }),
  };
}

/** By the name that a scenario gives them. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  ...Object.fromEntries([RADIX4, RADIX5, RADIX32, PAE].map((format) => [format.scheme, tree(format)])),
  ecpt: ecptScheme(RELEASED),
  hashed: HASHED_SCHEME,
};

/** `undefined` if there is none of that name. */
export const schemeNamed = (name: string): Scheme | undefined => SCHEMES[name];
