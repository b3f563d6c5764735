/** The translation schemes, by the name that a scenario gives them. Adding one is a folder and a line here. */
import { PAGE_SHIFT } from '../core/addresses';
import { RELEASED } from './ecpt/format';
import { ecptScheme } from './ecpt/scheme';
import { type PagingFormat, walkCacheLevels } from './format';
import { FptDriver } from './fpt/driver';
import { FPT_L3L2, FPT_L4L3, FPT_L4L3_L2L1 } from './fpt/format';
import { FptWalker } from './fpt/walker';
import { HASHED_SCHEME } from './hashed/scheme';
import { LinearDriver } from './linear/driver';
import { linear } from './linear/format';
import { LinearWalker } from './linear/walker';
import { partsOf } from './nested/format';
import { nestedScheme } from './nested/scheme';
import { PAE, RADIX32, RADIX4, RADIX5 } from './radix/format';
import { TreeDriver } from './tree/driver';
import { TreeInspector } from './tree/inspector';
import { RadixWalker } from './radix/walker';
import { PHYSICAL_BITS, type Scheme } from './scheme';
import { KernelSpace, treeKernel } from './x86/kernelSpace';

export {
  type FptFree,
  PHYSICAL_BITS,
  type HardwareParts,
  type Scheme,
  type SoftwareParts,
  type WalkCacheOptions,
} from './scheme';

function tree(format: PagingFormat): Scheme {
  return {
    format,
    createKernel: ({ memory, probe, isolated }) => KernelSpace.for(format, memory, probe, isolated),
    hasKernel: (memoryBytes) => KernelSpace.suits(format, memoryBytes),
    createWalker: ({ memory, rights, probe, costs, walkCaches, replacement, tableReads }) =>
      new RadixWalker(format, memory, rights, probe, costs, {
        caches: walkCaches.geometry,
        promote: walkCaches.promote,
        physicalBits: PHYSICAL_BITS,
        replacement,
        tableReads,
      }),
    createDriver: ({ memory, buddy, tlb, kernel, probe }) =>
      new TreeDriver('radix', format, memory, buddy, tlb, treeKernel(kernel), probe),
    createInspector: (memory, kernel, _host, hardware) =>
      new TreeInspector(format, memory, { physicalBits: PHYSICAL_BITS, kernel: treeKernel(kernel), hardware }),
  };
}

/** The 4-level tree with some levels folded. Of the configured walk caches it has those of the levels that are left. */
function flattened(format: PagingFormat): Scheme {
  const bits = 9;
  const rootShift = format.addressBits - bits;
  return {
    ...tree(format),
    createWalker: ({ memory, rights, probe, costs, walkCaches, replacement, tableReads }) => {
      const shifts = walkCacheLevels(format).map((level) => format.levels[level].shift);
      return new FptWalker(format, memory, rights, probe, costs, {
        caches: shifts.map((shift) => walkCaches.geometry[(rootShift - shift) / bits]),
        promote: walkCaches.promote,
        physicalBits: PHYSICAL_BITS,
        replacement,
        tableReads,
      });
    },
    createDriver: (parts) => new FptDriver(format, { ...parts, kernel: treeKernel(parts.kernel) }),
  };
}

/** One array, for addresses of that many bits. */
function array(addressBits: number): Scheme {
  const format = linear(addressBits);
  return {
    format,
    createWalker: ({ memory, rights, probe, costs, tableReads }) =>
      new LinearWalker(memory, rights, probe, costs, PHYSICAL_BITS, tableReads),
    createDriver: ({ memory, buddy, tlb, probe }) => new LinearDriver(format, memory, buddy, tlb, probe),
    // To look at, an array is a tree of one level.
    createInspector: (memory, _kernel, _host, hardware) =>
      new TreeInspector(format, memory, { physicalBits: PHYSICAL_BITS, hardware }),
  };
}

/** A guest with one scheme on a host with another. */
function nested({ guest, host }: { guest: string; host: string }): Scheme | undefined {
  const [above, below] = [schemeNamed(guest), schemeNamed(host)];
  return above && below && nestedScheme(above, below);
}

/** The schemes without free arguments, by the name that a scenario gives them. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  ...Object.fromEntries([
    ...[RADIX4, RADIX5, RADIX32, PAE].map((format) => [format.scheme, tree(format)] as const),
    ...[FPT_L4L3, FPT_L3L2, FPT_L4L3_L2L1].map((format) => [format.scheme, flattened(format)] as const),
  ]),
  ecpt: ecptScheme(RELEASED),
  hashed: HASHED_SCHEME,
};

/** `undefined` if there is none of that name. */
export function schemeNamed(name: string): Scheme | undefined {
  const parts = partsOf(name);
  if (parts !== undefined) return nested(parts);
  const bits = /^linear ([1-9]\d)$/.exec(name)?.[1];
  if (bits === undefined) return Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  return Number(bits) > PAGE_SHIFT && Number(bits) <= 64 ? array(Number(bits)) : undefined;
}
