/** A trace says which pages were touched, not what was mapped: pages that no area covers get one of their own. */
import { addPages, PageNumbers, vpnOfAddress } from '../../machine/core/addresses';
import type { Kernel } from '../../machine/kernel/kernel';
import type { LoadedTrace } from '../../trace/load';

/** Maps what is missing, `offset` bytes above where the trace has it. A sentence if something cannot be mapped. */
export function mapInferredRegions(kernel: Kernel, loaded: LoadedTrace, offset: bigint): string | undefined {
  const shift = vpnOfAddress(offset);
  // An offset that is no multiple of a page moves bytes into the page behind.
  const spill = offset % 4096n === 0n ? 0 : 1;
  const wrap = shift >= PageNumbers.Count / 2 ? shift - PageNumbers.Count : shift;
  const ranges = loaded.regions.map((r) => ({ start: addPages(r.start, wrap), end: addPages(r.end, wrap + spill) }));
  const result = kernel.mapHoles(ranges);
  return result.ok ? undefined : result.text;
}
