/**
 * What the translator knows of repeats (core/accessChunk.ts) while it runs a chunk: instructions and data are two sides,
 * because each has a first level of its own.
 */
import { type AccessChunk, packedCrosses, packedKind } from '../core/accessChunk';
import { asVpn, PAGES_OF_SIZE, type Vpn, wrapPage } from '../core/addresses';
import { Access, type RightsTable } from './rights';
import type { TlbLevel } from './tlbLevel';

const NO_PAGE = asVpn(-1);

class Side {
  /** Page of the last access, or NO_PAGE if the next access of the side cannot be a repeat. */
  page: Vpn = NO_PAGE;
  /** What a repeat may be at most: a write only after a write. */
  kind: Access = Access.Read;
  /** True if repeats are known to hit and to change nothing, whatever of `kind` they are. */
  known = true;
  /** Look-ups of a run that the first level could not answer, and those refused because no address is like that. */
  misses = 0;
  refused = 0;
}

export class Sides {
  readonly data = new Side();
  readonly code = new Side();

  constructor(
    private readonly l1d: TlbLevel,
    private readonly l1i: TlbLevel,
    private readonly rights: RightsTable,
  ) {}

  /** What the accesses before lead number `lead` of a chunk repeat. */
  lookBack(chunk: AccessChunk, lead: number, shift: number, user: number): void {
    this.data.page = this.code.page = NO_PAGE;
    let code = chunk.execs > 0;
    let data = chunk.execs < chunk.length;
    for (let i = lead - 1; i >= 0 && (code || data); i--) {
      const access = chunk.packed[chunk.leads[i]];
      const kind: Access = packedKind(access);
      if (kind === Access.Exec ? !code : !data) continue;
      const side = kind === Access.Exec ? this.code : this.data;
      if (!packedCrosses(access)) side.page = wrapPage(chunk.leadVpn[i] + shift);
      side.kind = kind;
      if (kind === Access.Exec) code = false;
      else data = false;
    }
    this.check(user);
  }

  /** An access crosses a page boundary: no access of its side repeats it. */
  crossed(kind: Access): void {
    (kind === Access.Exec ? this.code : this.data).page = NO_PAGE;
  }

  /** Finds out anew whether repeats change anything: whatever may have changed the first level calls this. */
  check(user: number): void {
    const { data, code } = this;
    data.known = data.page === NO_PAGE || this.#repeats(this.l1d, data.page, data.kind, user);
    code.known = code.page === NO_PAGE || this.#repeats(this.l1i, code.page, Access.Exec, user);
  }

  /**
   * True if an access to the page would hit the entry that its first-level TLB finds first, and change nothing: the entry
   * grants the access and is the most recently used of its set. Changes nothing itself.
   */
  #repeats(l1: TlbLevel, vpn: Vpn, access: Access, user: number): boolean {
    for (let size = 0; size < 3; size++) {
      const tlb = l1.bySize[size];
      if (tlb === null || (size > 0 && tlb.huge[size] === 0)) continue;
      const key = size === 0 ? vpn : Math.floor(vpn / PAGES_OF_SIZE[size]);
      const at = tlb.peek(key, size);
      if (at < 0) continue;
      const right = 2 * access + user;
      const quick = (tlb.flagsOf(at) & this.rights.quickMask[right]) === this.rights.quickWant[right];
      return quick && tlb.heads[tlb.setOf(key)] === at;
    }
    return false;
  }
}
