/** The areas of an address space as the map names them: of a process its VMAs, of a snapshot what it says of them. */
import { addressOf, asVpn, vpnOfAddress, type Vpn } from '../../machine/core/addresses';
import type { Process } from '../../machine/kernel/process';
import { protectionText, type Vma } from '../../machine/kernel/vma';
import type { Machine } from '../../machine/machine';
import type { PagingFormat } from '../../machine/paging/format';
import type { MapArea } from '../../protocol/map';
import type { Run } from '../../scenario/run/run';
import type { SnapshotDescription } from '../../snapshot/description';
import { placeOf } from './places';

/** More than this nobody can tell apart; the largest are told. */
const MOST_AREAS = 400;

export interface Areas {
  areas: MapArea[];
  inAll: number;
}

export function areasOfProcess(run: Run, process: Process | undefined): Areas {
  const { inspector } = run.machine;
  const areas = (process?.vmas ?? []).map((vma) =>
    areaAt(vma.start, vma.end, inspector.format, {
      name: nameOf(run, vma),
      rights: protectionText(vma),
      backing: backingOf(run.machine, vma),
    }),
  );
  return largest(areas.filter((area) => area !== undefined));
}

function nameOf(run: Run, vma: Vma): string {
  const known = regionIn(run.describeAddress(addressOf(vma.start)));
  if (known !== undefined) return known;
  if (vma.stack) return '[stack]';
  return vma.start === run.machine.kernel.layout.brkStart ? '[heap]' : '';
}

const regionIn = (described: string | undefined): string | undefined => /\((.*)\+0x/.exec(described ?? '')?.[1];

function backingOf({ kernel }: Machine, { backing, file }: Vma): string {
  const name = kernel.frames.cache.files.find(({ id }) => id === file)?.name;
  return name === undefined || name === '' ? backing : `${backing} ${name}`;
}

export function areasOfSnapshot({ maps }: SnapshotDescription, format: PagingFormat): Areas {
  const areas = maps.map(({ start, end, permissions, name }) =>
    areaAt(vpnOfAddress(start), asVpn(Number(end >> 12n)), format, { name, rights: permissions, backing: '' }),
  );
  return largest(areas.filter((area) => area !== undefined));
}

function areaAt(
  start: Vpn,
  end: Vpn,
  format: PagingFormat,
  words: Pick<MapArea, 'name' | 'rights' | 'backing'>,
): MapArea | undefined {
  const first = placeOf(start, format);
  return first === undefined ? undefined : { first, pages: end - start, ...words };
}

function largest(areas: MapArea[]): Areas {
  const inAll = areas.length;
  const told = inAll <= MOST_AREAS ? areas : areas.sort((a, b) => b.pages - a.pages).slice(0, MOST_AREAS);
  return { areas: told.sort((a, b) => a.first - b.first), inAll };
}
