/** One walk as JSON. */
import { addressOf, offsetOfAddress, PAGES_OF_LEAF, physicalOf, vpnOfAddress } from '../../machine/core/addresses';
import { type EntryNode, pageBelow, type WalkNode } from '../../machine/paging/inspector';
import type { Subject } from '../../scenario/run/subject';
import { referencesOf } from '../../scenario/run/names/nested';
import type { WalkCost } from '../../scenario/run/walkCost';
import { fieldsOf } from '../../timeline/walkListing';

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

const entryData = ({ levelName, table, index, address, raw, flags, meaning }: EntryNode): object => ({
  level: levelName,
  table: hex(physicalOf(table)),
  index,
  address: hex(address),
  raw: hex(raw),
  flags,
  meaning,
});

/** `cost`: absent where nobody knows. */
export function walkData(subject: Subject, address: bigint, walked: WalkNode, cost?: WalkCost): object {
  const { steps, outcome, pfn, pageSize, write, user, exec } = walked;
  const vpn = vpnOfAddress(address);
  const offset = offsetOfAddress(address);
  return {
    address: hex(addressOf(vpn, offset)),
    fields: Object.fromEntries(fieldsOf(subject, address, walked)),
    outcome,
    references: referencesOf(walked),
    ...(cost === undefined ? {} : { cycles: cost.cycles }),
    steps: steps.map((s, i) => ({
      ...entryData(s),
      ...(cost === undefined ? {} : { cycles: cost.reads[i].cycles, foundIn: cost.reads[i].from }),
      ...(s.register === undefined ? {} : { register: s.register }),
      ...(s.probe === undefined ? {} : { way: s.probe.way, slot: s.probe.slot, matches: s.probe.matches }),
    })),
    physicalAddress: pfn === undefined ? null : hex(physicalOf(pfn, offset)),
    pageBytes: pageSize === undefined ? null : 4096 * PAGES_OF_LEAF[pageSize],
    rights: pfn === undefined ? null : { write, user, exec },
    ...hostData(walked, offset),
  };
}

/** In a guest, where physical addresses are the guest's: the host walk for each of the steps, and for the page. */
function hostData({ host, steps }: WalkNode, offset: number): object {
  if (host === undefined) return {};
  const page = pageBelow({ host, steps })?.pfn;
  return {
    hostPhysicalAddress: page === undefined ? null : hex(physicalOf(page, offset)),
    hostWalks: host.map((walk) => ({
      for: steps.at(walk.step)?.levelName ?? 'page',
      guestPhysical: hex(physicalOf(walk.gfn)),
      outcome: walk.outcome,
      hostPhysical: walk.pfn === undefined ? null : hex(physicalOf(walk.pfn)),
      steps: walk.steps.map(entryData),
    })),
  };
}
