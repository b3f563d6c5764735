/**
 * Many accesses in one call where there are data caches: every access goes through them, in order, and between the walks; so
 * none can be left out. What changes nothing in the translation hardware (mmu/quickHits.ts) need not go through that, though.
 *
 * State and counters are those of the same accesses made one by one by `Machine.access`.
 */
import {
  type AccessChunk,
  firstLeadFrom,
  packedCrosses,
  packedKind,
  packedOffset,
  packedSize,
  pageOf,
} from './core/accessChunk';
import { wrapPage } from './core/addresses';
import type { CpuCaches } from './caches/dataCaches';
import { Counter } from './core/counters';
import type { Machine } from './machine';
import { Access } from './mmu/rights';

/** See `Replay.run`; the number of accesses made. Of a run that ended in a fatal fault −1 less the number before it. */
export function runThroughCaches(
  machine: Machine,
  caches: CpuCaches,
  chunk: AccessChunk,
  from: number,
  to: number,
  shift: number,
  user: number,
): number {
  const { probe, mmu } = machine;
  const { counters, watches } = probe;
  const { packed, leads, leadVpn, leadCount } = chunk;
  const { quickHits, translator } = mmu;
  const quickly = probe.recorder === null && !machine.tlb.isolated;
  let lead = firstLeadFrom(chunk, from);
  let dataPage = -1;
  let codePage = -1;
  for (let at = from; at < to; at++) {
    const access = packed[at];
    const kind: Access = packedKind(access);
    const isLead = lead < leadCount && leads[lead] === at;
    let page = isLead ? leadVpn[lead++] : kind === Access.Exec ? codePage : dataPage;
    // A repeat of what was before this call.
    if (page < 0) page = pageOf(chunk, at);
    if (kind === Access.Exec) codePage = page;
    else dataPage = page;
    const vpn = wrapPage(page + shift);
    // The last access is made by `Machine.access`: its record is exact between calls.
    if (quickly && at < to - 1 && !translator.unsettled && !packedCrosses(access) && !watches.mayWatch(vpn)) {
      const frame = quickHits.frameOf(kind, vpn, user);
      if (frame >= 0) {
        counters[Counter.Reads + kind]++;
        counters[Counter.Translations]++;
        counters[kind === Access.Exec ? Counter.L1iHits : Counter.L1dHits]++;
        machine.touch(caches, kind, frame, packedOffset(access), packedSize(access));
        continue;
      }
    }
    if (!machine.access(kind, vpn, packedOffset(access), packedSize(access), user)) return -1 - (at - from);
    if (probe.fired !== 0) return at + 1 - from;
  }
  return to - from;
}
