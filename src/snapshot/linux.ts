/** What Linux keeps in entries that are not present (arch/x86/include/asm/pgtable.h, pgtable-invert.h). */
import type { Pfn } from '../machine/core/addresses';
import { frameOf, LOW } from '../machine/paging/x86/entry';

/** `_PAGE_PROTNONE`: the bit that is G in a present entry. */
const PROT_NONE = LOW.G;

/** Frame of a PROT_NONE page: its bits are stored inverted, so that no speculation reads it. Undefined for others. */
export function protNoneFrame(low: number, high: number): Pfn | undefined {
  return (low & (LOW.P | PROT_NONE)) === PROT_NONE ? frameOf(~low, ~high) : undefined;
}

export function absentText(low: number, high: number): string {
  const frame = protNoneFrame(low, high);
  return frame === undefined
    ? 'not present (swapped out, or being moved)'
    : `not present: PROT_NONE, page frame 0x${frame.toString(16)} (stored inverted)`;
}
