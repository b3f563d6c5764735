/** What the current moment is about: the page that is being translated, and what has changed in the tick so far. */
import { PAGE_BYTES, physicalOf, type Vpn } from '../machine/core/addresses';
import { LINE_BYTES } from '../machine/core/dataCache';
import type { MachineEvent, TranslateEvent } from '../machine/core/events';
import { changedWords } from './data/clusters';
import { entryAddressIn, type PagingFormat } from '../machine/paging/format';
import type { SincePin } from './sincePin';

export interface Focus {
  /** Translation that the cursor is in, or the first of the tick if it is before that. */
  translate?: TranslateEvent;
  vpn?: Vpn;
  /** Physical addresses of entries written in this tick up to the cursor. */
  changedEntries: ReadonlySet<number>;
  /** `structure|page` of TLB entries and walk-cache entries filled or changed. */
  changedCaches: ReadonlySet<string>;
  /** Lines of 64 bytes (physical address / 64) that this tick has read entries from, or used, up to the cursor. */
  lines: ReadonlySet<number>;
  /** Present where a moment is pinned. */
  sincePin?: SincePin;
}

export function focusOf(events: readonly MachineEvent[], at: number, format: PagingFormat): Focus {
  const changedEntries = new Set<number>();
  const changedCaches = new Set<string>();
  const lines = new Set<number>();
  let translate: TranslateEvent | undefined;
  events.forEach((event, i) => {
    if (event.kind === 'translate' && (i <= at || translate === undefined)) translate = event;
    if (i > at) return;
    if (event.kind === 'tableRead') {
      const own = entryAddressIn(format, event.table, event.index);
      lines.add(Math.floor((event.host === undefined ? own : physicalOf(event.host, own % PAGE_BYTES)) / LINE_BYTES));
    } else if (event.kind === 'hostRead')
      lines.add(Math.floor(entryAddressIn(format.host ?? format, event.table, event.index) / LINE_BYTES));
    else if (event.kind === 'translated') lines.add(Math.floor(physicalOf(event.pfn, event.offset) / LINE_BYTES));
    if (event.kind === 'entryWrite' || event.kind === 'hardwareWrite')
      changedEntries.add(entryAddressIn(format, event.table, event.index));
    else if (event.kind === 'hostWrite' || event.kind === 'hostEntryWrite')
      changedEntries.add(entryAddressIn(format.host ?? format, event.table, event.index));
    else if (event.kind === 'clusterWrite')
      for (const index of changedWords(event)) changedEntries.add(entryAddressIn(format, event.table, index));
    else if (event.kind === 'tlbFill' || event.kind === 'tlbUpdate')
      changedCaches.add(`${event.structure}|${event.vpn}`);
    else if (event.kind === 'walkCacheFill' || event.kind === 'hostFill')
      changedCaches.add(`${event.structure}|${event.tag}`);
  });
  return { translate, vpn: translate?.vpn, changedEntries, changedCaches, lines };
}
