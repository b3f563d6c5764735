/** A trace says which pages were touched, not what was mapped: pages that no area covers get one of their own. */
import { addPages, vpnOfAddress } from '../../machine/core/addresses';
import type { Kernel } from '../../machine/kernel/kernel';
import { firstEndingAbove } from '../../machine/kernel/vma';
import type { LoadedTrace } from '../../trace/load';

/** Maps what is missing, `offset` bytes above where the trace has it. A sentence if something cannot be mapped. */
export function mapInferredRegions(kernel: Kernel, loaded: LoadedTrace, offset: bigint): string | undefined {
  const shift = vpnOfAddress(offset);
  // An offset that is no multiple of a page moves bytes into the page behind.
  const spill = offset % 4096n === 0n ? 0 : 1;
  for (const region of loaded.regions) {
    let at = addPages(region.start, shift);
    const end = addPages(region.end, shift + spill);
    while (at < end) {
      const vmas = kernel.current?.vmas ?? [];
      const next = vmas[firstEndingAbove(vmas, at)];
      if (next !== undefined && next.start <= at) {
        at = next.end;
        continue;
      }
      const pages = Math.min(end, next?.start ?? end) - at;
      const result = kernel.mmap({ pages, read: true, write: true, exec: true, at, populate: false });
      if (!result.ok) return result.text;
      at = result.end;
    }
  }
  return undefined;
}
