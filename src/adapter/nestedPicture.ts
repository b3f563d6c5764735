/** The second dimension of a guest's walk in a picture: guest levels downwards, host levels across. */
import { formatPhysical, physicalOf } from '../machine/core/addresses';
import type {
  EptViolationEvent,
  HostLookupEvent,
  HostReadEvent,
  HostWalkEndEvent,
  HostWalkStartEvent,
  TableReadEvent,
  WalkStartEvent,
} from '../machine/core/events';
import { entriesOf, type LevelFormat, mainPath, type PagingFormat, walkOrigin } from '../machine/paging/format';
import type { WalkNode } from '../machine/paging/inspector';
import { QUALIFICATION_BITS } from '../machine/paging/nested/entry';
import type { AddressSpaces } from '../machine/paging/spaces';
import { rawOf } from '../machine/paging/x86/entry';
import type { ExitSummary, NestedCell, NestedGrid, NestedRow } from '../protocol/walk';
import { subjectOf } from '../timeline/nestedText';
import { entryPicture } from './entryPicture';

const hex = (n: number): string => '0x' + n.toString(16);

/** The grid before anything has been read. `path`: the guest's levels, root first. */
function emptyGrid(below: AddressSpaces, levels: readonly LevelFormat[], path: readonly number[]): NestedGrid {
  const { format } = below.inspector;
  const columns = mainPath(format);
  const row = (name: string): NestedRow => ({
    name,
    status: 'notReached',
    cells: columns.map((level): NestedCell => ({
      name: format.levels[level].name,
      status: 'notReached',
      slots: entriesOf(format.levels[level]),
      index: 0,
    })),
  });
  return {
    hostLevels: columns.map((level) => format.levels[level].name),
    rows: [...path.map((level) => row(levels[level].name)), row('page')],
  };
}

export class GridBuilder {
  readonly grid: NestedGrid;
  readonly #columns: readonly number[];
  #order = 0;
  #last: NestedCell | undefined;

  constructor(
    private readonly below: AddressSpaces,
    levels: readonly LevelFormat[],
    /** Of the guest, root first. */
    private readonly path: readonly number[],
    start: WalkStartEvent,
  ) {
    this.grid = emptyGrid(below, levels, path);
    this.#columns = mainPath(below.inspector.format);
    for (const [i, level] of path.entries())
      if (levels[level].shift > levels[start.startLevel].shift) this.grid.rows[i].status = 'skipped';
    // A walk cache may know where the host has the table: then no host walk is made for it.
    const first = this.grid.rows.find(({ status }) => status !== 'skipped');
    if (first !== undefined && start.startedFrom !== 'CR3')
      first.answer = {
        structure: start.startedFrom,
        // Of PAE's root nothing is read, in neither dimension.
        text: levels[start.startLevel].inRegisters ? 'have the entry' : 'knows the host’s address',
      };
  }

