/** A snapshot in words: what it was taken of, and the walk of the address that the machine was about. */
import { formatAddress, formatPhysical, physicalOf, vpnOfAddress } from '../../machine/core/addresses';
import { errorNames } from '../../scenario/run/names/lastAccess';
import type { SnapshotSubject } from '../../scenario/run/snapshotSubject';
import type { Snapshot } from '../../snapshot/snapshot';
import { walkText } from '../../timeline/walkListing';

/** Where it faulted if it did, else where it executed. */
export const focusAddress = ({ description: { pageFault, registers } }: Snapshot): bigint =>
  pageFault?.cr2 ?? registers.rip ?? 0n;

export function faultText({ description: { pageFault } }: Snapshot): string | undefined {
  if (pageFault === undefined) return undefined;
  const { cr2, errorCode, where } = pageFault;
  const code =
    errorCode === undefined ? '' : `, error code 0x${errorCode.toString(16)} (${errorNames(Number(errorCode))})`;
  return `page fault at ${formatAddress(cr2)}${code}, stopped in ${where}`;
}

export function snapshotText(subject: SnapshotSubject): string {
  const snapshot = subject.machine;
  const { name, text, pti, cpl } = snapshot.description;
  const fault = faultText(snapshot);
  const about = focusAddress(snapshot);
  const roots = snapshot.spaces.map(
    ({ name: root, root: table, note }) => `  ${root} at ${formatPhysical(physicalOf(table))} (${note})`,
  );
  return [
    `snapshot ${name}: ${text}`,
    `${snapshot.format.title}, page-table isolation ${pti ? 'on' : 'off'}, CPL ${cpl}`,
    ...(fault === undefined ? [] : [fault]),
    'roots:',
    ...roots,
    `under root ${snapshot.space.name}:`,
    walkText(subject, about, snapshot.inspector.walk(snapshot.root, vpnOfAddress(about))),
  ].join('\n');
}
