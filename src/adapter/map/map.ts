/** `ptscope/map` and `ptscope/mapPlace`: the address-space map, of a run or of a snapshot. */
import { formatPhysical, LEAF_SIZE_NAMES, physicalOf, type Pfn, type Vpn } from '../../machine/core/addresses';
import { pagesPerEntry } from '../../machine/paging/format';
import { type Inspector, readsOf, type WalkNode } from '../../machine/paging/inspector';
import type { AddressSpace, AddressSpaces } from '../../machine/paging/spaces';
import {
  addressOfPlace,
  type MapArguments,
  MapField,
  type MapPlaceArguments,
  type MapPlaceResponse,
  type MapResponse,
} from '../../protocol/map';
import { badReference } from '../errors';
import { dataIdOf, entryTarget } from '../data/target';
import type { Areas } from './areas';
import { placeOf, placesIn, vpnOfPlace } from './places';

const MOST_CELLS = 8192;

/** What a map is made of, whatever is looked at. */
export interface MapSource {
  machine: AddressSpaces;
  tick: number;
  /** True where breakpoints can be set. */
  breakable: boolean;
  /** The page that the cursor is about. */
  focus: Vpn | undefined;
  areasOf(space: AddressSpace): Areas;
}

export function mapOf(source: MapSource, args: MapArguments): MapResponse {
  const { machine } = source;
  const { format } = machine.inspector;
  const { addressBits, signExtended, scheme } = format;
  const stretch = stretchOf(args, placesIn(format));
  const space = spaceOf(machine, args.space);
  const head = { tick: source.tick, scheme, addressBits, signExtended, ...stretch };
  const spaces = machine.spaces.map(({ id, name }) => ({ id, name }));
  if (space === undefined) return { ...head, space: 0, spaces, filled: [], complete: true, areas: [], areasInAll: 0 };
  const { counts, complete } = machine.inspector.summarise(space.root, stretch);
  const { areas, inAll } = source.areasOf(space);
  const here = space.id === machine.space?.id && source.focus !== undefined ? placeOf(source.focus, format) : undefined;
  return {
    ...head,
    space: space.id,
    spaces,
    filled: filledOf(counts, stretch.cells),
    complete,
    areas,
    areasInAll: inAll,
    ...(here === undefined ? {} : { cursor: here }),
  };
}

function spaceOf({ spaces, space }: AddressSpaces, id: number | undefined): AddressSpace | undefined {
  if (id === undefined) return space;
  const found = spaces.find((each) => each.id === id);
  // A process may have ended, or not have begun where the cursor has gone back to.
  return found ?? space;
}

function stretchOf(
  { first, cellPages, cells }: MapArguments,
  places: number,
): { first: number; cellPages: number; cells: number } {
  const whole = [first, cellPages, cells].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole || cellPages < 1 || cells < 1 || first >= places)
    throw badReference(`A map begins at a place below ${places} and has cells of one page or more.`);
  if (cells > MOST_CELLS) throw badReference(`A map has ${MOST_CELLS} cells at most.`);
  return { first, cellPages, cells: Math.min(cells, Math.ceil((places - first) / cellPages)) };
}

function filledOf(counts: Float64Array, cells: number): number[][] {
  const filled: number[][] = [];
  for (let cell = 0; cell < cells; cell++) {
    const at = cell * MapField.Count;
    const own = counts.subarray(at, at + MapField.Count);
    if (own.some((n) => n !== 0)) filled.push([cell, ...own]);
  }
  return filled;
}

// ---- one place --------------------------------------------------------------------------------------------------------

/** The first page from a place on that something maps, and what maps it. */
export function mapPlaceOf(source: MapSource, { space: id, first, pages }: MapPlaceArguments): MapPlaceResponse {
  const { machine } = source;
  const { inspector } = machine;
  const { format } = inspector;
  stretchOf({ first, cellPages: Math.max(1, pages), cells: 1 }, placesIn(format));
  const space = spaceOf(machine, id);
  const address = addressOfPlace(first, format);
  if (space === undefined) return { address, place: first, mapped: false, text: 'no process yet' };
  const place = firstMapped(inspector, space.root, first, Math.min(pages, placesIn(format) - first));
  if (place === undefined) return { address, place: first, mapped: false, text: 'nothing is mapped here' };
  const walk = inspector.walk(space.root, vpnOfPlace(place, format));
  const leaf = walk.steps.at(-1);
  return {
    ...(leaf === undefined || !source.breakable
      ? {}
      : { entry: { label: `${leaf.levelName}[${leaf.index}]`, dataId: dataIdOf(entryTarget(leaf.address, format)) } }),
    address: addressOfPlace(place, format),
    place,
    mapped: walk.pfn !== undefined,
    text: textOf(inspector, walk),
  };
}

/** By halves: what a stretch holds is known at once, however large it is. */
function firstMapped(inspector: Inspector, root: Pfn, first: number, pages: number): number | undefined {
  const holds = (from: number, count: number): boolean => {
    const { counts } = inspector.summarise(root, { first: from, cellPages: count, cells: 1 });
    const { Size4K, Size4M, Absent, Unknown } = FIELDS;
    return counts.some(
      (n, field) => n > 0 && ((field >= Size4K && field <= Size4M) || field === Absent || field === Unknown),
    );
  };
  if (!holds(first, pages)) return undefined;
  let [from, count] = [first, pages];
  while (count > 1) {
    const half = Math.ceil(count / 2);
    if (holds(from, half)) count = half;
    else [from, count] = [from + half, count - half];
  }
  return from;
}

const FIELDS = {
  Size4K: MapField.Size4K,
  Size4M: MapField.Size4M,
  Absent: MapField.Absent,
  Unknown: MapField.Unknown,
} as const;

/** `4K page, frame 0x1a3, P RW US A D, 4 references` */
function textOf(inspector: Inspector, walk: WalkNode): string {
  const { steps, pfn, write, user, exec } = walk;
  const leaf = steps.at(-1);
  if (leaf === undefined) return 'nothing is mapped here';
  if (pfn === undefined) return `${leaf.levelName}[${leaf.index}]: ${leaf.meaning}`;
  const size = LEAF_SIZE_NAMES[leaf.pageSize];
  const rights = `${user ? '' : 'supervisor '}r${write ? 'w' : '-'}${exec ? 'x' : '-'}`;
  const refs = inspector.tables === undefined ? `${readsOf(walk)} references` : 'one round of probes';
  const inside = pagesPerEntry(inspector.format.levels[leaf.level]) > 1 ? ` at ${formatPhysical(physicalOf(pfn))}` : '';
  return `${size} page, frame 0x${pfn.toString(16)}${inside}, ${rights}, ${leaf.flags}, ${refs}`;
}
