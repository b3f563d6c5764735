/** What the translator tells a recorder. Called only while one listens. */
import { asPfn, asVpn, PAGES_OF_SIZE, type Pfn, type Vpn } from '../core/addresses';
import type { Probe } from '../core/probe';
import type { AssociativeCache } from './associativeCache';
import type { Access } from './rights';

export class TranslatorReports {
  constructor(private readonly probe: Probe) {}

  start(vpn: Vpn, offset: number, access: Access, user: number, retry: boolean): void {
    const kind = (['read', 'write', 'exec'] as const)[access];
    const sizeBytes = this.probe.accessBytes;
    this.probe.recorder?.emit({ kind: 'translate', access: kind, vpn, offset, sizeBytes, user: user === 1, retry });
  }

  lookup(tlb: AssociativeCache, level: 1 | 2, vpn: Vpn, size: number, at: number): void {
    const hit = at >= 0;
    this.probe.recorder?.emit({
      kind: 'tlbLookup',
      structure: tlb.name,
      level,
      vpn,
      set: tlb.setOf(Math.floor(vpn / PAGES_OF_SIZE[size])),
      hit,
      pfn: hit ? asPfn(tlb.frameOf(at)) : undefined,
      pageSize: size,
    });
  }

  /** `evicted`: first page of the entry that had to go, or −1. */
  fill(tlb: AssociativeCache, vpn: Vpn, pageSize: number, pfn: Pfn, evicted: number): void {
    this.probe.recorder?.emit({
      kind: 'tlbFill',
      structure: tlb.name,
      vpn,
      pfn,
      pageSize,
      set: tlb.setOf(Math.floor(vpn / PAGES_OF_SIZE[pageSize])),
      evicted: evicted < 0 ? undefined : asVpn(evicted),
    });
  }

  dropped({ name }: AssociativeCache, vpn: Vpn): void {
    this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: name, vpn, text: 'gone' });
  }

  translated(vpn: Vpn, offset: number, pfn: Pfn, pageSize: number, from: string): void {
    this.probe.recorder?.emit({ kind: 'translated', vpn, offset, pfn, pageSize, from });
  }
}