  #row(guestLevel: number): NestedRow | undefined {
    if (guestLevel < 0) return this.grid.rows.at(-1);
    const at = this.path.indexOf(guestLevel);
    return at < 0 ? undefined : this.grid.rows[at];
  }

  add(event: HostLookupEvent | HostWalkStartEvent | HostReadEvent | HostWalkEndEvent, index: number): void {
    const row = this.#row(event.guestLevel);
    if (row === undefined) return;
    row.status = 'walked';
    row.guestPhysical = formatPhysical(physicalOf(event.gfn));
    switch (event.kind) {
      case 'hostLookup':
        // A walk cache of the guest that did not know the host's address was none.
        delete row.answer;
        if (event.hit && event.structure === 'nested TLB')
          row.answer = { structure: event.structure, text: event.answer ?? '', event: index };
        break;
      case 'hostWalkStart':
        delete row.answer;
        this.#start(row, event);
        break;
      case 'hostRead':
        this.#read(row, event, index);
        break;
      case 'hostWalkEnd':
        // What is made again from the root is no reference of the walk.
        if (event.outcome === 'abandoned') this.#order -= event.references;
        if (event.pfn !== undefined) row.hostPhysical = formatPhysical(physicalOf(event.pfn));
    }
  }

  #start(row: NestedRow, { startLevel }: HostWalkStartEvent): void {
    const { levels } = this.below.inspector.format;
    row.cells.forEach((cell, i) => {
      const above = levels[this.#columns[i]].shift > levels[startLevel].shift;
      row.cells[i] = { name: cell.name, slots: cell.slots, index: 0, status: above ? 'skipped' : 'notReached' };
    });
  }

  #read(row: NestedRow, event: HostReadEvent, index: number): void {
    const { levels } = this.below.inspector.format;
    const at = this.#columns.findIndex((level) => levels[level].shift === levels[event.level].shift);
    const cell = row.cells.at(at);
    if (at < 0 || cell === undefined) return;
    const { inspector } = this.below;
    cell.status = 'read';
    cell.index = event.index;
    cell.table = formatPhysical(physicalOf(event.table));
    cell.entry = entryPicture(
      inspector,
      inspector.decode(rawOf(event.low, event.high), event.table, event.level, event.index),
    );
    cell.cycles = event.cycles;
    cell.foundIn = event.from;
    cell.event = index;
    cell.order = ++this.#order;
    this.#last = cell;
  }

  /** The guest's own entry; `at`: which of the walk's levels. */
  guestRead(at: number, event: TableReadEvent): void {
    const row = this.grid.rows.at(at);
    if (at < 0 || row === undefined) return;
    row.status = 'walked';
    row.order = ++this.#order;
    row.guestPhysical ??= formatPhysical(physicalOf(event.table));
    if (event.host !== undefined) row.hostPhysical = formatPhysical(physicalOf(event.host));
  }

  refused(): void {
    if (this.#last !== undefined) this.#last.refused = true;
  }
}

/** Of a walk that nobody made. */
export function inspectedGrid(
  below: AddressSpaces,
  guest: PagingFormat,
  path: readonly number[],
  { steps, host = [] }: WalkNode,
): NestedGrid {
  const grid = emptyGrid(below, guest.levels, path);
  const { format } = below.inspector;
  const columns = mainPath(format);
  let order = 0;
  if (steps.at(0)?.register !== undefined)
    grid.rows[0].answer = { structure: walkOrigin(guest), text: 'have the entry' };
  for (const walk of host) {
    const row = walk.step === steps.length ? grid.rows.at(-1) : grid.rows.at(walk.step);
    if (row === undefined) continue;
    row.status = 'walked';
    row.guestPhysical = formatPhysical(physicalOf(walk.gfn));
    for (const step of walk.steps) {
      const at = columns.findIndex((level) => format.levels[level].shift === format.levels[step.level].shift);
      const cell = row.cells.at(at);
      if (at < 0 || cell === undefined) continue;
      cell.status = 'read';
      cell.index = step.index;
      cell.table = formatPhysical(physicalOf(step.table));
      cell.entry = entryPicture(below.inspector, step);
      cell.event = -1;
      cell.order = ++order;
      if (walk.outcome !== 'mapped' && step === walk.steps.at(-1)) cell.refused = true;
    }
    if (walk.pfn === undefined) continue;
    row.hostPhysical = formatPhysical(physicalOf(walk.pfn));
    if (walk.step < steps.length) row.order = ++order;
  }
  return grid;
}

export function exitSummary(event: EptViolationEvent, format: PagingFormat, index: number): ExitSummary {
  const { misconfigured, gfn, offset, qualification, guestLevel } = event;
  return {
    title: misconfigured ? 'EPT misconfiguration' : 'EPT violation',
    guestPhysical: formatPhysical(physicalOf(gfn, offset)),
    qualification: misconfigured ? '' : hex(qualification),
    bits: misconfigured ? [] : QUALIFICATION_BITS.filter((b) => qualification & b.bit).map((b) => b.name),
    explanation: `The guest is left on the way to ${subjectOf(format, guestLevel)}: ${misconfigured ? 'the host’s entry is one that nobody may have' : 'the host’s tables do not allow the access'}. The guest’s own tables have nothing to do with it.`,
    event: index,
  };
}
