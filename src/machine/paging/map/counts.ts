/**
 * What is mapped in a stretch of an address space, cell by cell (`MapField` in protocol/map.ts says what is counted).
 *
 * Places are page numbers from the bottom of what the scheme translates, without sign extension: indices into tables are
 * made of the same bits. A cell is any number of pages; a run of pages that are alike is split over the cells it touches.
 */
import { MapField } from '../../../protocol/map';
import { HIGH, LOW } from '../x86/entry';

export interface MapStretch {
  first: number;
  cellPages: number;
  cells: number;
}

/** Rights that the entries of a path have left: bits of a number. */
export const enum PathRight {
  Write = 1,
  User = 2,
  Exec = 4,
  All = 7,
}

/** Rights of an entry's words, as bits. */
export const rightsOf = (low: number, high: number): number =>
  ((low & LOW.RW) !== 0 ? PathRight.Write : 0) |
  ((low & LOW.US) !== 0 ? PathRight.User : 0) |
  ((high & HIGH.NX) === 0 ? PathRight.Exec : 0);

function rightsField(rights: number): MapField {
  if ((rights & PathRight.User) === 0) return MapField.Supervisor;
  if ((rights & PathRight.Exec) === 0) return (rights & PathRight.Write) === 0 ? MapField.Read : MapField.ReadWrite;
  return (rights & PathRight.Write) === 0 ? MapField.ReadExec : MapField.ReadWriteExec;
}

const useField = (low: number): MapField =>
  (low & LOW.D) !== 0 ? MapField.Dirty : (low & LOW.A) !== 0 ? MapField.Accessed : MapField.Unused;

const MOST_DEPTH = MapField.Depth5 - MapField.Depth1;
const depthField = (depth: number): MapField => MapField.Depth1 + Math.min(depth - 1, MOST_DEPTH);

/**
 * What a leaf counts as, in one number: 4 bits the size's field, then rights, use and depth, 5 bits each. 0 is what maps
 * nothing but is not empty.
 */
export const ABSENT = 0;
export const leafKind = (size: number, rights: number, low: number, depth: number): number =>
  (MapField.Size4K + size + 1) | (rightsField(rights) << 4) | (useField(low) << 9) | (depthField(depth) << 14);

export class MapCounts {
  readonly counts: Float64Array;
  readonly first: number;
  readonly last: number;
  readonly cellPages: number;
  /** False: something has been left for another time. */
  complete = true;

  constructor(readonly stretch: MapStretch) {
    this.counts = new Float64Array(stretch.cells * MapField.Count);
    this.first = stretch.first;
    this.cellPages = stretch.cellPages;
    this.last = stretch.first + stretch.cells * stretch.cellPages;
  }

  /** The cell that holds all of start … start + pages − 1, or −1 if there is none. */
  cellOf(start: number, pages: number): number {
    if (start < this.first || start + pages > this.last) return -1;
    const cell = Math.floor((start - this.first) / this.cellPages);
    return start + pages <= this.first + (cell + 1) * this.cellPages ? cell : -1;
  }

  /** A run of leaves of one kind (`leafKind`), or of entries that map nothing. */
  addRun(start: number, pages: number, kind: number): void {
    const end = Math.min(start + pages, this.last);
    for (let at = Math.max(start, this.first); at < end;) {
      const cell = Math.floor((at - this.first) / this.cellPages);
      const stop = Math.min(end, this.first + (cell + 1) * this.cellPages);
      addKind(this.counts, cell * MapField.Count, stop - at, kind);
      at = stop;
    }
  }

  /** Pages nobody has looked at yet. */
  addUnknown(start: number, pages: number): void {
    this.complete = false;
    const end = Math.min(start + pages, this.last);
    for (let at = Math.max(start, this.first); at < end;) {
      const cell = Math.floor((at - this.first) / this.cellPages);
      const stop = Math.min(end, this.first + (cell + 1) * this.cellPages);
      this.counts[cell * MapField.Count + MapField.Unknown] += stop - at;
      at = stop;
    }
  }

  /** A table whose first page is `start`. */
  addTable(start: number): void {
    if (start < this.first || start >= this.last) return;
    const cell = Math.floor((start - this.first) / this.cellPages);
    this.counts[cell * MapField.Count + MapField.Tables]++;
  }

  /** What was counted of something that lies in one cell. */
  addAll(cell: number, counts: Float64Array): void {
    const at = cell * MapField.Count;
    for (let i = 0; i < MapField.Count; i++) this.counts[at + i] += counts[i];
    if (counts[MapField.Unknown] > 0) this.complete = false;
  }
}

/** Adds so many pages of a kind to the counts that begin at an index. */
export function addKind(counts: Float64Array, at: number, pages: number, kind: number): void {
  if (kind === ABSENT) {
    counts[at + MapField.Absent] += pages;
    return;
  }
  counts[at + (kind & 15) - 1] += pages;
  counts[at + ((kind >> 4) & 31)] += pages;
  counts[at + ((kind >> 9) & 31)] += pages;
  counts[at + ((kind >> 14) & 31)] += pages;
}
