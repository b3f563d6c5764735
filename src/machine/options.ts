/** What a machine is built from, and which of it cannot be. */
import { cachesRefusal, type DataCacheOptions } from './caches/options';
import type { KernelOptions } from './kernel/options';
import type { TlbGeometry } from './mmu/mmu';
import { type ReplacementPolicy, replacementRefusal } from './mmu/replacement';
import type { EcptOptions } from './paging/ecpt/format';
import type { NestedOptions } from './paging/nested/format';
import { type FptFree, schemeNamed, type Scheme, type WalkCacheOptions } from './paging/registry';
import { PAGE_BYTES } from './core/addresses';
import { configuredCaches, type PagingFormat, reachableFrames, tooLarge } from './paging/format';
import { swapSlots } from './paging/x86/attributes';

export interface MachineOptions {
  scheme: string;
  memoryBytes: number;
  dtlb: readonly TlbGeometry[];
  itlb: readonly TlbGeometry[];
  stlb: readonly TlbGeometry[];
  stlbInclusive: 'fill' | 'strict';
  walkCaches: WalkCacheOptions;
  /** Memory nodes that memory is divided into. */
  nodes: number;
  kernel: KernelOptions;
  /** Changed cost parameters by name: hardware costs, those of software's primitive operations, and functions. */
  costs: Readonly<Record<string, number>>;
  /** Customizable EMT functions whose default runs although the driver overrides it, by name; or all. */
  emtDefaults: 'all' | readonly string[];
  /** CPUs, each with TLBs and walk caches of its own: 1 (if absent) to 64. */
  cpus?: number;
  /** TLB entries are tagged by process-context identifiers, and the kernel uses them. */
  pcid?: boolean;
  /** Page-table isolation: user mode has a root of its own, without the kernel. */
  kpti?: boolean;
  /** Order of work when a flattened table is freed. */
  fptFree?: FptFree;
  /** Of TLBs and walk caches; `lru` if absent. `seed` is for `random`. */
  replacement?: ReplacementPolicy;
  seed?: number;
  /** Data caches that walks and data go through; absent: none, and every read of a table costs the same. */
  caches?: DataCacheOptions;
  /** Of cuckoo tables; as released if absent. */
  ecpt?: EcptOptions;
  /** Of a guest over a host; the defaults if absent. */
  nested?: NestedOptions;
}

export const MAX_CPUS = 64;
/** A whole block of the allocator's largest order. */
const BYTES_PER_NODE = 2 ** 22;

/** The scheme that the options name, as they want it. It must exist. */
export function schemeOf(options: MachineOptions): Scheme {
  const scheme = schemeNamed(options.scheme);
  if (scheme === undefined) throw new Error(`there is no scheme ${options.scheme}`);
  return scheme.configured?.(options) ?? scheme;
}

/** Why a machine cannot be built like that, as a sentence; `undefined` if it can. */
export function refusal(options: MachineOptions): string | undefined {
  const { cpus = 1, nodes, kpti = false, replacement = 'lru' } = options;
  const scheme = schemeNamed(options.scheme);
  if (scheme === undefined) return `There is no scheme ${options.scheme}.`;
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > MAX_CPUS) return `A machine has 1 to ${MAX_CPUS} CPUs.`;
  if (nodes > 1 && nodes * BYTES_PER_NODE > options.memoryBytes)
    return `A memory node needs at least 4 MiB: ${nodes} nodes do not fit.`;
  const { flatRoot } = scheme.format;
  if (options.pcid === true && flatRoot !== undefined)
    return `${options.scheme} has no PCIDs: bit 63 of CR3 says that the root is flattened, and a load of CR3 needs that bit to keep translations.`;
  if (kpti && flatRoot !== undefined)
    return `${options.scheme} has no page-table isolation: a flattened root has none for user mode beside it.`;
  const schemes = scheme.refusal?.(options);
  if (schemes !== undefined) return schemes;
  if (kpti && scheme.hasKernel?.(options.memoryBytes) !== true)
    return `Nothing to isolate: ${options.scheme} has no kernel half, or not in so little memory.`;
  const uncached = options.caches && cachesRefusal(options.caches, options.memoryBytes);
  if (uncached !== undefined) return uncached;
  const unfit = unfitFor(scheme.format, options);
  if (unfit !== undefined) return unfit;
  const { dtlb, itlb, stlb, walkCaches } = options;
  for (const [name, caches] of Object.entries({ dtlb, itlb, stlb, pwc: walkCaches.geometry })) {
    const why = caches.map(({ ways }) => replacementRefusal(replacement, ways)).find((text) => text !== undefined);
    if (why !== undefined) return `Replacement ${replacement} is not possible in ${name}: ${why}.`;
  }
  return undefined;
}

/** What the scheme's tables or its mode of the processor leave no room for. */
function unfitFor(
  format: PagingFormat,
  { memoryBytes, kernel, walkCaches, pcid = false }: MachineOptions,
): string | undefined {
  const { scheme, levels, mode, hashed } = format;
  // A hashed table grows with what is in it, or has a size of its own.
  const large = hashed === undefined ? tooLarge(format, memoryBytes) : undefined;
  if (large !== undefined) return large;
  const caches = walkCaches.geometry.length;
  const upper = configuredCaches(format).length;
  if (hashed === undefined && caches !== upper)
    return `The scheme ${scheme} has ${upper} walk cache${upper === 1 ? '' : 's'}, one for each level that points to tables${levels[0].inRegisters ? ' and lies in memory' : ''}; there are ${caches}.`;
  if (pcid && !mode.longMode) return `The scheme ${scheme} has no PCIDs: they come with 64-bit paging.`;
  if (memoryBytes > reachableFrames(format) * PAGE_BYTES)
    return `Entries of the scheme ${scheme} can name no memory beyond 4 GiB.`;
  if (kernel.swapBytes > swapSlots(format) * PAGE_BYTES)
    return `Entries of the scheme ${scheme} can name no more than 32 GiB of swap.`;
  return undefined;
}
