/** One line about an address: what hovers and inline values show. */
import { formatAddress, formatPhysical, LEAF_SIZE_NAMES, physicalOf, vpnOfAddress } from '../machine/core/addresses';
import { pageBelow } from '../machine/paging/inspector';
import { referencesOf } from '../scenario/run/names/nested';
import type { Subject } from '../scenario/run/subject';
import { formatValue, type NumberFormat, numberOf, type Value } from '../scenario/run/values';

/** `0x101000 · 4K frame 0x101 · P RW US A D NX · 4 references`, or why it is not mapped; in a guest with both frames. */
export function translationText(subject: Subject, address: bigint): string | undefined {
  const { machine } = subject;
  if (machine.space === undefined) return undefined;
  const walk = machine.inspector.walk(machine.root, vpnOfAddress(address));
  const last = walk.steps.at(-1);
  if (walk.outcome === 'notCanonical') return 'not canonical';
  if (walk.pfn === undefined && (last === undefined || last.probe?.matches === false))
    return 'not mapped: no way has it';
  if (walk.pfn === undefined) return `not mapped: ${last?.levelName}[${last?.index}] is ${last?.meaning}`;
  const refs = `${referencesOf(walk)} references`;
  if (machine.below !== undefined) {
    const page = pageBelow(walk)?.pfn;
    const host = page === undefined ? 'not mapped by the host' : `host frame 0x${page.toString(16)}`;
    const at = page === undefined ? '' : `${formatPhysical(physicalOf(page, Number(address & 0xfffn)))} · `;
    return `${at}${host} · ${LEAF_SIZE_NAMES[walk.pageSize ?? 0]} guest frame 0x${walk.pfn.toString(16)} · ${last?.flags} · ${refs}`;
  }
  return `${formatPhysical(physicalOf(walk.pfn, Number(address & 0xfffn)))} · ${LEAF_SIZE_NAMES[walk.pageSize ?? 0]} frame 0x${walk.pfn.toString(16)} · ${last?.flags} · ${refs}`;
}

/** A value for a hover: an address also says where it is. */
export function hoverText(subject: Subject, value: Value, format: NumberFormat): string {
  const n =
    typeof value === 'bigint' || (typeof value === 'object' && value.type === 'region') ? numberOf(value) : undefined;
  if (n === undefined || n < 4096n) return formatValue(value, format);
  const where = subject.describeAddress(n) ?? formatAddress(n);
  const translation = translationText(subject, n);
  return translation === undefined ? where : `${where} → ${translation}`;
}
