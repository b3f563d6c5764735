/**
 * The distinct pages of a trace with what was done to each: a hash set of doubles with one byte of use flags a page.
 *
 * Open addressing over two flat arrays: a Map of page numbers costs four to eleven times as much at import.
 */
export const PageUse = { read: 1, write: 2, exec: 4 } as const;

const NO_PAGE = -1;
const FIRST_CAPACITY_BITS = 10;

/** Distinct pages in ascending order; `uses[i]` are the PageUse flags of `vpns[i]`. */
export interface TouchedPages {
  readonly vpns: Float64Array;
  readonly uses: Uint8Array;
}

export class PageSet {
  size = 0;
  private capacityBits = FIRST_CAPACITY_BITS;
  private vpns = new Float64Array(1 << FIRST_CAPACITY_BITS).fill(NO_PAGE);
  private uses = new Uint8Array(1 << FIRST_CAPACITY_BITS);

  touch(vpn: number, use: number): void {
    const slot = this.slotOf(vpn);
    this.uses[slot] |= use;
    if (this.vpns[slot] === vpn) return;
    this.vpns[slot] = vpn;
    this.size++;
    // Half full at most, so that runs of taken slots stay short.
    if (this.size * 2 > this.vpns.length) this.grow();
  }

  sorted(): TouchedPages {
    const vpns = this.vpns.filter((vpn) => vpn !== NO_PAGE).sort();
    return { vpns, uses: Uint8Array.from(vpns, (vpn) => this.uses[this.slotOf(vpn)]) };
  }

  /** Where the page is, or where it would go. */
  private slotOf(vpn: number): number {
    const high = (vpn / 0x1_0000_0000) | 0;
    const hash = Math.imul((vpn | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    const mask = this.vpns.length - 1;
    let slot = hash >>> (32 - this.capacityBits);
    while (this.vpns[slot] !== vpn && this.vpns[slot] !== NO_PAGE) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { vpns, uses } = this;
    this.capacityBits++;
    this.vpns = new Float64Array(vpns.length * 2).fill(NO_PAGE);
    this.uses = new Uint8Array(uses.length * 2);
    for (let i = 0; i < vpns.length; i++) {
      if (vpns[i] === NO_PAGE) continue;
      const slot = this.slotOf(vpns[i]);
      this.vpns[slot] = vpns[i];
      this.uses[slot] = uses[i];
    }
  }
}
